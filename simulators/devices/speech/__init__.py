"""Speech chips: they take frames on a serial line, and tell what one would hear, and when.

Law: frames and tags are decoded here anew from the vendors' documents; nothing is taken from the
driver, so that both can be held against each other.
"""
