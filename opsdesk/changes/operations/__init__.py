"""Freezes of changes, and templates of standard ones."""
