"""Chimes: sounds that are shipped, and the script that made them (`make`)."""
