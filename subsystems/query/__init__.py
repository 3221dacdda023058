"""The kiosk: passengers look their train up, with the network or without it."""
