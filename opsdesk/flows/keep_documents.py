"""Files from outside are put into the archive: the one door for page, command and demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.archive import entering
from opsdesk.archive.entering import Card, Upload
from opsdesk.archive.models import Document
from opsdesk.core.clock import local_day
from opsdesk.core.desk import Desk
from opsdesk.tickets.numbers import next_number

SERIES = "DOC"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file and what is said of it.

    `number` and `seen` name the version it supersedes; left out, it gets a number of
    its own, `DOC-YYYYMMDD-NNNN` of the local day.
    """

    card: Card
    name: str
    content: bytes
    note: str = ""
    number: str = ""
    seen: int = 0


def enter(
    session: Session, desk: Desk, file: File, *, by: str, at: datetime
) -> Document:
    """Archive a file, or the next version of one; raises what `entering.enter` does."""
    day = local_day(at, desk.settings.desk.timezone)
    upload = Upload(
        number=file.number or next_number(session, SERIES, day),
        day=day,
        card=file.card,
        file_name=file.name,
        content=file.content,
        note=file.note,
        seen=file.seen,
    )
    return entering.enter(session, desk.store, upload, by=by, at=at)
