"""Who may read which document: the one rule for page, search, file and command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement, or_

from opsdesk.archive.models import Document, Label
from opsdesk.people.models import Role

_TEAM = frozenset({Label.OPEN, Label.INTERNAL})
_OPEN = frozenset({Label.OPEN})
READABLE: dict[Role, frozenset[Label]] = {
    Role.ENGINEER: _TEAM,
    Role.LEAD: frozenset(Label),
    Role.CUSTOMER: frozenset(Label),
    Role.SECURITY: frozenset({Label.OPEN, Label.RESTRICTED}),
    Role.SYSTEM: _OPEN,
    Role.AUDIT: _OPEN,
}


class Labelled(Protocol):
    """A document, or any view of one."""

    @property
    def label(self) -> Label: ...

    @property
    def issued_by(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Clearance:
    """What somebody may read: all under these labels, and whatever is his own.

    `person` is None where nothing is shown for being one's own.
    """

    person: str | None
    labels: frozenset[Label]

    def admits(self, document: Labelled) -> bool:
        """Tell whether a document may be read."""
        mine = self.person is not None and document.issued_by == self.person
        return document.label in self.labels or mine

    def condition(self) -> ColumnElement[bool]:
        """Return the same rule for a query over documents."""
        listed = Document.label.in_(self.labels)
        if self.person is None:
            return listed
        return or_(listed, Document.issued_by == self.person)


def of(role: Role, username: str) -> Clearance:
    """Return what a person with an account may read."""
    return Clearance(username, READABLE[role])


def at_console(*, restricted: bool) -> Clearance:
    """Return what a command at the machine's shell shows.

    Whoever has the shell acts as the machine's owner, and nothing can be kept from him;
    but what is restricted is shown only where he asks for it, and then a reading is
    written.
    """
    return Clearance(None, frozenset(Label) if restricted else _TEAM)
