"""Who may use the console, and for what.

Law: pure, but for `hashing`, which draws salt; what is kept stands in `hub.store.accounts`.
"""
