"""The configuration library."""
