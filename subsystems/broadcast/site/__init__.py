"""The broadcast's own web site: what is said and what will be, manual words, templates, archive."""
