"""Guidance displays: the boards in the halls, at the gates and on the platforms.

Law: Python decides what is told and when, once, through `protocol.timeline`; the page in the
browser only selects by time from rows that carry their own future. So a screen goes on telling the
truth when the hub, the broker and this process are gone. The shape of every subsystem:
`model` (values), `view` (pure: run to row), `machine` (pure: what happened to what is sent),
`driver` (effects to streams), `service` (wiring), `web/` (the page).
"""
