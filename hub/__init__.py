"""The integration layer: kernel, store, publishing, broker, console; never a piece of hardware.

Law: the hub imports no subsystem. `hub.app` is the only place that wires.
"""
