"""The hub's voice on MQTT: what the store has decided, and what the hub says of itself.

Law: this package decides nothing about trains. It takes committed publications, wraps them, hands
them to the broker, and forgets them when the broker has confirmed. Everything can be said again.
"""
