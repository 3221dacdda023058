"""What the hub answers over HTTP.

Law: answers only; nothing here changes anything.
"""
