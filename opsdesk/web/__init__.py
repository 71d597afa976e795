"""Thin screens, one blueprint per screen family."""
