"""The knowledge base: articles found, read, written, published and retired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.core.errors import Refused
from opsdesk.people.models import Role
from opsdesk.people.queries import names
from opsdesk.tickets.models import Article
from opsdesk.tickets.operations import articles as operations
from opsdesk.tickets.operations.articles import ArticleOvertaken, Writing
from opsdesk.tickets.operations.holding import found
from opsdesk.tickets.queries import articles as queries
from opsdesk.tickets.register import value
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.language import said
from opsdesk.web.words import gettext as _
from opsdesk.web.words import lazy_gettext as _l

screen = Blueprint("articles", __name__, url_prefix="/articles")

CONFLICT, UNPROCESSABLE = 409, 422
STATES = {
    operations.DRAFT: _l("草稿"),
    operations.PUBLISHED: _l("已发布"),
    operations.RETIRED: _l("已停用"),
}
MARKS = {
    operations.DRAFT: "pencil",
    operations.PUBLISHED: "circle-check",
    operations.RETIRED: "archive",
}


@screen.get("")
@may(*READERS)
def index() -> str:
    """List articles; words are looked for in titles and in published texts."""
    kept: dict[str, Any] = {
        name: request.args[name].strip()[:100]
        for name in ("q", "state")
        if request.args.get(name, "").strip()
    }
    wanted = queries.Wanted(
        words=kept.get("q", ""),
        state=kept.get("state", ""),
        published_only=not _writes(),
        before=request.args.get("before", "")[:24],
    )
    rows = queries.articles(unit.session(), wanted)
    more = len(rows) == queries.PAGE
    return render_template(
        "articles/index.html",
        rows=rows,
        kept=kept,
        older=url_for("articles.index", **kept, before=rows[-1].code) if more else None,
        names=names(unit.session()),
        **_spoken(),
    )


@screen.get("/new")
@may(*BUSINESS)
def new() -> str:
    """Offer an empty article, or one begun from a ticket: `?from=REQ-…`."""
    number = request.args.get("from", "")
    begun = _from_ticket(number) if number else Writing(title="", body="")
    return _form("", 0, begun, source=number)


@screen.post("/new")
@may(*BUSINESS)
def create() -> Response | tuple[str, int]:
    """Keep the article as a draft."""
    writing = _sent()
    try:
        row = operations.start(unit.session(), writing, by=somebody(), at=g.at)
    except Refused as refusal:
        unit.roll_back()
        return _form("", 0, writing, why=said(refusal)), UNPROCESSABLE
    flash(_("已保存为草稿；运维负责人发布后，大家都能读到。"))
    return go(url_for("articles.page", code=row.code))


@screen.get("/<code>")
@may(*READERS)
def page(code: str) -> str:
    """Show an article; the team sees its newest version, others what is published."""
    session = unit.session()
    asked = request.args.get("version", type=int)
    holds = queries.published(session, code)
    if not _writes():
        row = queries.for_reader(session, code)
    elif asked:
        row = queries.version(session, code, asked)
    else:
        row = queries.newest(session, code)
    return render_template(
        "articles/page.html",
        row=row,
        holds=holds,
        parts=list(parts(row.body)),
        versions=queries.versions(session, code) if _writes() else [],
        names=names(session),
        **_spoken(),
    )


@screen.get("/<code>/edit")
@may(*BUSINESS)
def edit(code: str) -> str:
    """Offer the newest version to be written on."""
    row = queries.newest(unit.session(), code)
    return _form(code, row.version, _as_writing(row))


@screen.post("/<code>/edit")
@may(*BUSINESS)
def save(code: str) -> Response | tuple[str, int]:
    """Keep a new version; where somebody was quicker, both texts are shown."""
    writing, seen = _sent(), _seen()
    try:
        operations.write(unit.session(), code, seen, writing, by=somebody(), at=g.at)
    except ArticleOvertaken as overtaken:
        unit.roll_back()
        row = queries.newest(unit.session(), code)
        form = _form(code, row.version, writing, why=said(overtaken), other=row)
        return form, CONFLICT
    except Refused as refusal:
        unit.roll_back()
        return _form(code, seen, writing, why=said(refusal)), UNPROCESSABLE
    flash(_("已保存为新版本的草稿；发布之前，大家读到的还是已发布的版本。"))
    return go(url_for("articles.page", code=code))


@screen.post("/<code>/publish")
@may(Role.LEAD)
def publish(code: str) -> Response:
    """Let everybody read the version the lead saw."""
    operations.publish(unit.session(), code, _seen(), by=somebody(), at=g.at)
    flash(_("已发布，可以搜索到了。"))
    return go(url_for("articles.page", code=code))


@screen.post("/<code>/retire")
@may(Role.LEAD)
def retire(code: str) -> Response:
    """Take an article out of use, with the reason."""
    why = request.form.get("why", "")
    operations.retire(unit.session(), code, _seen(), why, by=somebody(), at=g.at)
    flash(_("已停用：文章和理由都保留，搜索不再给出。"))
    return go(url_for("articles.page", code=code))


def parts(body: str) -> Iterator[tuple[str, str]]:
    """Return a text as ("heading", …) and ("text", …); lines beginning with # head."""
    lines: list[str] = []
    for line in body.split("\n"):
        if line.startswith("#") and line.strip("# "):
            if any(one.strip() for one in lines):
                yield "text", "\n".join(lines).strip("\n")
            lines = []
            yield "heading", line.strip("# ")
        else:
            lines.append(line)
    if any(one.strip() for one in lines):
        yield "text", "\n".join(lines).strip("\n")


def _from_ticket(number: str) -> Writing:
    """Return an article's beginning from what a ticket says. Raises Absent."""
    ticket = found(unit.session(), number)
    heads = {
        "description": _("现象"),
        "cause": _("原因"),
        "solution": _("处理"),
        "result": _("结果"),
    }
    told = [
        f"# {heads[name]}\n{value(ticket, name)}"
        for name in heads
        if isinstance(value(ticket, name), str)
    ]
    body = "\n\n".join([*told, _("来源：%(number)s", number=ticket.number)])
    return Writing(title=ticket.title, body=body, module=ticket.module)


def _as_writing(row: Article) -> Writing:
    return Writing(title=row.title, body=row.body, module=row.module)


def _sent() -> Writing:
    fields = ("title", "body", "module", "note")
    return Writing(**{name: request.form.get(name, "") for name in fields})


def _seen() -> int:
    return request.form.get("version", 0, type=int)


def _writes() -> bool:
    return somebody().role in BUSINESS


def _spoken() -> dict[str, Any]:
    return {"states": STATES, "marks": MARKS, "writes": _writes()}


def _form(
    code: str,
    version: int,
    held: Writing,
    *,
    why: str = "",
    other: Article | None = None,
    source: str = "",
) -> str:
    return render_template(
        "articles/edit.html",
        code=code,
        version=version,
        held=held,
        refused=why,
        other=other,
        source=source,
        names=names(unit.session()),
    )
