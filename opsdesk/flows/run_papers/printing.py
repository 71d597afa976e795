"""Papers of plans and runs: looked at as they stand, or issued into the archive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.archive import operations as archive
from opsdesk.archive import queries as documents
from opsdesk.core import audit
from opsdesk.core.desk import Desk, is_demo
from opsdesk.core.errors import NotFound
from opsdesk.core.settings import Settings
from opsdesk.flows import gather_form, ladder_ledger, plans_in_force, print_form
from opsdesk.flows.run_papers import drill, plan, response
from opsdesk.flows.run_papers.pieces import Case
from opsdesk.people.models import Person
from opsdesk.responses.models import Run
from opsdesk.responses.operations import telling
from opsdesk.responses.queries import page
from opsdesk.responses.queries.plans import freshness
from opsdesk.responses.states import Purpose, What
from opsdesk.responses.views import RunView
from reports.documents.record_form import RecordForm
from reports.documents.words import Words
from runbooks.plan import Plan, Scenario

_PLAN = Words("应急预案", "Emergency plan")
_DRILL = Words("应急演练记录", "Record of an emergency drill")
_RESPONSE = Words("应急响应服务记录", "Record of an emergency response")


def title_of(run: RunView) -> Words:
    """Return what a run's paper is called."""
    return _RESPONSE if run.purpose is Purpose.EMERGENCY else _DRILL


def run_paper_number(settings: Settings, number: str, purpose: Purpose) -> str:
    """Return the paper's own number, like WRY-YL-20261118-001."""
    _prefix, day, place = number.split("-")
    code = "YJ" if purpose is Purpose.EMERGENCY else "YL"
    return f"{settings.contract.form_prefix}-{code}-{day}-{int(place):03d}"


def plan_paper_number(settings: Settings, found: Plan) -> str:
    """Return the paper's own number, like WRY-YA-03-V1.2."""
    place = list(Scenario).index(found.scenario) + 1
    return f"{settings.contract.form_prefix}-YA-{place:02d}-{found.version}"


def preview_run(
    session: Session, desk: Desk, number: str, *, at: datetime
) -> RecordForm:
    """Return a run's record as it stands now; every page of it says 预览."""
    run = page.page(session, number, at=at, most=None)
    case = Case(
        run=run,
        settings=desk.settings,
        names=_names(session),
        deliveries=ladder_ledger.of(session, run.ladder),
    )
    emergency = run.purpose is Purpose.EMERGENCY
    return RecordForm(
        kind="response" if emergency else "drill",
        title=title_of(run),
        number=number,
        form_number=run_paper_number(desk.settings, number, run.purpose),
        frame=gather_form.frame(desk.settings),
        zone=case.zone,
        sections=response.sections(case) if emergency else drill.sections(case),
        address=_address(desk.settings, f"/runs/{number}"),
        demo=is_demo(desk.settings),
        exercise=run.exercise,
    )


def preview_plan(
    session: Session, desk: Desk, found: Plan, *, at: datetime
) -> RecordForm:
    """Return a plan as the document it is filed as."""
    zone = str(desk.settings.desk.timezone)
    fresh = freshness(session, (found,), at=at)[found.id]
    return RecordForm(
        kind="plan",
        title=_PLAN,
        number=found.id,
        form_number=plan_paper_number(desk.settings, found),
        frame=gather_form.frame(desk.settings),
        zone=zone,
        sections=plan.sections(found, fresh, _names(session), zone),
        address=_address(desk.settings, f"/plans/{found.id}"),
        demo=is_demo(desk.settings),
    )


def issue_run(
    desk: Desk, number: str, *, by: str, at: datetime
) -> documents.DocumentView:
    """Print and archive a run's record; a former version is superseded."""
    with desk.database.reading() as session:
        record = preview_run(session, desk, number, at=at)
        former = documents.current(session, record.form_number)
        head = audit.head(session)
    kind = f"run:{record.kind}"
    paper = print_form.packed(desk, record, former, kind, audit_head=head, at=at)
    if paper is None:
        assert former is not None  # nothing changed since
        return former
    with desk.database.unit() as session:
        archive.issue(session, desk.store, paper, by=by, at=at)
        _note(session, number, paper, by=by, at=at)
        return documents.version(session, paper.number, paper.version)


def issue_plan(
    desk: Desk, plan_id: str, *, by: str, at: datetime
) -> documents.DocumentView:
    """Print and archive a plan in force. Raises NotFound."""
    found = plans_in_force.by_id(desk.settings).get(plan_id)
    if found is None:
        raise NotFound("没有这个预案。")
    with desk.database.reading() as session:
        record = preview_plan(session, desk, found, at=at)
        former = documents.current(session, record.form_number)
        head = audit.head(session)
    paper = print_form.packed(desk, record, former, "plan", audit_head=head, at=at)
    if paper is None:
        assert former is not None  # nothing changed since
        return former
    with desk.database.unit() as session:
        archive.issue(session, desk.store, paper, by=by, at=at)
        return documents.version(session, paper.number, paper.version)


def _note(
    session: Session, number: str, paper: archive.Issued, *, by: str, at: datetime
) -> None:
    run = session.scalar(select(Run).where(Run.number == number).with_for_update())
    assert run is not None  # it was printed
    telling.tell(
        session,
        run,
        telling.Entry(
            what=What.PRINTED, by=by, at=at, text=f"{paper.number} v{paper.version}"
        ),
    )


def _names(session: Session) -> dict[str, str]:
    rows = session.execute(select(Person.username, Person.name))
    return {row.username: row.name for row in rows}


def _address(settings: Settings, path: str) -> str:
    desk = settings.desk
    host = desk.hosts[0] if desk.hosts else desk.listen
    return f"{'https' if desk.https else 'http'}://{host}{path}"
