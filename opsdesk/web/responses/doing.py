"""What people do to steps: the page and a phone's queue send the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import g, request
from werkzeug.wrappers import Response

from opsdesk.core.errors import NotFound, Refused
from opsdesk.responses.operations import deciding, stepping
from opsdesk.responses.operations.stepping import Tick
from opsdesk.web import signing, unit
from opsdesk.web.access import READERS, may, somebody
from opsdesk.web.responses.blueprint import RUN, done, screen
from opsdesk.web.words import gettext as _

LONGEST = 4000
AT_ONCE = timedelta(seconds=20)
"""A tick that arrives sooner is stamped by the desk alone."""

ACTS: dict[str, Callable[..., Any]] = {
    "begin": stepping.begin,
    "done": stepping.done,
    "confirm": stepping.confirm,
    "fail": stepping.fail,
    "skip": stepping.skip,
    "again": stepping.again,
}


@screen.post(f"{RUN}/steps/<key>/<act>")
@may(*READERS)
def act(number: str, key: str, act: str) -> Response:
    """Do something to a step; the same token is counted once."""
    session, seat = unit.session(), somebody()
    tick = _tick(key)
    if act in ("agree", "refuse"):
        signing.reauthenticate(session)
        agrees = act == "agree"
        deciding.decide(session, number, tick, agrees=agrees, by=seat, at=g.at)
    elif act in ("happened", "failed"):
        happened = act == "happened"
        stepping.resolve(session, number, tick, happened=happened, by=seat, at=g.at)
    elif act in ACTS:
        ACTS[act](session, number, tick, by=seat, at=g.at)
    else:
        raise NotFound("没有这种操作。没有任何改动。")
    return done(number, _("已记下。"), f"step-{key}")


def _tick(key: str) -> Tick:
    text = request.form.get("text", "").strip()
    if len(text) > LONGEST:
        raise Refused("文字超过 4000 字，没有保存。请缩短后再提交。")
    return Tick(
        key=key,
        version=request.form.get("version", type=int),
        token=sent_token(),
        claimed_at=pressed_at(),
        text=text,
    )


def sent_token() -> str | None:
    """Return the token the page made for this tick, None where it made none."""
    return request.form.get("token", "")[:64] or None


def pressed_at() -> datetime | None:
    """Return when it was pressed, where it was sent later than that."""
    try:
        moment = datetime.fromisoformat(request.form.get("pressed_at", ""))
    except ValueError:
        return None
    if moment.tzinfo is None or not timedelta(0) < g.at - moment:
        return None
    return moment if AT_ONCE < g.at - moment < timedelta(days=1) else None
