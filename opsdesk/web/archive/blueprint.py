"""The blueprint, and the one door to a document: its label lets a person in, or not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

from opsdesk.archive import clearance, shelf
from opsdesk.archive import queries as documents
from opsdesk.archive.clearance import Clearance
from opsdesk.archive.queries import DocumentView
from opsdesk.core import audit
from opsdesk.people.models import Role
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, somebody
from opsdesk.web.archive import wording

screen = Blueprint("archive", __name__, url_prefix="/archive")

ONE = "/<number>/<int:version>"
KNOWS_READERS = (Role.LEAD, Role.CUSTOMER, Role.SECURITY)


def who() -> Clearance:
    """Return what the present person may read."""
    seat = somebody()
    return clearance.of(seat.role, seat.username)


def document_at(number: str, version: int) -> DocumentView:
    """Return a version. Raises NotFound, also to whom its label keeps out."""
    return documents.readable(unit.session(), number, version, who=who())


def may_describe(view: DocumentView) -> bool:
    """Tell whether the present person says what is said of a document.

    The lead does of every document, an engineer of what he put in himself.
    """
    seat = somebody()
    own = seat.role in BUSINESS and view.issued_by == seat.username
    return not view.superseded and (seat.role is Role.LEAD or own)


def record(view: DocumentView, action: str, part: str) -> None:
    """Write who saw or took what; the last thing a view does."""
    audit.write(
        unit.writing(),
        actor=somebody().username,
        action=action,
        subject=f"{view.number}/{view.version}",
        at=g.at,
        detail={"kind": part},
    )


def shown(view: DocumentView, part: str) -> None:
    """Write that the present person looked at a document's page."""
    record(view, shelf.SHOWN, part)


def opened(view: DocumentView, part: str) -> None:
    """Write that the present person had a document's file shown, in its page or alone."""
    record(view, shelf.OPENED, part)


def taken(view: DocumentView, part: str) -> None:
    """Write that the present person took a file of a document."""
    record(view, shelf.TAKEN, part)


def spoken() -> dict[str, Any]:
    """Return the words every template of the archive uses."""
    return {
        "categories": wording.CATEGORIES,
        "labels": wording.LABELS,
        "label_hints": wording.LABEL_HINTS,
        "label_icons": wording.LABEL_ICONS,
        "readings": wording.READINGS,
        "reading_icons": wording.READING_ICONS,
        "kind_word": wording.kind_word,
        "size_word": wording.size_word,
        "person_word": wording.person_word,
        "writes": somebody().role in BUSINESS,
    }
