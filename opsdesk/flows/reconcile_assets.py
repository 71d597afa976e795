"""Where inspections and the configuration library meet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from opsdesk.assets.queries.items import enrolled
from probes.server import Server


def not_enrolled(session: Session, servers: Sequence[Server]) -> list[str]:
    """Return the configured servers that no item stands for."""
    known = enrolled(session)
    return [server.name for server in servers if server.name not in known]
