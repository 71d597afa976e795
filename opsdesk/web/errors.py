"""Pages for what went wrong: a sentence for the person, one line for the log."""

from __future__ import annotations

import traceback

import structlog
from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from opsdesk.core import audit
from opsdesk.core.errors import Forbidden, NotFound, Refused, Stale
from opsdesk.people.sign_in import WrongPassword, count_failure
from opsdesk.web.access import current_person
from opsdesk.web.gate import origin, policy
from opsdesk.web.language import said
from opsdesk.web.unit import database, roll_back
from opsdesk.web.words import gettext as _

STATUS: dict[type[Refused], int] = {Forbidden: 403, NotFound: 404, Stale: 409}
CONFLICT, MISSING = 409, 404

LOG = structlog.get_logger()


def install(app: Flask) -> None:
    """Answer every kind of trouble with a page of our own."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _bug)


def _refused(refusal: Refused) -> tuple[str, int]:
    """Show why, undo the unit, and keep in the audit trail that it was refused."""
    roll_back()
    status = _status(refusal)
    if status != MISSING:
        _record(refusal)
    return _page(status, said(refusal)), status


def _status(refusal: Refused) -> int:
    for kind, code in STATUS.items():
        if isinstance(refusal, kind):
            return code
    return CONFLICT


def _record(refusal: Refused) -> None:
    seat = current_person()
    with database().unit() as unit:
        if isinstance(refusal, WrongPassword):
            name = refusal.username
            count_failure(unit, name, origin=origin(), at=g.at, policy=policy())
        audit.write(
            unit,
            actor=seat.username if seat else "",
            action="refused",
            subject=f"{request.method} {request.path}"[:200],
            at=g.at,
            detail={"why": refusal.sentence, "address": origin().address},
        )


def _stale_form(_error: CSRFError) -> tuple[str, int]:
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
        413: _("提交的内容太大，没有保存。"),
        429: _("请求太频繁，请稍后再试。"),
    }
    return _page(status, sentences.get(status, error.name)), status


def _bug(error: InternalServerError) -> tuple[str, int]:
    """Log the trace once, under the id that the page shows."""
    roll_back()
    cause = error.original_exception or error
    # formatted here: a renderer may add local variables, and passwords are among them
    trace = "".join(traceback.format_exception(cause))
    LOG.error("request-failed", path=request.path, exception=trace)
    sentence = _(
        "程序出错了，这次操作没有保存。请把编号 %(id)s 告诉管理员，日志里有同样的编号。",
        id=g.get("request_id", "-"),
    )
    return _page(500, sentence), 500


def _page(status: int, sentence: str) -> str:
    return render_template("errors/error.html", status=status, sentence=sentence)
