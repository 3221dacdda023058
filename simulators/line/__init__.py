"""A serial line at the level of the UART, with faults, between two pseudo-terminals.

Law: `uart` and `faults` are pure (bytes in, bytes out, the random source an argument); `driver`
alone touches terminals and the reactor. The line runs in real time.
"""
