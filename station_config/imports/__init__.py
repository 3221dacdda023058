"""Importers: other people's timetables become rows of ours.

Law: pure. Lines of bytes come in, rows and a report go out; files, archives and screens are at the
edge (`station_config.plan_files`, `station_config.plan_commands`). A record that cannot be used is
rejected with its place and reason and stops nothing. No fact about a railway, station or date.
"""
