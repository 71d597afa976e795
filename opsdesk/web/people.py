"""Accounts, for the two administrators who keep them."""

from __future__ import annotations

from flask import Blueprint, flash, g, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from opsdesk.core.language import RefusedInWords
from opsdesk.people import factor_reset, grants, operations
from opsdesk.people.models import Person, Role
from opsdesk.people.queries import accounts, proposals
from opsdesk.web import unit
from opsdesk.web.access import may, somebody
from opsdesk.web.forms import ROLE_WORDS, AccountForm, RoleForm
from opsdesk.web.gate import go
from opsdesk.web.language import words
from opsdesk.web.words import gettext as _

screen = Blueprint("people", __name__, url_prefix="/people")


@screen.get("")
@may(Role.SYSTEM, Role.SECURITY)
def index() -> str:
    """List the accounts and the roles that await a second administrator."""
    return _list(AccountForm())


@screen.post("")
@may(Role.SYSTEM)
def add() -> str | Response | tuple[str, int]:
    """Apply for an account; it opens when the security administrator confirms."""
    form = AccountForm()
    if not form.validate():
        return _list(form), 422
    by = _myself(unit.session())
    try:
        grants.apply_for(
            unit.session(),
            username=(form.username.data or "").strip(),
            name=form.name.data or "",
            role=Role(form.role.data),
            by=by,
            at=g.at,
        )
    except RefusedInWords as refusal:
        return _list(form, refusal=words(refusal.words)), 422
    flash(_("账号已申请，要安全管理员确认后才能使用。"))
    return go(url_for("people.index"))


@screen.post("/<username>/role")
@may(Role.SYSTEM, Role.SECURITY)
def propose(username: str) -> Response:
    """Propose another role."""
    form = RoleForm()
    if form.validate():
        own = unit.session()
        person = operations.person_named(own, username)
        role = Role(form.role.data)
        grants.propose_role(own, person, role, by=_myself(own), at=g.at)
        flash(_("角色已提出，要另一位管理员确认。"))
    return go(url_for("people.index"))


@screen.post("/proposals/<int:grant_id>/confirm")
@may(Role.SYSTEM, Role.SECURITY)
def confirm(grant_id: int) -> str | Response:
    """Confirm what the other administrator proposed."""
    own = unit.session()
    grant = grants.confirm_role(own, grant_id, by=_myself(own), at=g.at)
    if grant.password is not None:
        return _show_once(grant.username, grant.password)
    flash(_("角色已授予。"))
    return go(url_for("people.index"))


@screen.post("/proposals/<int:grant_id>/decline")
@may(Role.SYSTEM, Role.SECURITY)
def decline(grant_id: int) -> Response:
    """Turn a proposal down, or take one's own back."""
    own = unit.session()
    grants.decline_role(own, grant_id, by=_myself(own), at=g.at)
    flash(_("没有授予，角色不变。"))
    return go(url_for("people.index"))


@screen.post("/<username>/second-factor/reset")
@may(Role.SYSTEM, Role.SECURITY)
def propose_reset(username: str) -> Response:
    """Ask to take a lost device's second factor away."""
    own = unit.session()
    person = operations.person_named(own, username)
    factor_reset.propose(own, person, by=_myself(own), at=g.at)
    flash(_("重置动态码已提出，要另一位管理员确认。"))
    return go(url_for("people.index"))


@screen.post("/resets/<int:reset_id>/confirm")
@may(Role.SYSTEM, Role.SECURITY)
def confirm_reset(reset_id: int) -> Response:
    """Take away the second factor that the other administrator asked about."""
    own = unit.session()
    factor_reset.confirm(own, reset_id, by=_myself(own), at=g.at)
    flash(_("动态码已重置，请本人重新绑定。"))
    return go(url_for("people.index"))


@screen.post("/resets/<int:reset_id>/decline")
@may(Role.SYSTEM, Role.SECURITY)
def decline_reset(reset_id: int) -> Response:
    """Leave the second factor as it is."""
    own = unit.session()
    factor_reset.decline(own, reset_id, by=_myself(own), at=g.at)
    flash(_("没有重置，动态码不变。"))
    return go(url_for("people.index"))


@screen.post("/<username>/disable")
@may(Role.SYSTEM)
def disable(username: str) -> Response:
    """End an account."""
    own = unit.session()
    person = operations.person_named(own, username)
    grants.require_one_suffices(person)
    operations.disable(own, person, by=somebody().username, at=g.at)
    flash(_("账号已停用，所有登录都已结束。"))
    return go(url_for("people.index"))


@screen.post("/<username>/enable")
@may(Role.SYSTEM)
def enable(username: str) -> Response:
    """Open a disabled account again."""
    own = unit.session()
    person = operations.person_named(own, username)
    grants.require_one_suffices(person)
    operations.enable(own, person, by=somebody().username, at=g.at)
    flash(_("账号已启用。"))
    return go(url_for("people.index"))


@screen.post("/<username>/unlock")
@may(Role.SECURITY)
def unlock(username: str) -> Response:
    """Let a locked account try again."""
    own = unit.session()
    person = operations.person_named(own, username)
    operations.unlock(own, person, by=somebody().username, at=g.at)
    flash(_("账号已解锁。"))
    return go(url_for("people.index"))


@screen.post("/<username>/reset")
@may(Role.SECURITY)
def reset(username: str) -> str:
    """Give a new one-time password and show it once."""
    own = unit.session()
    person = operations.person_named(own, username)
    grants.require_one_suffices(person)
    password = operations.reset_password(own, person, by=somebody().username, at=g.at)
    return _show_once(username, password)


def _myself(session: Session) -> Person:
    return operations.person_named(session, somebody().username)


def _show_once(username: str, password: str) -> str:
    return render_template("people/password.html", username=username, password=password)


def _list(form: AccountForm, *, refusal: str = "") -> str:
    seat = somebody()
    return render_template(
        "people/index.html",
        rows=accounts(unit.session()),
        proposals=proposals(unit.session()),
        resets=factor_reset.waiting(unit.session()),
        form=form,
        role_form=RoleForm(),
        now=g.at,
        refusal=refusal,
        role_words=ROLE_WORDS,
        seat=seat,
        granting=grants.GRANTING,
        administrators=grants.ADMINISTRATORS,
    )
