"""Broadcast (客运广播): the station speaks. Pure parts decide what, when, where; see `service`."""
