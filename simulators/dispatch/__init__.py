"""A database that plays a dispatching centre (DMIS/CTC) and lives a station's day, every day.

Law: what is here knows the timetable, a seed and a temper, and nothing of the hub. What happens is
decided by pure modules (`lateness`, `fates`, `tracks`, `life`, `dirt`, `days`), with the random
source as an argument; only `database` and `service` touch a database or a reactor.
"""
