"""Revisions, up and down, on both databases."""
