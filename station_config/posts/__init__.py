"""The posts that are told of trains and sign for it (到发通告): values, and how they are read.

Law: what a post is told, when, and how long it may take to sign stands in the station's file and
nowhere else.
"""
