"""What `opsdesk doctor` looks at: each look is a line and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

from opsdesk.cli.checkup import data, machine, servers
from opsdesk.cli.checkup.line import Level, Line
from opsdesk.core.settings import Settings

__all__ = ["Level", "Line", "lines"]

LOOKS = (
    machine.python,
    machine.printing,
    machine.fonts,
    machine.wall_clock,
    machine.listening,
    data.folder,
    data.space,
    data.keys,
    data.database,
    data.secrets_fetched,
    servers.contract,
    servers.host_keys,
    servers.gateways,
    servers.old_ssh,
)
"""Every look, in the order a person would put things right."""


def lines(settings: Settings) -> Iterator[Line]:
    """Yield what every look found."""
    for look in LOOKS:
        yield from look(settings)
