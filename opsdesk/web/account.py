"""Signing in and out, one's own password and sessions, language and theme."""

from __future__ import annotations

from typing import TypedDict

from flask import Blueprint, flash, g, render_template, request, session, url_for
from sqlalchemy import update
from werkzeug.wrappers import Response

from opsdesk.core.language import RefusedInWords
from opsdesk.people import operations
from opsdesk.people import sign_in as door
from opsdesk.people.models import Person, Role
from opsdesk.people.queries import open_sessions
from opsdesk.people.reauthentication import WrongPassword, confirm_password
from opsdesk.web import unit
from opsdesk.web.access import anyone, current_person, signed_in, somebody
from opsdesk.web.forms import PasswordForm, SignInForm
from opsdesk.web.gate import COOKIE, go, is_own_path, origin, policy
from opsdesk.web.language import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    THEME_COOKIE,
    THEMES,
    words,
)
from opsdesk.web.navigation import places
from opsdesk.web.words import gettext as _

screen = Blueprint("account", __name__)


class CookieOptions(TypedDict):
    """How a cookie is set: no script reads it, no other site sends it."""

    max_age: int | None
    httponly: bool
    samesite: str
    secure: bool


YEAR = 365 * 24 * 3600
INVALID = 422


@screen.get("/")
@signed_in
def home() -> Response:
    """Go to the first page the person may open."""
    person = current_person()
    if person is not None and person.role is Role.CUSTOMER:
        return go(url_for("boards.customer"))
    open_places = places()
    endpoint = open_places[0].endpoint if open_places else "account.sessions"
    return go(url_for(endpoint))


@screen.route("/sign-in", methods=["GET", "POST"])
@anyone
def sign_in() -> str | Response | tuple[str, int]:
    """Ask for user name and password; five wrong ones lock the account."""
    form = SignInForm()
    if request.method == "GET":
        if current_person() is not None:
            return go(url_for("account.home"))
        form.next.data = request.args.get("next", "")
        return render_template("account/sign_in.html", form=form)
    if not form.validate():
        return render_template("account/sign_in.html", form=form), INVALID
    with unit.database().unit() as own:
        attempt = door.sign_in(
            own,
            form.username.data or "",
            form.password.data or "",
            origin=origin(),
            at=g.at,
            policy=policy(),
        )
    if attempt.refusal is not None:
        refusal = words(attempt.refusal)
        return render_template("account/sign_in.html", form=form, refusal=refusal), 403
    return _next_step(attempt, form.next.data or "")


@screen.post("/sign-out")
@signed_in(any_password=True)
def sign_out() -> Response:
    """End this browser's session."""
    door.sign_out(unit.session(), somebody(), at=g.at)
    return _leave()


@screen.route("/me/password", methods=["GET", "POST"])
@signed_in(any_password=True)
def password() -> str | Response | tuple[str, int]:
    """Change one's own password; the first one, and an old one, must be changed."""
    form = PasswordForm()
    if request.method == "GET":
        return _password_page(form)
    refusal = _change(form) if form.validate() else ""
    if refusal is not None:
        return _password_page(form, refusal), INVALID
    flash(_("密码已改，所有浏览器都已退出。请用新密码登录。"))
    return _leave()


@screen.get("/me/sessions")
@signed_in
def sessions() -> str:
    """Show where one is signed in."""
    seat = somebody()
    return render_template(
        "account/sessions.html",
        rows=open_sessions(unit.session(), seat.person_id, g.at),
        here_id=seat.session_id,
    )


@screen.post("/me/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> Response:
    """End one of one's own sessions."""
    door.end_session(unit.session(), somebody(), session_id, at=g.at)
    flash(_("那个浏览器已退出。"))
    return go(url_for("account.sessions"))


@screen.post("/language")
@anyone
def language() -> Response:
    """Change the language and stay on the page."""
    chosen = request.form.get("language", "")
    response = _back()
    if chosen in LANGUAGES:
        _keep(language=chosen)
        response.set_cookie(LANGUAGE_COOKIE, chosen, **_cookie(YEAR))
    return response


@screen.post("/theme")
@anyone
def theme() -> Response:
    """Change between light, dark and what the machine prefers, and stay."""
    chosen = request.form.get("theme", "")
    response = _back()
    if chosen in THEMES:
        _keep(theme=chosen)
        response.set_cookie(THEME_COOKIE, chosen, **_cookie(YEAR))
    return response


def _password_page(form: PasswordForm, refusal: str = "") -> str:
    return render_template(
        "account/password.html", form=form, refusal=refusal, policy=policy()
    )


def _change(form: PasswordForm) -> str | None:
    """Change the password, or return why not; a wrong present one is counted."""
    seat = somebody()
    if form.new.data != form.again.data:
        return _("两次输入的新密码不一样。密码未改动。")
    own = unit.session()
    try:
        confirm_password(own, seat, form.present.data or "", at=g.at)
        person = operations.person_named(own, seat.username)
        operations.change_password(
            own, person, new=form.new.data or "", at=g.at, policy=policy()
        )
    except WrongPassword:
        unit.roll_back()
        with unit.database().unit() as counting:
            door.count_failure(
                counting, seat.username, origin=origin(), at=g.at, policy=policy()
            )
        return _("现在的密码不对。密码未改动。")
    except RefusedInWords as refusal:
        return words(refusal.words)
    return None


def _next_step(attempt: door.Attempt, target: str) -> Response:
    """Let in, or keep in the signed cookie that the password was right and ask on."""
    half = attempt.half
    if half is None:
        return enter(attempt.token or "", target)
    session["half"] = [half.username, half.version, half.at.isoformat()]
    session["next"] = target[:500]
    return go(url_for("second_factor.enter"))


def enter(token: str, target: str) -> Response:
    """Give the browser its session and go where it wanted."""
    session.clear()  # a form token from before belongs to nobody
    response = go(target if is_own_path(target) else url_for("account.home"))
    response.set_cookie(COOKIE, token, **_cookie(None))
    return response


def _leave() -> Response:
    response = go(url_for("account.sign_in"))
    response.delete_cookie(COOKIE)
    return response


def _back() -> Response:
    target = request.form.get("next", "")
    return go(target if is_own_path(target) else url_for("account.home"))


def _keep(**choice: str) -> None:
    seat = current_person()
    if seat is not None:
        statement = update(Person).where(Person.id == seat.person_id)
        unit.session().execute(statement.values(**choice))


def _cookie(max_age: int | None) -> CookieOptions:
    return {
        "max_age": max_age,
        "httponly": True,
        "samesite": "Lax",
        "secure": request.is_secure or unit.desk().settings.desk.https,
    }
