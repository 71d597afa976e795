"""Who may enter: every view says so, and the desk does not start where one is silent.

@screen.get("/rounds")
@may(Role.ENGINEER, Role.LEAD)
def index() -> str: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from flask import Flask, current_app, g

from opsdesk.core.errors import Forbidden
from opsdesk.core.language import RefusedInWords
from opsdesk.people.models import Role
from opsdesk.people.seats import Seat
from probes.finding import Words

View = TypeVar("View", bound=Callable[..., Any])

BUSINESS = (Role.ENGINEER, Role.LEAD)
READERS = (Role.ENGINEER, Role.LEAD, Role.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Access:
    """What a view declared."""

    roles: frozenset[Role]
    public: bool = False
    quiet: bool = False  # asked by a page on its own: does not keep a session alive
    wall: bool = False  # open to the machines of `wall.addresses` without a session
    any_password: bool = False  # open even while the password must be changed


class Undeclared(Exception):
    """A view does not say who may enter."""


class MayNot(Forbidden, RefusedInWords):
    """The role of whoever is signed in does not open this page."""


def may(
    *roles: Role, quiet: bool = False, wall: bool = False
) -> Callable[[View], View]:
    """Let these roles in; with `wall` the machines that the wall hangs on as well."""
    return _declare(Access(frozenset(roles), quiet=quiet, wall=wall))


@overload
def signed_in(view: View) -> View: ...
@overload
def signed_in(
    *, quiet: bool = False, any_password: bool = False
) -> Callable[[View], View]: ...
def signed_in(
    view: Callable[..., Any] | None = None,
    *,
    quiet: bool = False,
    any_password: bool = False,
) -> Any:
    """Let everybody in who is signed in: `@signed_in` or `@signed_in(quiet=True)`."""
    access = Access(frozenset(Role), quiet=quiet, any_password=any_password)
    return _declare(access) if view is None else _declare(access)(view)


def anyone(view: View) -> View:
    """Let the world in."""
    return _declare(Access(frozenset(Role), public=True, quiet=True))(view)


def access_of(app: Flask, endpoint: str) -> Access:
    """Return what a view declared. Raises Undeclared."""
    view = app.view_functions[endpoint]
    access = getattr(view, "opsdesk_access", None)
    if not isinstance(access, Access):
        raise Undeclared(f"{endpoint} does not say who may enter; see web/access.py")
    return access


def require_declarations(app: Flask) -> None:
    """Refuse to start with a view that anybody might enter by oversight."""
    for endpoint in app.view_functions:
        access_of(app, endpoint)


def current_person() -> Seat | None:
    """Return who is signed in, None for strangers."""
    seat: Seat | None = g.get("seat")
    return seat


def somebody() -> Seat:
    """Return who is signed in, in a view that lets nobody else in."""
    seat = current_person()
    assert seat is not None
    return seat


def opens(endpoint: str) -> bool:
    """Tell whether a page exists and lets the present person in."""
    if endpoint not in current_app.view_functions:
        return False
    access = access_of(current_app, endpoint)
    seat = current_person()
    return access.public or (seat is not None and seat.role in access.roles)


def require_role(access: Access, seat: Seat) -> None:
    """Raise MayNot where the seat's role was not declared."""
    if seat.role not in access.roles:
        raise MayNot(
            Words(
                "你的角色不能打开这个页面。没有任何改动；如果需要，请联系运维负责人。",
                "Your role does not open this page. Nothing was changed; ask the lead "
                "if you need it.",
            )
        )


def _declare(access: Access) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.opsdesk_access = access  # type: ignore[attr-defined]
        return view

    return declare
