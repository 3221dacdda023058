"""Alarms of the station: what is wrong, who knows it, what is put aside and until when.

Words follow ISA-18.2 and EEMUA 191: alarms stand, are acknowledged, return to normal, are shelved.
"""
