"""Releases 发布: which artefact went where, and what it replaced."""
