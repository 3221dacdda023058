"""Guidance displays: boards in browsers."""
