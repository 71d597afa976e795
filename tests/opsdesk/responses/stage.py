"""A plan with every kind of step, people to play it, and how far they have played."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from opsdesk.responses.models import Run
from opsdesk.responses.operations import (
    moving,
    noting,
    opening,
    reviewing,
    roles,
    signing,
    stepping,
)
from opsdesk.responses.operations.moving import Going
from opsdesk.responses.operations.noting import Note
from opsdesk.responses.operations.signing import Signature
from opsdesk.responses.operations.stepping import Tick, Ticked
from opsdesk.responses.queries.page import page
from opsdesk.responses.wording import EVALUATION, SUMMARY, Signing
from runbooks.plan import (
    Action,
    Clock,
    Doing,
    Evidence,
    Failing,
    Kind,
    Level,
    Mode,
    Parameter,
    Part,
    Phase,
    Plan,
    Precheck,
    Proof,
)
from tests.factories.people import NOON, a_person
from tests.factories.plans import MINUTE, a_plan, a_step, t
from tests.factories.tickets import COLLEAGUE, CUSTOMER, ENGINEER, LEAD, Hand

ZONE = ZoneInfo("Asia/Shanghai")
SCRIBE = Hand("jilu", Role.ENGINEER)
EVALUATOR = Hand("pinggu", Role.ENGINEER)
PEOPLE = (ENGINEER, COLLEAGUE, LEAD, CUSTOMER, SCRIBE, EVALUATOR)
PARTS = {
    Part.COMMANDER: LEAD,
    Part.OPERATOR: ENGINEER,
    Part.LIAISON: COLLEAGUE,
    Part.SCRIBE: SCRIBE,
    Part.LEADERS: CUSTOMER,
}
SERVER = {"server": "app-1"}
CHECK = Precheck(
    key="reachable",
    title=t("服务器可达"),
    action=Action.TCP_CHECK,
    arguments={"server": "{server}", "port": "22"},
    tolerance={"open": "true"},
)
STEPS = (
    a_step("find", "发现", marks=None),
    a_step("block", "封禁", after=("find",), marks=Clock.CONTAINED),
    a_step(
        "shoot",
        "取证",
        evidence=Evidence(kinds=(Proof.PHOTO, Proof.FILE), least=2),
    ),
    a_step(
        "allow",
        "批准恢复",
        Part.COMMANDER,
        doing=Doing.APPROVAL,
        ttl=30 * MINUTE,
        failing=Failing.GO_ON,
    ),
    a_step(
        "restore",
        "恢复数据",
        phase=Phase.RESTORE,
        doing=Doing.AUTOMATIC,
        action=Action.RESTORE_RUN,
        arguments={"backup": "nightly", "target": "drill_one"},
        after=("allow",),
        idempotent=False,
        marks=Clock.RESTORED,
    ),
    a_step(
        "port",
        "查端口",
        doing=Doing.AUTOMATIC,
        action=Action.TCP_CHECK,
        arguments={"server": "{server}", "port": "8080"},
        failing=Failing.ROLL_BACK,
    ),
    a_step("wipe", "清除", two_people=True),
    a_step("sandbox-only", "沙箱里做", modes=(Mode.SANDBOX,)),
)


def the_plan(**changes: object) -> Plan:
    """Return the plan of these tests."""
    given: dict[str, object] = {
        "parameters": (
            Parameter(name="server", title=t("服务器"), kind=Kind.SERVER),
            Parameter(
                name="wiped",
                title=t("清空的目标", "what is emptied"),
                kind=Kind.SERVER,
                required=False,
                confirm=True,
            ),
        ),
        "prechecks": (CHECK,),
        "steps": STEPS,
        **changes,
    }
    return replace(a_plan(), **given)  # type: ignore[arg-type]


@dataclass
class Stage:
    """A run in a session, and people acting in it one minute after another."""

    session: Session
    settings: Settings
    number: str = ""
    at: datetime = NOON

    def people(self) -> None:
        for hand in PEOPLE:
            a_person(self.session, hand.username, hand.role)

    def later(self, minutes: float = 1) -> datetime:
        self.at += timedelta(minutes=minutes)
        return self.at

    def plan_drill(self, plan: Plan | None = None, **changes: object) -> Run:
        given: dict[str, object] = {
            "plan": plan or the_plan(),
            "mode": Mode.TABLETOP,
            "planned_for": self.at,
            "parameters": SERVER,
            **changes,
        }
        drill = opening.Drill(**given)  # type: ignore[arg-type]
        run = opening.plan_drill(
            self.session, self.settings, drill, by=LEAD, at=self.at
        )
        self.number = run.number
        return run

    def declare(self, plan: Plan | None = None, **changes: object) -> Run:
        given: dict[str, object] = {
            "plan": plan or the_plan(),
            "level": Level.TWO,
            "parameters": SERVER,
            **changes,
        }
        emergency = opening.Emergency(**given)  # type: ignore[arg-type]
        run = opening.declare(
            self.session, self.settings, emergency, by=ENGINEER, at=self.at
        )
        self.number = run.number
        return run

    def cast(self) -> None:
        for part, hand in PARTS.items():
            roles.take(
                self.session, self.number, part, hand.username, by=LEAD, at=self.at
            )

    def go(self, name: str, *, by: Hand = LEAD, reason: str = "情况如此") -> Run:
        going = Going(name=name, reason=reason)
        return moving.move(
            self.session, self.number, going, zone=ZONE, by=by, at=self.later()
        )

    def start(self, plan: Plan | None = None) -> None:
        """Bring a drill to RUNNING: parts cast, the precheck let pass by the lead."""
        self.plan_drill(plan)
        self.cast()
        for one in page(self.session, self.number, at=self.at).prechecks:
            self.skip(one.key, by=LEAD)
        self.go("ready")
        self.go("start")

    def _do(self, doing: object, key: str, text: str, by: Hand) -> Ticked:
        assert callable(doing)
        tick = Tick(key=key, text=text)
        ticked = doing(self.session, self.number, tick, by=by, at=self.later())
        assert isinstance(ticked, Ticked)
        return ticked

    def begin(self, key: str, *, by: Hand = ENGINEER) -> Ticked:
        return self._do(stepping.begin, key, "", by)

    def done(self, key: str, text: str = "做完了", *, by: Hand = ENGINEER) -> Ticked:
        return self._do(stepping.done, key, text, by)

    def fail(self, key: str, *, by: Hand = ENGINEER) -> Ticked:
        return self._do(stepping.fail, key, "没有成功", by)

    def skip(self, key: str, *, by: Hand = ENGINEER) -> Ticked:
        return self._do(stepping.skip, key, "这次不做", by)

    def skip_rest_but_back(self) -> None:
        self.skip_rest(back=False)

    def skip_rest(self, *, back: bool = True) -> None:
        view = page(self.session, self.number, at=self.at)
        for step in (*view.steps, *(view.roll_back if back else ())):
            if step.state.value in ("pending", "running", "unknown"):
                self.skip(step.key)

    def write_up(self) -> None:
        """Fill in what a signature wants."""
        for n in range(3):
            noting.note(
                self.session, self.number, Note(text=f"记录 {n}"), by=SCRIBE, at=self.at
            )
        values = dict.fromkeys(SUMMARY, "如实填写")
        reviewing.summarise(self.session, self.number, values, by=LEAD, at=self.at)
        for item, _title in EVALUATION:
            reviewing.evaluate(
                self.session, self.number, item, 5, by=EVALUATOR, at=self.at
            )
        attendee = reviewing.Attendee(name="值班工程师", unit="乙方")
        reviewing.attend(self.session, self.number, attendee, by=SCRIBE, at=self.at)

    def sign(self, part: Signing, by: Hand, sha256: str = "") -> None:
        seen = sha256 or page(self.session, self.number, at=self.at).sha256
        signing.sign(
            self.session,
            self.number,
            Signature(part=part, sha256=seen),
            by=by,
            at=self.later(),
        )

    def to_review(self, plan: Plan | None = None) -> None:
        self.start(plan)
        self.skip_rest()
        self.go("review")
        self.write_up()

    def mark(self, clock: Clock, minutes: float | None = None) -> None:
        claimed = None if minutes is None else NOON + timedelta(minutes=minutes)
        noting.mark(
            self.session, self.number, clock, claimed_at=claimed, by=SCRIBE, at=self.at
        )
