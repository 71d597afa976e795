"""Pages for what went wrong: a sentence for the person, one line for the log."""

from __future__ import annotations

import traceback
from contextlib import suppress

import structlog
from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as DatabaseTimeout
from werkzeug.exceptions import HTTPException, InternalServerError

from opsdesk.core import audit
from opsdesk.core.errors import Forbidden, NotFound, Refused, Stale
from opsdesk.core.files import Damaged, Unwritable
from opsdesk.people.reauthentication import WrongPassword
from opsdesk.people.sign_in import count_failure
from opsdesk.web.access import current_person
from opsdesk.web.gate import SignedOut, origin, policy
from opsdesk.web.language import said, words
from opsdesk.web.typed import typed
from opsdesk.web.unit import database, roll_back
from opsdesk.web.words import gettext as _

STATUS: dict[type[Refused], int] = {
    SignedOut: 401,
    Forbidden: 403,
    NotFound: 404,
    Stale: 409,
}
CONFLICT, UNAVAILABLE = 409, 503
UNNOTED = (401, 404)  # nobody's attempt, and nothing's
FULL = ("disk is full", "No space left")  # as SQLite and PostgreSQL say it
AWAY = (OperationalError, InterfaceError, DatabaseTimeout)

LOG = structlog.get_logger()


def install(app: Flask) -> None:
    """Answer every kind of trouble with a page of our own."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _bug)
    for away in AWAY:
        app.register_error_handler(away, _away)
    for broken in (Damaged, Unwritable):
        app.register_error_handler(broken, _broken_store)


def _refused(refusal: Refused) -> tuple[str, int]:
    """Show why, undo the unit, and keep in the audit trail that it was refused."""
    roll_back()
    status = _status(refusal)
    if status not in UNNOTED:
        _record(refusal)
    return _page(status, said(refusal)), status


def _status(refusal: Refused) -> int:
    for kind, code in STATUS.items():
        if isinstance(refusal, kind):
            return code
    return CONFLICT


def _record(refusal: Refused) -> None:
    if isinstance(refusal, WrongPassword):
        name = refusal.username
        with database().unit() as unit:
            count_failure(unit, name, origin=origin(), at=g.at, policy=policy())
    _note(refusal.sentence)


def _note(why: str) -> None:
    seat = current_person()
    with database().unit() as unit:
        audit.write(
            unit,
            actor=seat.username if seat else "",
            action="refused",
            subject=f"{request.method} {request.path}"[:200],
            at=g.at,
            detail={"why": why, "address": origin().address},
        )


def _stale_form(error: CSRFError) -> tuple[str, int]:
    if current_person() is not None:
        _note(str(error.description))
    sentence = _(
        "这张表单已失效，可能是登录过期或在别处重新登录。没有任何改动：请返回、刷新后再提交。"
    )
    return _page(400, sentence), 400


def _http(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    sentences = {
        400: _("请求不完整或不被接受。没有任何改动。"),
        403: _("这里不对你开放。没有任何改动。"),
        404: _("没有这个页面。可能地址写错了，或者对象编号不存在。"),
        405: _("这个地址不接受这种操作。没有任何改动。"),
        413: _(
            "提交的内容超过 40 MiB，没有保存。请返回上一页，拆分文件或换一个较小的再提交；"
            "填写的文字一般还在。"
        ),
        429: _("请求太频繁，请稍后再试。"),
    }
    return _page(status, sentences.get(status, error.name)), status


def _bug(error: InternalServerError) -> tuple[str, int]:
    """Log the trace once, under the id that the page shows."""
    cause = error.original_exception or error
    if isinstance(cause, AWAY) and not _is_ours(cause):
        return _away(cause)
    with suppress(SQLAlchemyError):
        roll_back()
    # formatted here: a renderer may add local variables, and passwords are among them
    trace = "".join(traceback.format_exception(cause))
    LOG.error("request-failed", path=request.path, exception=trace)
    sentence = _(
        "程序出错了，这次操作没有保存。请把编号 %(id)s 告诉管理员，日志里有同样的编号。",
        id=g.get("request_id", "-"),
    )
    return _page(500, sentence), 500


def _is_ours(trouble: Exception) -> bool:
    """Tell a mistake of ours, a write in a unit that only reads, from an outage."""
    return "readonly database" in str(trouble)


def _away(trouble: Exception) -> tuple[str, int]:
    """Say that the database does not answer: nothing was saved, and it may come back."""
    if _is_ours(trouble):
        return _bug(InternalServerError(original_exception=trouble))
    with suppress(SQLAlchemyError):
        roll_back()
    LOG.error("database-away", path=request.path, why=str(trouble)[:500])
    sentence = _(
        "数据库暂时连接不上，这次操作没有保存。请稍后重试；如果一直这样，请联系系统管理员。"
    )
    if any(words in str(trouble) for words in FULL):
        sentence = _(
            "数据库所在的磁盘已满，这次操作没有保存。请系统管理员腾出空间，然后再提交一次。"
        )
    return _page(UNAVAILABLE, sentence), UNAVAILABLE


def _broken_store(trouble: Damaged | Unwritable) -> tuple[str, int]:
    """Say what is wrong with the kept files, in the words that they came with."""
    roll_back()
    LOG.error("store", path=request.path, why=trouble.words.en)
    return _page(UNAVAILABLE, words(trouble.words)), UNAVAILABLE


def _page(status: int, sentence: str) -> str:
    values = {
        "typed": typed(),
        "status": status,
        "sentence": sentence,
        "unread": None,
        "on_duty_now": None,
    }  # no more asking
    return render_template("errors/error.html", **values)
