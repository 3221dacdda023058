"""Keeping time: samples of a reference, drift, slewing and stepping, and how time is written.

Law: pure, all of it: readings of clocks are arguments, octets go in and come out. The hub follows
master clocks with it (`hub.clock`), a subsystem the hub (`subsystems.kit.timekeeper`), the clock
subsystem and the simulators write what slave clocks read. Which reference is to be believed is not
decided here.
"""
