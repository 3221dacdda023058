"""Master clocks: servers of NTP, and clocks on a serial line, with what goes wrong with them.

Law: they know the true time (an argument) and tell it, or something else, as they are told to.
"""
