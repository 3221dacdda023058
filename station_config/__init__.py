"""What a station is (XML and XSD) and how its processes run (`station_config.runtime`).

Law: every fact about a station enters the system here; no other package knows one.
"""
