"""The hub's clock: master clocks, which of them is believed, and the station's time made of them.

Law: `readings`, `selection`, `jury`, `discipline` and `report` are pure. Sources measure and decide
nothing; the discipline decides and measures nothing; `keeper` wires them.
"""
