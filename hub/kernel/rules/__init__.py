"""The business rules, one a file; the station's configuration orders them."""
