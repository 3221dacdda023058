"""Publishing over the open protocol."""
