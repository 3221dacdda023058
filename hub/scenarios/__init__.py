"""Emergencies that were thought of before: one scenario is many commands, and can be taken back."""
