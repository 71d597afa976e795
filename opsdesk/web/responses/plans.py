"""Plans: the list with how fresh each is, one whole plan, and signatures on it."""

from __future__ import annotations

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from opsdesk.core.errors import Refused
from opsdesk.responses.operations import plans as operations
from opsdesk.responses.queries import lists
from opsdesk.responses.queries import plans as query
from opsdesk.responses.wording import PlanMark
from opsdesk.web import signing, unit
from opsdesk.web.access import READERS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.responses import acts, papers
from opsdesk.web.responses.blueprint import screen, worded
from opsdesk.web.responses.library import plan_at
from opsdesk.web.responses.library import plans as every
from runbooks.plan import SEVEN


@screen.get("/plans")
@may(*READERS)
def plans() -> str:
    """List the plans: approved, reviewed, rehearsed, or overdue."""
    known = every()
    fresh = query.freshness(unit.session(), known, at=g.at)
    sound = [
        one
        for one in fresh.values()
        if one.approved_at and not one.review_overdue and not one.rehearse_overdue
    ]
    return render_template(
        "responses/plans.html",
        plans=known,
        fresh=fresh,
        sound=len(sound),
        missing=[one for one in SEVEN if one not in {p.scenario for p in known}],
        **worded(),
    )


@screen.get("/plans/<plan>")
@may(*READERS)
def plan(plan: str) -> str:
    """Show a whole plan, who signed this very version, and its last runs."""
    found = plan_at(plan)
    session = unit.session()
    return render_template(
        "responses/plan.html",
        plan=found,
        fresh=query.freshness(session, [found], at=g.at)[found.id],
        versions=query.versions(session, found.id),
        runs=lists.runs(session, lists.Wanted(plan=found.id), most=8),
        papers=papers.of_plan(found),
        marks=marks(),
        hms=acts.hms,
        **worded(),
    )


def marks() -> dict[PlanMark, str]:
    """Return what may be signed, in words."""
    return {
        PlanMark.REVIEWED: _("评审"),
        PlanMark.APPROVED: _("批准"),
        PlanMark.ACKNOWLEDGED: _("学习确认"),
    }


@screen.post("/plans/<plan>/sign")
@may(*READERS)
def sign_plan(plan: str) -> Response:
    """Review, approve or acknowledge exactly the content that was shown."""
    found = plan_at(plan)
    try:
        mark = PlanMark(request.form.get("mark", ""))
    except ValueError:
        raise Refused("请选择评审、批准或学习确认。没有签署。") from None
    session = unit.session()
    fresh = query.freshness(session, [found], at=g.at)[found.id]
    if request.form.get("sha256") != fresh.sha256:
        raise Refused("预案在你打开之后改过，没有签署。请刷新，读过新的内容再签。")
    signing.reauthenticate(session)
    operations.sign_plan(
        session,
        found,
        mark,
        note=request.form.get("note", "").strip()[:1000],
        by=somebody(),
        at=g.at,
    )
    flash(_("已签署：%(what)s %(plan)s。", what=marks()[mark], plan=found.version))
    return go(url_for("responses.plan", plan=plan))
