"""The train-operations kernel: what is known of a run becomes its state and its timeline.

Law: pure. No I/O, no clock, no randomness; `now` and the station are arguments.
"""
