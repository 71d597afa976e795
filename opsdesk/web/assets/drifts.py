"""Differences that inspections saw: a change explains them, or the record follows."""

from __future__ import annotations

from flask import flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.assets import operations
from opsdesk.assets.models import DriftState
from opsdesk.assets.queries.drifts import PAGE, drifts, last_reconciliation
from opsdesk.core.errors import Refused
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, READERS, may, somebody
from opsdesk.web.assets.blueprint import screen
from opsdesk.web.gate import go
from opsdesk.web.words import gettext as _


@screen.get("/drift")
@may(*READERS)
def drift() -> str:
    """List differences, the open ones unless asked otherwise."""
    session = unit.session()
    asked = request.args.get("state", DriftState.OPEN.value)
    state = DriftState(asked) if asked in set(DriftState) else None
    rows = drifts(session, state, before_id=request.args.get("before", type=int))
    return render_template(
        "assets/drift.html",
        rows=rows,
        state=state,
        last=last_reconciliation(session),
        older=rows[-1].id if len(rows) == PAGE else None,
    )


@screen.post("/drift/<int:drift_id>")
@may(*BUSINESS)
def settle(drift_id: int) -> Response:
    """Explain a difference by a change, or accept it with a reason."""
    session, who = unit.session(), somebody().username
    said = request.form.get("why", "").strip()
    match request.form.get("decision"):
        case "explain":
            code = operations.explain(session, drift_id, said, by=who, at=g.at)
        case "accept":
            code = operations.accept(session, drift_id, said, by=who, at=g.at)
        case _:
            raise Refused("请选择如何处理这处差异。没有保存。")
    flash(_("已处理，%(code)s 的台账已按实际修改。", code=code))
    return go(url_for("assets.drift"))
