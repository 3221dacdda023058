"""The embedded broker and the permissions of every user."""
