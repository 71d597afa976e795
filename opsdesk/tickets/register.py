"""A register as a value: its fields, its states, and its table of moves.

Each slice declares one. Nothing but the table decides what may follow what: a page, a
bulk action and the scheduler all go through `operations.moving`, which reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy.orm import Session

from opsdesk.people.models import Role
from opsdesk.tickets.models import Kind, Ticket
from probes.finding import Words

BUSINESS = frozenset({Role.ENGINEER, Role.LEAD})
LEAD = frozenset({Role.LEAD})
CUSTOMER = frozenset({Role.CUSTOMER})
EITHER_SIDE = frozenset({Role.ENGINEER, Role.LEAD, Role.CUSTOMER})


class Actor(Protocol):
    """Who acts: an account, or the seat it sits in."""

    @property
    def username(self) -> str: ...
    @property
    def role(self) -> Role: ...


class Shape(StrEnum):
    """What a field holds, and how it is kept in the sheet."""

    LINE = "line"  # str, one line
    TEXT = "text"  # str, many lines
    CHOICE = "choice"  # str, the value of one choice
    CHOICES = "choices"  # list of str
    YES_NO = "yes-no"  # bool
    NUMBER = "number"  # float
    DATE = "date"  # "2026-11-22"
    MOMENT = "moment"  # ISO 8601 in UTC
    PERSON = "person"  # a user name
    PEOPLE = "people"  # list of user names
    ITEMS = "items"  # list of configuration item codes
    ROWS = "rows"  # list of {column: str}
    SHA256 = "sha256"  # 64 hexadecimal digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a register: what it is called, and what it takes."""

    name: str
    label: Words
    shape: Shape = Shape.LINE
    choices: tuple[tuple[str, Words], ...] = ()
    columns: tuple[Field, ...] = ()  # of ROWS
    hint: Words | None = None
    longest: int = 4000
    frozen: bool = True  # part of what is approved
    by_hand: bool = True  # False: only the desk writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields that stand together on the page."""

    title: Words
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state: its word, and whether the ticket still asks for something."""

    name: str
    label: Words
    is_open: bool = True
    mark: str = "plain"  # plain, attention, abnormal, normal, waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a gate looks at: the ticket as it would be after the move."""

    session: Session
    register: Register
    ticket: Ticket
    by: Actor
    at: datetime
    note: str = ""


Gate = Callable[[Attempt], Words | None]
"""Says why not, or None. Asked in the transaction that moves, the row locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One permitted step. `needs` are fields that must be filled by then.

    `asks` are fields the page offers while moving; `noted` wants a note; `signed`
    wants the password again; `sets` stamps a moment field with the desk's time. An
    empty `after` leaves the state as it is.
    """

    name: str
    label: Words
    before: tuple[str, ...]
    after: str
    roles: frozenset[Role] = BUSINESS
    needs: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    noted: Words | None = None
    signed: bool = False
    sets: str = ""
    approval: str = ""  # asks for signatures, for this purpose
    main: bool = False  # the one the page offers first
    offered: Callable[[Ticket], bool] | None = None  # None: always shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Whose signature an approval asks for, in this order."""

    title: Words
    role: Role | None = None
    username: str = ""  # instead of a role: this person


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Everything that makes one register what it is."""

    kind: Kind
    prefix: str
    title: Words
    path: str  # of its pages: /incidents
    groups: tuple[Group, ...]
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    openers: frozenset[Role] = BUSINESS
    short: tuple[str, ...] = ()  # the fields of the short form
    signers: Callable[[Ticket], tuple[Signer, ...]] | None = None
    decided: Mapping[tuple[str, bool], str] = field(
        default_factory=lambda: MappingProxyType({})
    )  # (state, agreed) -> state, once the last signer has decided
    voided: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    # state -> state, where signatures lose their object
    promises: bool = False  # the contract's fault clocks run
    locked: frozenset[str] = field(default_factory=frozenset)  # states without edits
    fields: Mapping[str, Field] = field(init=False)
    by_state: Mapping[str, State] = field(init=False)

    def __post_init__(self) -> None:
        fields = {one.name: one for group in self.groups for one in group.fields}
        states = {state.name: state for state in self.states}
        object.__setattr__(self, "fields", MappingProxyType(fields))
        object.__setattr__(self, "by_state", MappingProxyType(states))

    @property
    def first(self) -> State:
        return self.states[0]

    def move(self, name: str) -> Move | None:
        return next((move for move in self.moves if move.name == name), None)

    def moves_from(self, ticket: Ticket, role: Role) -> tuple[Move, ...]:
        """Return what a role may do next and has a use for, the main one first."""
        able = [
            move
            for move in self.moves
            if ticket.state in move.before
            and role in move.roles
            and (move.offered is None or move.offered(ticket))
        ]
        return tuple(sorted(able, key=lambda move: not move.main))


COLUMNS = frozenset({"title", "module", "region", "reporter", "owner"})
"""Fields that are columns of the ticket, so that lists filter by them."""


def value(ticket: Ticket, name: str) -> Any:
    """Return a field of a ticket; None where it was never filled."""
    return getattr(ticket, name) if name in COLUMNS else ticket.sheet.get(name)


def filled(ticket: Ticket, name: str) -> bool:
    """Tell whether a field holds something; False and 0 are something."""
    held = value(ticket, name)
    return held not in (None, "", [])
