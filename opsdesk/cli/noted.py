"""Changes made from the console, written to the audit trail where there is one yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsdesk.core.settings import Settings


def note(
    settings: Settings,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
) -> bool:
    """Write an audit entry; False: this data folder has no trail yet.

    A desk that was never started has no account and nothing to protect; from then on
    the entry is written or the command fails.
    """
    key = settings.desk.data / "keys" / "audit.key"
    if not key.exists():
        return False
    from opsdesk.cli.opened import console_user  # noqa: PLC0415 - loads the database
    from opsdesk.core import audit, clock, migrate  # noqa: PLC0415
    from opsdesk.core.desk import open_desk  # noqa: PLC0415

    if migrate.revision_of(settings.database_url) != migrate.head():
        return False
    audit.use_key(key)
    desk = open_desk(settings)
    try:
        with desk.database.unit() as session:
            audit.write(
                session,
                actor=console_user(),
                action=action,
                subject=subject,
                at=clock.now(),
                detail=detail,
            )
    finally:
        desk.database.dispose()
    return True
