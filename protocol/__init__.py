"""The open protocol: what goes over MQTT between the hub and its subsystems.

Law of this package: values, names and pure functions only. Nothing here does I/O, reads a clock or
draws a random number; `now` and entropy are arguments. Everything a vendor needs to understand a
message stands here, and nothing that only the hub knows.
"""
