"""Devices that a station has and a desk has not: each speaks its wire protocol on a real port.

Law: a device knows nothing of what talks to it. Codecs are those of the parts that drive it.
"""
