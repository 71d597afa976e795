"""One run, one live page; the same for a thumb; the register of all runs."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.core.errors import NotFound
from opsdesk.flows import ladder_ledger
from opsdesk.people.queries import accounts
from opsdesk.responses.queries import lists
from opsdesk.responses.queries.page import RunView
from opsdesk.responses.states import OPEN, Purpose, RunState
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.responses import acts, papers
from opsdesk.web.responses.blueprint import RUN, run_at, screen, worded
from opsdesk.web.responses.sharing import look_at
from opsdesk.web.words import gettext as _

SHOWN = 60
"""Entries of the timeline on the page; the rest is a link."""
NOTHING_NEW = 204


@screen.get("/runs")
@may(*READERS)
def runs() -> str:
    """List runs, newest first."""
    text = request.args.get
    known = {one.value: one for one in Purpose}
    states = {one.value: one for one in RunState}
    purpose = known.get(text("purpose", ""))
    wanted = lists.Wanted(
        purposes=(purpose,) if purpose else (),
        state=states.get(text("state", "")),
        plan=text("plan", "")[:40],
        open_only=text("scope") == "open",
    )
    before = request.args.get("before", type=int)
    rows = lists.runs(unit.session(), wanted, before=before)
    kept = {name: value for name, value in request.args.items() if name != "before"}
    older = {**kept, "before": rows[-1].id} if len(rows) == lists.PAGE else None
    return render_template(
        "responses/runs.html",
        rows=rows,
        older=url_for("responses.runs", **older) if older else None,  # type: ignore[arg-type]
        purposes=list(Purpose),
        states=list(RunState),
        **worded(),
    )


@screen.get(RUN)
@may(*READERS)
def run(number: str) -> str:
    """Show a run: what is next, what is done, what is measured, who is on it."""
    view = run_at(number)
    return render_template("responses/run.html", **around(view), **papers.of(view))


@screen.get(f"{RUN}/news")
@may(*READERS, quiet=True)
def news(number: str) -> Response | str | tuple[str, int]:
    """Answer nothing where nothing is new; else the parts that may have changed."""
    newest = lists.news(unit.session(), number)
    if newest is None:
        raise NotFound("没有这个编号。")
    after = request.args.get("after", 0, type=int)
    if newest == after:
        return "", NOTHING_NEW
    view = look_at(number, newest)
    rows = acts.changed(view, after)
    shown = around(view)
    if "checklist" in request.args:
        return render_template("responses/checklist_news.html", **shown, ticks=rows)
    return render_template("responses/news.html", **shown, rows=rows, news=True)


@screen.get(f"{RUN}/checklist")
@may(*READERS)
def checklist(number: str) -> str:
    """Show the steps for one thumb; the page keeps ticks while the network is gone."""
    view, seat = run_at(number), somebody()
    listed = acts.current(view)
    own = [one for one in listed if acts.is_mine(one, seat.username)]
    everything = bool(request.args.get("all")) or not own
    return render_template(
        "responses/checklist.html",
        **around(view),
        ticks=listed if everything else own,
        everything=everything,
    )


@screen.get(f"{RUN}/timeline")
@may(*READERS)
def timeline(number: str) -> str:
    """Show everything that happened, in order."""
    view = run_at(number)
    return render_template(
        "responses/timeline.html", **around(view), entries=view.timeline
    )


def around(view: RunView) -> dict[str, Any]:
    """Return what every page of a run shows."""
    seat = somebody()
    step, own = acts.next_of(view, seat.username)
    listed = acts.current(view)
    return {
        "view": view,
        "acts": acts,
        "listed": listed,
        "next_step": step,
        "next_is_mine": own,
        "phase": acts.phase(view),
        "over": acts.finished(listed),
        "can_work": seat.role in BUSINESS,
        "is_open": view.state in OPEN,
        "latest": list(reversed(view.timeline))[:SHOWN],
        "people": [one for one in accounts(unit.session()) if one.role in READERS],
        "now_at": g.at,
        "hms": acts.hms,
        "deliveries": ladder_ledger.of(unit.session(), view.ladder),
        "sentences": sentences(),
        **worded(),
    }


def sentences() -> dict[str, str]:
    """Return what the page's script may have to say."""
    return {
        "waiting": _("待发送 %(n)s", n="%n"),
        "away": _("网络不通：继续勾选，已记在本机，恢复后按顺序补发。"),
        "out": _("登录已过期：勾选记在本机。请在另一页重新登录，本页会自动补发。"),
        "unsent": _("没有发出去，填写的内容还在这里，请再试一次。"),
        "seen": _("知道了"),
        "keep": _("把写的放进记录框"),
    }
