"""The revisions, one a file, none ever changed."""
