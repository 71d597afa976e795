"""The second factor: enrolling a device, its recovery codes, and the code at the door."""

from __future__ import annotations

import io
from datetime import datetime

import segno
from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response as AnyResponse

from opsdesk.core.errors import NotFound
from opsdesk.core.language import RefusedInWords
from opsdesk.people import operations, second_factor
from opsdesk.people import sign_in as door
from opsdesk.people.models import Person
from opsdesk.people.reauthentication import confirm_password
from opsdesk.web import account, signing, unit
from opsdesk.web.access import anyone, signed_in, somebody
from opsdesk.web.gate import go, origin, policy
from opsdesk.web.language import words
from opsdesk.web.words import gettext as _

screen = Blueprint("second_factor", __name__)

INVALID = 422


@screen.get("/me/second-factor")
@signed_in(any_password=True)
def page() -> str:
    """Show whether a device is enrolled, and what can be done about it."""
    return _page()


@screen.post("/me/second-factor/begin")
@signed_in(any_password=True)
def begin() -> AnyResponse:
    """Make a secret for a new device; the password is asked, not a session's word."""
    own = unit.session()
    person = confirm_password(
        own, somebody(), request.form.get("password", ""), at=g.at
    )
    second_factor.begin(own, person, vault=unit.vault(), at=g.at)
    return go(url_for("second_factor.page"))


@screen.get("/me/second-factor/qr.svg")
@signed_in(any_password=True)
def picture() -> Response:
    """Draw what the device has to learn, while the enrolment waits for its code."""
    waiting = _pending()
    if waiting is None:
        raise NotFound("没有正在绑定的动态码。")
    out = io.BytesIO()
    made = segno.make(waiting.uri, error="m", micro=False)
    made.save(out, kind="svg", scale=5, border=4, dark="#000", light="#fff")
    return Response(out.getvalue(), mimetype="image/svg+xml")


@screen.post("/me/second-factor/confirm")
@signed_in(any_password=True)
def confirm() -> str | tuple[str, int]:
    """Enrol the device that shows the right code; show the recovery codes once."""
    own = unit.session()
    code = request.form.get("code", "")
    try:
        codes = second_factor.confirm(own, _myself(), code, vault=unit.vault(), at=g.at)
    except RefusedInWords as refusal:
        return _page(words(refusal.words)), INVALID
    return render_template("second_factor/codes.html", codes=codes)


@screen.post("/me/second-factor/codes")
@signed_in
def codes() -> str:
    """Replace the recovery codes and show the new ones once."""
    own = unit.session()
    signing.reauthenticate(own)
    made = second_factor.renew_codes(own, _myself(), at=g.at)
    return render_template("second_factor/codes.html", codes=made)


@screen.post("/me/second-factor/remove")
@signed_in
def remove() -> AnyResponse:
    """Take one's own second factor away, with a last code of it."""
    own = unit.session()
    signing.reauthenticate(own)
    second_factor.remove_own(own, _myself(), at=g.at)
    flash(_("动态码已解除绑定。"))
    return go(url_for("second_factor.page"))


@screen.route("/sign-in/code", methods=["GET", "POST"])
@anyone
def enter() -> str | AnyResponse | tuple[str, int]:
    """Ask for the code after a right password; wrong ones count like passwords."""
    half = _half()
    if half is None:
        refusal = words(door.TOO_LATE)
        return render_template("second_factor/enter.html", refusal=refusal, over=True)
    if request.method == "GET":
        return render_template("second_factor/enter.html")
    with unit.database().unit() as own:
        attempt = door.sign_in_with_code(
            own,
            door.SecondStep(half, request.form.get("code", "")),
            vault=unit.vault(),
            origin=origin(),
            at=g.at,
            policy=policy(),
        )
    if attempt.token is not None:
        return account.enter(attempt.token, str(cookie.get("next", "")))
    assert attempt.refusal is not None
    if attempt.half is None:
        cookie.pop("half", None)
    refusal = words(attempt.refusal)
    return render_template(
        "second_factor/enter.html", refusal=refusal, over=attempt.half is None
    ), 403


def _half() -> door.Half | None:
    kept = cookie.get("half")
    if kept is None:
        return None
    username, version, at = kept
    return door.Half(username, version, datetime.fromisoformat(at))


def _myself() -> Person:
    return operations.person_named(unit.session(), somebody().username)


def _pending() -> second_factor.Enrolment | None:
    seat = somebody()
    return second_factor.pending(
        unit.session(),
        seat.person_id,
        seat.username,
        vault=unit.vault(),
        issuer=unit.desk().settings.desk.name,
    )


def _page(refusal: str = "") -> str:
    seat = somebody()
    return render_template(
        "second_factor/page.html",
        waiting=None if seat.has_second_factor else _pending(),
        left=second_factor.codes_left(unit.session(), seat.person_id),
        refusal=refusal,
    )
