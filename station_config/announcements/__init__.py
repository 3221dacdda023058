"""How a station announces: rules, zones, quiet hours, prepared texts. Values, and their file."""
