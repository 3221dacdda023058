"""The hub and its devices: commands to them, what is wanted of them, and how they are.

Law: nothing here knows of trains. What devices say is believed of themselves alone.
"""
