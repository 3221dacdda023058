"""Recorded feeds of other railways, turned into a dispatching database that lives their day.

Law: a reader (`iris`, `siri_et`, `irish`, `timetable`) takes files and gives `calls.Reading`; it
knows its format and no file, no station, no railway. A record that cannot be used is counted with a
reason, and stops nothing. `telling` turns calls into timed changes, alike for all formats.
"""
