"""The console: what persons who run the station work with, as an API and as pages.

Law: whatever can be done stands once in the table of actions (`hub.console.actions`): its path, its
types, who may, and what does it. Nothing is judged here; trains are the kernel's.
"""
