"""The `opsdesk` command: one group, whose commands are imported when they are used."""

from __future__ import annotations

from opsdesk.cli.group import main

__all__ = ["main"]
