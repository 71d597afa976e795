"""What every request passes before its view: host, session, password, role."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from datetime import timedelta

import structlog
from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response

from opsdesk.core import clock
from opsdesk.core.language import RefusedInWords
from opsdesk.people.policy import DENGBAO3, Policy
from opsdesk.people.seats import Seat, seat_of, touch
from opsdesk.people.sign_in import Origin
from opsdesk.web import unit
from opsdesk.web.access import access_of, require_role
from opsdesk.web.typed import from_our_page, typed
from opsdesk.web.unit import SAFE
from probes.finding import Words

COOKIE = "opsdesk"
WIDEST = 2**31 - 1
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP")
TOUCH_EVERY = timedelta(minutes=1)


def install(app: Flask) -> None:
    """Put the gate before every view."""
    app.before_request(_name_request)
    app.before_request(_check_host)
    app.before_request(_check_values)
    app.before_request(_admit)


def policy() -> Policy:
    """Return how strict this desk's sign-in is."""
    found: Policy = current_app.config.get("OPSDESK_POLICY", DENGBAO3)
    return found


def origin() -> Origin:
    """Return where the request comes from."""
    agent = request.headers.get("User-Agent", "")
    return Origin(address=request.remote_addr or "", agent=agent[:200])


def is_htmx() -> bool:
    """Tell whether a page asked for a part of itself."""
    return request.headers.get("HX-Request") == "true"


def is_own_path(target: str) -> bool:
    """Tell whether `next` stays on this desk: a path, and nothing a browser bends."""
    return (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and "\\" not in target
        and target.isprintable()
    )


def go(target: str) -> Response:
    """Redirect; a page that asked with htmx is told to go as a whole."""
    if not is_htmx():
        return redirect(target, 303)
    return Response(status=204, headers={"HX-Redirect": target})


def _name_request() -> None:
    g.request_id = secrets.token_hex(6)
    g.at = clock.now()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _check_host() -> None:
    """Refuse a name that is not ours: DNS rebinding needs a name, never an address."""
    name = request.host.rsplit(":", 1)[0] if "]" not in request.host else "[]"
    allowed: frozenset[str] = current_app.config["OPSDESK_HOSTS"]
    if name == "[]" or name.lower() in allowed or _is_address(name):
        return
    raise BadRequest(f"unknown host {name[:80]!r}; add it to desk.hosts")


def _check_values() -> None:
    """Refuse what no database takes: NUL in a text, a number wider than a column."""
    texts = (*request.args.values(), *request.form.values(), request.path)
    if any("\0" in text for text in texts):
        raise BadRequest("a NUL character")
    numbers = [
        *(request.view_args or {}).values(),
        request.args.get("before", type=int),
    ]
    if any(isinstance(one, int) and abs(one) > WIDEST for one in numbers):
        raise NotFound


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def own_names(listen: str) -> frozenset[str]:
    """Return the names this machine answers to without being told."""
    return frozenset({"localhost", listen.lower(), socket.gethostname().lower()})


def _admit() -> Response | None:
    """Find out who asks; send strangers to sign in, and refuse the wrong role."""
    token = request.cookies.get(COOKIE, "")
    g.seat = _sit_down(token) if token and request.endpoint != "static" else None
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    seat: Seat | None = g.seat
    if access.public:
        return None
    if seat is None:
        return None if access.wall and _hangs_on_the_wall() else _to_sign_in()
    if not access.any_password and (seat.must_change or seat.must_enrol):
        first = "account.password" if seat.must_change else "second_factor.page"
        return go(url_for(first))
    if not access.quiet and g.at - seat.seen_at > TOUCH_EVERY:
        _stay(seat)
    require_role(access, seat)
    return None


def _hangs_on_the_wall() -> bool:
    """Tell whether one of the machines of `wall.addresses` asks.

    A proxy that nobody told us of hides who asks: then it is none of them.
    """
    settings = current_app.extensions["opsdesk"].settings
    if not settings.desk.https and any(one in request.headers for one in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(address in network for network in settings.wall_from)


def _sit_down(token: str) -> Seat | None:
    """Look up who asks; a page that only reads goes on reading in the same unit."""
    if request.method in SAFE:
        return seat_of(unit.session(), token, at=g.at, policy=policy())
    with unit.database().reading() as reading:
        return seat_of(reading, token, at=g.at, policy=policy())


def _stay(seat: Seat) -> None:
    """Remember that a session is in use, holding one connection at a time."""
    unit.roll_back()
    with unit.database().unit() as writing:
        touch(writing, seat.session_id, at=g.at)


class SignedOut(RefusedInWords):
    """The session ended while somebody was typing; the page gives the words back."""


_SIGNED_OUT = Words(
    "登录已过期，没有保存。你填写的内容在下面：请复制，重新登录后再提交。",
    "Your session has ended and nothing was saved. What you typed is below: copy it, "
    "sign in again and send it once more.",
)


def _to_sign_in() -> Response:
    if not is_htmx() and from_our_page() and typed():
        raise SignedOut(_SIGNED_OUT)
    path = request.full_path.rstrip("?") if request.method in SAFE else "/"
    return go(url_for("account.sign_in", next=path if path != "/" else None))
