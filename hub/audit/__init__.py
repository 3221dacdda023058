"""Who did what, when, from where and why, so that nobody can change it unseen.

Law: pure, but for the commands; what is kept stands in `hub.store.audit`.
"""
