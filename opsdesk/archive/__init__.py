"""Issued and uploaded documents, with their versions."""
