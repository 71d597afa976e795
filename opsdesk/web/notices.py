"""The bell, one's own notices, how one is told, and the ledger of what was sent."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from opsdesk.core.language import RefusedInWords
from opsdesk.core.outbox import channels, operations, queries
from opsdesk.core.outbox.queries import Wish
from opsdesk.core.outbox.words import (
    KIND_WORDS,
    RESULT_WORDS,
    STATE_WORDS,
    reason_words,
)
from opsdesk.core.settings import Channel
from opsdesk.people.models import Role
from opsdesk.web import unit
from opsdesk.web.access import anyone, current_person, may, signed_in, somebody
from opsdesk.web.gate import go
from opsdesk.web.language import words
from opsdesk.web.words import gettext as _
from opsdesk.web.words import ngettext

screen = Blueprint("notices", __name__, url_prefix="/notices")

KEEPERS = (Role.LEAD, Role.SYSTEM)
PAGE = 50


def unread() -> int:
    """Return how many notices whoever is signed in has not read, up to 100."""
    seat = current_person()
    if seat is None:
        return 0
    if request.method == "GET":
        return queries.unread(unit.session(), seat.username)
    with unit.database().reading() as reading:
        return queries.unread(reading, seat.username)


@screen.get("/bell")
@anyone
def bell() -> str | Response:
    """Show the bell anew. A page asks on its own, so a session that ended says nothing.

    Sending its reader off to sign in could cost them what they are typing.
    """
    if current_person() is None:
        return Response(status=204)
    return render_template("notices/_bell.html")


@screen.get("")
@signed_in
def index() -> str:
    """List one's own notices, newest first."""
    only_unread = request.args.get("show", "") != "all"
    rows = queries.notices(
        unit.session(),
        somebody().username,
        only_unread=only_unread,
        before=request.args.get("before", type=int),
        limit=PAGE + 1,
    )
    older = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render_template(
        "notices/index.html",
        rows=rows[:PAGE],
        only_unread=only_unread,
        older=older,
        kinds=KIND_WORDS,
        keeps=somebody().role in KEEPERS,
    )


@screen.get("/<int:notice_id>")
@signed_in
def follow(notice_id: int) -> AnyResponse:
    """Go to what a notice is about; following it is reading it."""
    link = queries.link_of(unit.session(), somebody().username, notice_id)
    operations.mark_read(unit.writing(), somebody().username, notice_id, at=g.at)
    return redirect(link, 303)


@screen.post("/<int:notice_id>/read")
@signed_in
def read(notice_id: int) -> AnyResponse:
    """Mark one as read."""
    operations.mark_read(unit.session(), somebody().username, notice_id, at=g.at)
    return go(_back())


@screen.post("/read")
@signed_in
def read_all() -> AnyResponse:
    """Mark all as read that were there when the page was shown, and none after."""
    up_to = request.form.get("up_to", 0, type=int)
    count = operations.mark_all_read(
        unit.session(), somebody().username, up_to, at=g.at
    )
    flash(ngettext("%(num)d 条通知已标为已读。", "%(num)d 条通知已标为已读。", count))
    return go(url_for("notices.index"))


@screen.get("/wishes")
@signed_in
def wishes() -> str:
    """Show where and when one wants to be told."""
    return _wishes(queries.wish_of(unit.session(), somebody().username))


@screen.post("/wishes")
@signed_in
def keep_wishes() -> str | AnyResponse | tuple[str, int]:
    """Keep them."""
    text = request.form.get
    wish = Wish(
        mail=text("mail", "").strip(),
        quiet=text("quiet", "").strip(),
        digest_only=text("digest_only", "") == "1",
        version=text("version", 0, type=int),
    )
    username = somebody().username
    own = [one.sender for one in _channels() if one.sender]
    try:
        channels.keep_wish(unit.session(), username, wish, own=own, at=g.at)
    except channels.WishChanged:
        raise
    except RefusedInWords as refusal:
        unit.roll_back()
        return _wishes(wish, words(refusal.words)), 422
    flash(_("通知设置已保存。"))
    return go(url_for("notices.wishes"))


@screen.get("/ledger")
@may(*KEEPERS)
def ledger() -> str:
    """Show how each channel is doing, what is stuck, and every try."""
    session, text = unit.session(), request.args.get
    chosen = text("channel", "")
    rows = queries.ledger(
        session, channel=chosen, before=text("before", type=int), limit=PAGE + 1
    )
    return render_template(
        "notices/ledger.html",
        channels=_channels(),
        health={one.name: one for one in queries.health(session)},
        stuck=queries.stuck(session),
        rows=rows[:PAGE],
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
        chosen=chosen,
        kinds=KIND_WORDS,
        results=RESULT_WORDS,
        states=STATE_WORDS,
        reason=reason_words,
    )


@screen.post("/channels/<name>/test")
@may(*KEEPERS)
def test(name: str) -> AnyResponse:
    """Send a test notice through a channel."""
    channel = next((one for one in _channels() if one.name == name), None)
    if channel is None:
        raise channels.NothingToRetry(reason_words("no-channel"))
    session, username = unit.session(), somebody().username
    if channel.personal and not queries.wish_of(session, username).mail:
        raise RefusedInWords(channels.NO_MAIL)
    channels.ask_test(session, name, by=username, at=g.at)
    flash(_("测试通知已交给渠道 %(name)s，几秒后可在下面看到结果。", name=name))
    return go(url_for("notices.ledger"))


@screen.post("/channels/<name>/retry")
@may(*KEEPERS)
def retry_channel(name: str) -> AnyResponse:
    """Try everything again that has not arrived through a channel."""
    count = channels.retry_channel(
        unit.session(), name, by=somebody().username, at=g.at
    )
    flash(ngettext("%(num)d 条通知将马上重试。", "%(num)d 条通知将马上重试。", count))
    return go(url_for("notices.ledger"))


@screen.post("/deliveries/<int:delivery_id>/retry")
@may(*KEEPERS)
def retry(delivery_id: int) -> AnyResponse:
    """Try one delivery again."""
    channels.retry_one(unit.session(), delivery_id, by=somebody().username, at=g.at)
    flash(_("这条通知将马上重试。"))
    return go(url_for("notices.ledger"))


def _channels() -> list[Channel]:
    return list(unit.desk().settings.notices.channels.values())


def _wishes(wish: Wish, refusal: str = "") -> str:
    notices = unit.desk().settings.notices
    role = somebody().role.value
    return render_template(
        "notices/wishes.html",
        wish=wish,
        refusal=refusal,
        quiet=_span(notices.quiet),
        digest=f"{notices.digest:%H:%M}",
        channels=[one for one in _channels() if role in one.roles],
    )


def _span(quiet: tuple[object, object] | None) -> str:
    return f"{quiet[0]:%H:%M}-{quiet[1]:%H:%M}" if quiet else "never"


def _back() -> str:
    return url_for("notices.index", show=request.form.get("show") or None)
