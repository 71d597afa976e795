"""Every secret a configuration refers to, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from opsdesk.core.settings.model import Settings
from probes.secret import Secret


def secrets(settings: Settings) -> Iterator[tuple[str, Secret]]:
    """Yield each secret with the place that refers to it, in the file's order."""
    if settings.metrics.token is not None:
        yield "metrics.token", settings.metrics.token
    for name, credential in settings.credentials.items():
        yield from _inside(f"credentials.{name}", credential)
    for channel in settings.notices.channels.values():
        yield from _inside(f"notices.channels.{channel.name}", channel)
    for server in settings.servers:
        for check in server.checks:
            yield from _inside(f"{server.name}.checks", check)


def _inside(place: str, holder: Any) -> Iterator[tuple[str, Secret]]:
    for field in fields(holder):
        value = getattr(holder, field.name)
        if isinstance(value, Secret):
            yield f"{place}.{field.name}", value
