"""Measurements: `station bench NAME`."""
