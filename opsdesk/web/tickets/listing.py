"""A register's list: filters in the address, saved views, files, many at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from opsdesk.core import audit, sheets
from opsdesk.core.errors import NotFound, Refused
from opsdesk.flows import work_tickets
from opsdesk.flows.registers import BY_PREFIX
from opsdesk.people.queries import names
from opsdesk.tickets.models import Kind
from opsdesk.tickets.operations import viewing
from opsdesk.tickets.operations.editing import Edition
from opsdesk.tickets.operations.moving import Step
from opsdesk.tickets.queries import lists
from opsdesk.tickets.queries.search import find
from opsdesk.tickets.register import Register
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.language import said, words
from opsdesk.web.tickets.blueprint import PATH, deed, register_at, screen

FILTERS = (
    *("scope", "state", "priority", "module", "region", "owner", "item"),
    *("q", "since", "until", "overdue", "complex"),
)
MOST_AT_ONCE = 100


@screen.get(PATH)
@may(*READERS)
def index(path: str) -> str:
    """List a register; the filters are the address."""
    register = register_at(path)
    session = unit.session()
    before = request.args.get("before", type=int)
    rows = lists.lines(session, _wanted(register.kind), before=before)
    kept = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    older: dict[str, Any] = {**kept}
    if len(rows) == lists.PAGE:
        older["before"] = rows[-1].id
    return render_template(
        "tickets/index.html",
        register=register,
        path=path,
        rows=rows,
        kept=kept,
        older=url_for("tickets.index", path=path, **older)
        if "before" in older
        else None,
        views=viewing.views(session, somebody().username, register.kind),
        names=names(session),
        at=g.at,
    )


def _wanted(kind: Kind) -> lists.Wanted:
    text = request.args.get
    scope = text("scope", "open")
    return lists.Wanted(
        kind=kind,
        open_only={"open": True, "closed": False}.get(scope),
        state=text("state", ""),
        priority=text("priority", ""),
        module=text("module", ""),
        region=text("region", ""),
        owner=somebody().username if text("owner") == "me" else text("owner", ""),
        item=text("item", ""),
        text=text("q", "").strip()[:100],
        since=_midnight(text("since", ""), 0),
        until=_midnight(text("until", ""), 1),
        overdue_at=g.at if text("overdue") else None,
        complex_only=bool(text("complex")),
    )


def _midnight(day: str, later: int) -> datetime | None:
    try:
        local = date.fromisoformat(day) + timedelta(days=later)
    except (ValueError, OverflowError):
        return None
    zone = unit.desk().settings.desk.timezone
    return datetime.combine(local, time(0), zone).astimezone(UTC)


@screen.get(f"{PATH}/list.<any(csv, xlsx):kind>")
@may(*READERS)
def export(path: str, kind: str) -> Response:
    """Give the list as a file; a cell that looks like a formula stays text."""
    register = register_at(path)
    head = [_("编号"), _("标题"), _("状态"), _("优先级"), _("复杂故障"), _("系统模块")]
    head += [
        _("区域"),
        _("报告人"),
        _("负责人"),
        _("受理时间"),
        _("关闭时间"),
        _("时限"),
    ]
    rows = list(_cells(register))
    if kind == "csv":
        content, media = sheets.write_csv([head, *rows]), "text/csv; charset=utf-8"
    else:
        content = sheets.write_xlsx(head, rows)
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    audit.write(
        unit.writing(),
        actor=somebody().username,
        action="list.exported",
        subject=register.path,
        at=g.at,
        detail={"rows": len(rows), "filters": dict(request.args)},
    )
    name = f"{path}-{g.at:%Y%m%d}.{kind}"
    disposition = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(content, mimetype=media, headers=disposition)


def _cells(register: Register) -> Iterator[list[sheets.Cell]]:
    zone = unit.desk().settings.desk.timezone
    known = names(unit.session())
    for row in lists.everything(unit.session(), _wanted(register.kind)):
        yield [
            row.number,
            row.title,
            words(register.by_state[row.state].label),
            row.priority,
            _("是") if row.is_complex else _("否"),
            row.module,
            row.region,
            row.reporter,
            known.get(row.owner, row.owner),
            *(
                at and f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
                for at in (row.opened_at, row.closed_at, row.due_at)
            ),
        ]


@screen.post(f"{PATH}/views")
@may(*READERS)
def save_view(path: str) -> AnyResponse:
    """Keep the filters under a name."""
    register = register_at(path)
    viewing.save(
        unit.session(),
        viewing.View(
            kind=register.kind,
            name=request.form.get("name", ""),
            query=request.form.get("query", ""),
            shared=bool(request.form.get("shared")) and somebody().role in BUSINESS,
        ),
        by=somebody().username,
        at=g.at,
    )
    flash(_("视图已保存。"))
    return go(f"{register.path}?{request.form.get('query', '')}")


@screen.post(f"{PATH}/views/<int:view_id>/name")
@may(*READERS)
def rename_view(path: str, view_id: int) -> AnyResponse:
    """Give a view of one's own another name."""
    name = request.form.get("name", "")
    row = viewing.rename(unit.session(), view_id, name, by=somebody().username, at=g.at)
    flash(_("视图已改名。"))
    return go(f"{register_at(path).path}?{row.query}")


@screen.post(f"{PATH}/views/<int:view_id>/drop")
@may(*READERS)
def drop_view(path: str, view_id: int) -> AnyResponse:
    """Forget a view of one's own."""
    viewing.drop(unit.session(), view_id, by=somebody().username, at=g.at)
    flash(_("视图已删除。"))
    return go(register_at(path).path)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one row of many."""

    number: str
    trouble: str


@screen.post(f"{PATH}/many")
@may(*BUSINESS)
def many(path: str) -> str:
    """Do one thing to many tickets; each row says what became of it."""
    register = register_at(path)
    numbers = request.form.getlist("number")[:MOST_AT_ONCE]
    if not numbers:
        raise Refused("没有勾选任何一行，没有改动。请先勾选，再选择要做的事。")
    done = [Done(number, _one(number)) for number in numbers]
    return render_template("tickets/many.html", register=register, path=path, done=done)


def _one(number: str) -> str:
    """Do it to one ticket, in a unit of its own; returns what went wrong, or ""."""
    what, owner = request.form.get("what", ""), request.form.get("owner", "").strip()
    note = request.form.get("note", "")
    desk = unit.desk()
    try:
        with desk.database.unit() as session:
            if what == "assign":
                known = lists.by_numbers(session, [number]).get(number)
                version = known.version if known else 0
                edition = Edition(values={"owner": owner}, version=version)
                work_tickets.edit(session, desk.settings, number, edition, deed())
            else:
                step = Step(name=what, note=note)
                work_tickets.move(session, desk.settings, number, step, deed())
    except Refused as refusal:
        return said(refusal)
    return ""


@screen.get("/t/<number>")
@may(*READERS)
def jump(number: str) -> AnyResponse:
    """Go to a ticket by its number alone."""
    register = BY_PREFIX.get(number.upper().partition("-")[0])
    if register is None:
        raise NotFound("没有这个编号。")
    path = register.path.strip("/")
    return redirect(url_for("tickets.page", path=path, number=number.upper()), 302)


@screen.get("/search")
@may(*READERS)
def search() -> str:
    """Search every register, notes, files' names and articles."""
    query = request.args.get("q", "").strip()[:100]
    before = request.args.get("before", type=int)
    more: dict[str, Any] = {} if before is None else {"before": before}
    hits = find(unit.session(), query, **more)
    known = lists.by_numbers(unit.session(), {hit.ref for hit in hits})
    older = None
    if len(hits) == lists.PAGE:
        older = url_for("tickets.search", q=query, before=hits[-1].id)
    return render_template(
        "tickets/search.html",
        query=query,
        hits=hits,
        known=known,
        older=older,
        registers=BY_PREFIX,
    )
