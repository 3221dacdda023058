"""The subsystems. They never import the hub nor each other; they meet on MQTT only."""
