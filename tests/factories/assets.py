"""Items of the configuration library, as a test needs them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from opsdesk.assets import operations
from opsdesk.assets.item_types import BY_TYPE, checked
from opsdesk.assets.models import CauseKind, Item, Kind, Type
from opsdesk.assets.operations import Cause, Draft, Edge

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
CORRECTED = Cause(kind=CauseKind.CORRECTION, note="现场核对")
CHANGED = Cause(kind=CauseKind.CHANGE, reference="CHG-20261122-0001")

NEEDED = {
    Type.DEVICE: {"kind": "web_application", "address": "10.1.0.7"},
    Type.TASK: {"schedule": "每天 02:00"},
}


def an_item(
    session: Session,
    name: str = "web-1",
    type: Type = Type.DEVICE,  # noqa: A002 - what it is called
    *,
    at: datetime = NOON,
    server: str = "",
    **fields: str,
) -> Item:
    """Record an item; fields are given as a form gives them."""
    texts = {**NEEDED.get(type, {}), **fields}
    draft = Draft(
        type=type,
        name=name,
        server=server,
        fields=checked(BY_TYPE[type], texts, ZONE, whole=True),
    )
    return operations.create(session, draft, cause=CORRECTED, by="zhiban", at=at)


def hang(
    session: Session,
    start: str,
    end: str,
    kind: Kind = Kind.DEPENDS_ON,
    *,
    at: datetime = NOON,
) -> None:
    """Let one item hang on another."""
    edge = Edge(start, kind, end)
    assert operations.relate(session, edge, cause=CORRECTED, by="zhiban", at=at)
