"""Stand-ins for what is outside: the dispatching database, a serial line, the whole demo.

Law: the top layer; nothing imports it. A simulator speaks the real interface of what it plays.
"""
