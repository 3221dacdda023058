"""Pure functions from configuration and state to SVG layers."""
