"""How a database of an older program becomes one of this program: Alembic revisions.

Law: `hub.store.tables` is the schema; a revision is the way to it from the one before, and is never
changed once shipped. A revision's number is `kernel.schema_version` after it. A new one is a file
``versions/vNNNN_what.py`` with the next number, and `SCHEMA_VERSION` raised; the tests compare what
the revisions make with what the tables say. A new database is made from the tables at once.
"""
