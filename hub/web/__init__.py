"""What the hub answers over HTTP.

Law: what changes anything asks for the token; the rest answers only.
"""
