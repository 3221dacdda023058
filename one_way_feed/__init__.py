"""The one-way link from the dispatching network: frames, carousel, sender, receiver.

Law: the receiving side cannot put a byte on the line. Codecs take and give bytes; only `sender` and
`receiver` touch a port.
"""
