"""After the run: who took part, the quiz, the evaluation, the summary, signatures."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g, render_template, request
from werkzeug.wrappers import Response

from opsdesk.core.errors import NotFound, Refused
from opsdesk.flows import follow_up
from opsdesk.people.models import Role
from opsdesk.responses.operations import reviewing
from opsdesk.responses.operations import signing as operations
from opsdesk.responses.queries.page import AttendanceView, RunView
from opsdesk.responses.states import RunState
from opsdesk.responses.wording import SCORES, SUMMARY, Signing
from opsdesk.web import signing, unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.responses import papers
from opsdesk.web.responses.blueprint import RUN, finished, run_at, screen
from opsdesk.web.responses.leading import one_of
from opsdesk.web.responses.runs import around
from opsdesk.web.words import gettext as _


@screen.get(f"{RUN}/closing")
@may(*READERS)
def closing(number: str) -> str:
    """Show what is left before the run is signed, and who signs."""
    view = run_at(number)
    return render_template(
        "responses/closing.html", **around(view), **papers.of(view), **_left(view)
    )


def _left(view: RunView) -> dict[str, Any]:
    seat = somebody()
    mine = [one for one in view.signatures if not one.holds and _may_sign(one.part)]
    return {
        "mine": mine,
        "my_place": _place_of(view, seat.username),
        "judged": sum(one.score is not None for one in view.evaluation),
        "signed": sum(one.holds for one in view.signatures),
        "scored": [one for one in view.attendance if one.score is not None],
    }


def _may_sign(part: Signing) -> bool:
    """Tell whether a place is for the reader's side; the engine knows the rest."""
    return (part is Signing.CUSTOMER) == (somebody().role is Role.CUSTOMER)


def _place_of(view: RunView, username: str) -> AttendanceView | None:
    return next((one for one in view.attendance if one.username == username), None)


@screen.post(f"{RUN}/attendance")
@may(*READERS)
def attend(number: str) -> Response:
    """Put oneself, or somebody without an account, on the list."""
    form, seat = request.form, somebody()
    name = form.get("name", "").strip()[:64]
    if name:
        one = reviewing.Attendee(name=name, unit=form.get("unit", "").strip()[:64])
    else:
        contract = unit.desk().settings.contract
        side = contract.customer if seat.role is Role.CUSTOMER else contract.contractor
        one = reviewing.Attendee(name=seat.name, unit=side, username=seat.username)
    reviewing.attend(unit.session(), number, one, by=seat, at=g.at)
    return finished(number, _("已登记到场。"))


@screen.get(f"{RUN}/quiz")
@may(*READERS)
def quiz(number: str) -> str:
    """Show the questions of the plan to somebody who took part."""
    view = run_at(number)
    place = _place_of(view, somebody().username)
    return render_template("responses/quiz.html", **around(view), place=place)


@screen.post(f"{RUN}/quiz")
@may(*READERS)
def answer(number: str) -> Response:
    """Grade my answers; the first ones stand."""
    view, seat = run_at(number), somebody()
    place = _place_of(view, seat.username)
    if place is None:
        raise Refused("你还没有登记到场，答卷没有保存。请先登记到场，再答题。")
    answers = {}
    for at in range(len(view.plan.quiz)):
        chosen = request.form.get(f"q{at}", type=int)
        if chosen is None:
            raise Refused("还有题没有作答，答卷没有提交。请答完所有题。")
        answers[at] = chosen
    row = reviewing.quiz(unit.session(), number, place.id, answers, by=seat, at=g.at)
    return finished(
        number, _("已交卷：%(n)s / %(of)s。", n=row.score, of=row.out_of), "quiz"
    )


@screen.post(f"{RUN}/evaluation")
@may(*READERS)
def evaluate(number: str) -> Response:
    """Judge the items that were chosen; each 1, 3 or 5, with a word."""
    view = run_at(number)
    known = {one.item: one for one in view.evaluation}
    for item, held in known.items():
        score = request.form.get(f"score.{item}", type=int)
        note = request.form.get(f"note.{item}", "").strip()[:1000]
        if score not in SCORES or (score, note) == (held.score, held.note):
            continue
        reviewing.evaluate(
            unit.session(), number, item, score, note=note, by=somebody(), at=g.at
        )
    return finished(number, _("评估已保存。"), "evaluation")


@screen.post(f"{RUN}/summary")
@may(*BUSINESS)
def summarise(number: str) -> Response:
    """Write the summary; signatures given before become void."""
    form = request.form
    values = {one: form[one].strip()[:8000] for one in SUMMARY if one in form}
    reviewing.summarise(
        unit.session(),
        number,
        values,
        version=form.get("version", type=int),
        by=somebody(),
        at=g.at,
    )
    return finished(number, _("总结已保存。"), "summary")


@screen.post(f"{RUN}/items")
@may(*BUSINESS)
def improve(number: str) -> Response:
    """Open a problem for what is to be improved, with its date."""
    form = request.form
    try:
        due = date.fromisoformat(form.get("due_on", ""))
    except ValueError:
        raise Refused("请填写改进项的完成日期。没有保存。") from None
    item = follow_up.Item(
        title=form.get("title", "").strip()[:200],
        due_on=due,
        description=form.get("description", "").strip()[:4000],
        owner=form.get("owner", "").strip()[:64],
    )
    ticket = follow_up.improve(
        unit.session(), unit.desk().settings, number, item, by=somebody(), at=g.at
    )
    sentence = _("改进项已建为问题 %(number)s。", number=ticket.number)
    return finished(number, sentence, "items")


@screen.post(f"{RUN}/signatures")
@may(*READERS)
def sign(number: str) -> Response:
    """Sign the run as a part, under the hash that was shown."""
    view = run_at(number)
    if view.state is not RunState.REVIEW:
        raise NotFound("现在不能签字：只有待总结的记录可以签。没有签署。")
    session = unit.session()
    signature = operations.Signature(
        part=one_of(Signing, "part"),
        sha256=request.form.get("sha256", ""),
        opinion=request.form.get("opinion", "").strip()[:1000],
    )
    seat = signing.reauthenticate(session)
    operations.sign(session, number, signature, by=seat, at=g.at)
    return finished(number, _("已签署。"), "signatures")
