"""What people ask of channels: a test, another try, and to be told elsewhere or later."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from pydantic_core import PydanticCustomError
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.errors import NotFound, Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.core.outbox.models import (
    ADDRESS,
    Delivery,
    Kind,
    Preference,
    State,
    Urgency,
)
from opsdesk.core.outbox.operations import tell
from opsdesk.core.outbox.queries import Wish
from opsdesk.core.settings.quantities import hours
from probes.finding import Words

_MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))+",
    re.ASCII,
)
UNARRIVED = (State.WAITING, State.GIVEN_UP, State.PERHAPS)
MOST_AT_ONCE = 500


class NothingToRetry(NotFound, RefusedInWords):
    """It has arrived, or it was never there."""


class WishChanged(Stale, RefusedInWords):
    """The same person keeps their wishes in another tab."""


def keep_wish(
    session: Session,
    username: str,
    wish: Wish,
    *,
    own: Collection[str],
    at: datetime,
) -> None:
    """Keep where and when a person wants to be told.

    `own` are the addresses the desk itself writes from; a loop starts there. Raises
    RefusedInWords for what is no address or span, WishChanged for a stale version.
    """
    _check(wish, own)
    mine = select(Preference).where(Preference.username == username)
    row = session.scalar(mine.with_for_update())
    if (row.version if row else 0) != wish.version:
        raise WishChanged(_CHANGED)
    if row is None:
        row = Preference(username=username, version=0)
        session.add(row)
    row.mail, row.quiet = wish.mail, wish.quiet
    row.digest_only, row.version = wish.digest_only, wish.version + 1
    audit.write(
        session,
        actor=username,
        action="notices.wish-kept",
        subject=username,
        at=at,
        detail={"mail": wish.mail, "quiet": wish.quiet, "digest": wish.digest_only},
    )


def ask_test(session: Session, channel: str, *, by: str, at: datetime) -> None:
    """Send a test notice through a channel to whoever asks (a room: to the room)."""
    tell(
        session,
        to=(by,),
        kind=Kind.TEST,
        subject_ref=channel,
        words=_TEST.fill(channel=channel, by=by),
        link="/notices/ledger",
        urgency=Urgency.NOW,
        at=at,
    )
    audit.write(
        session, actor=by, action="notices.tested", subject=f"channel:{channel}", at=at
    )


def retry_channel(session: Session, channel: str, *, by: str, at: datetime) -> int:
    """Try everything again now that has not arrived through a channel."""
    mine = Delivery.channel == channel
    return _retry(session, mine, subject=f"channel:{channel}", by=by, at=at)


def retry_one(session: Session, delivery_id: int, *, by: str, at: datetime) -> int:
    """Try one delivery again now."""
    mine = Delivery.id == delivery_id
    return _retry(session, mine, subject=f"delivery:{delivery_id}", by=by, at=at)


def _retry(
    session: Session, mine: ColumnElement[bool], *, subject: str, by: str, at: datetime
) -> int:
    tried = Delivery.state.in_(UNARRIVED), Delivery.tries > 0
    query = select(Delivery).where(mine, *tried).order_by(Delivery.id)
    rows = session.scalars(query.limit(MOST_AT_ONCE).with_for_update()).all()
    if not rows:
        raise NothingToRetry(_NOTHING)
    for row in rows:
        row.state, row.due_at = State.WAITING, at
        row.tries, row.doubts = 0, 0
    audit.write(
        session,
        actor=by,
        action="notices.retried",
        subject=subject,
        at=at,
        detail={"deliveries": len(rows)},
    )
    return len(rows)


def _check(wish: Wish, own: Collection[str]) -> None:
    if wish.mail and (len(wish.mail) > ADDRESS or not _MAIL.fullmatch(wish.mail)):
        raise RefusedInWords(_BAD_MAIL)
    if wish.mail.lower() in {address.lower() for address in own}:
        raise RefusedInWords(_OWN_MAIL)
    try:
        if wish.quiet:
            hours(wish.quiet)
    except PydanticCustomError as error:
        raise RefusedInWords(_BAD_HOURS) from error


_CHANGED = Words(
    "通知设置在另一个页面改过了，这次没有保存。请刷新后再改。",
    "Your notice settings were changed on another page; nothing was saved now. Reload "
    "and change them again.",
)
_TEST = Words(
    "这是 {by} 发出的测试，收到即说明渠道 {channel} 可用。",
    "A test sent by {by}: the channel {channel} works.",
)
NO_MAIL = Words(
    "你还没有填写邮件地址，没有发送。请先在“通知设置”里填写，再测试邮件渠道。",
    "You have given no mail address, so nothing was sent. Give one under notice settings "
    "and test the mail channel again.",
)
_NOTHING = Words(
    "没有需要重试的通知：可能已经送出，或者正在发送。",
    "Nothing is left to retry: it may have arrived, or be on its way.",
)
_BAD_MAIL = Words(
    "邮件地址的写法不对，例如 name@example.com。没有保存。",
    "This is not a mail address such as name@example.com. Nothing was saved.",
)
_OWN_MAIL = Words(
    "这是运维台自己的发件地址，会造成邮件循环。没有保存，请填写你自己的地址。",
    "The desk writes from this address itself, and mail would go in circles. Nothing "
    "was saved; give an address of your own.",
)
_BAD_HOURS = Words(
    "免打扰时段应写作 22:00-07:00（可跨零点），不设免打扰写 never。没有保存。",
    "Write quiet hours as 22:00-07:00 (they may pass midnight), or never. Nothing was "
    "saved.",
)
