"""Plays all the parts of one made-up run: every step, its evidence, its signatures."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.desk import Desk
from opsdesk.flows.demo.stage import CUSTOMER, DUTY, LEAD, Cast, minutes
from opsdesk.responses.models import Run, RunStep
from opsdesk.responses.operations import (
    deciding,
    moving,
    noting,
    reviewing,
    roles,
    signing,
    stepping,
)
from opsdesk.responses.queries import page
from opsdesk.responses.states import Section
from opsdesk.responses.wording import EVALUATION, Signing
from runbooks.plan import Doing, Part, Plan, Proof, Step

CAST: Mapping[Part, Cast] = {
    Part.LEADERS: CUSTOMER,
    Part.COMMANDER: LEAD,
    Part.OPERATOR: DUTY[0],
    Part.SCRIBE: DUTY[1],
    Part.LIAISON: DUTY[2],
    Part.SUPPORT: DUTY[3],
}
SECOND = DUTY[3]
SAID = "（演示）已按步骤执行，结果与预期一致。"
SUMMARY = {
    "conclusion": "（演示）达到演练目标，流程可行，个别步骤用时偏长。",
    "problems": "（演示）联系人电话更新不及时，首次拨打无人接听。",
    "causes": "（演示）通讯录由人工维护，换班后没有同步。",
    "impact": "（演示）无业务影响。",
    "lessons": "（演示）通讯录改为从排班自动带出，每月核对一次。",
}


@dataclass(slots=True)
class Player:
    """Plays all the parts of one run; minutes count from its beginning."""

    desk: Desk
    session: Session
    run: Run
    plan: Plan
    began: datetime

    def seat(self, at: datetime) -> None:
        """Give every part of the plan to its player."""
        for role in self.plan.roles:
            roles.take(
                self.session,
                self.run.number,
                role.part,
                CAST[role.part].username,
                by=LEAD,
                at=at,
            )

    def move(self, name: str, minute: float) -> None:
        """Take the run on."""
        moving.move(
            self.session,
            self.run.number,
            moving.Going(name=name),
            zone=self.desk.settings.desk.timezone,
            by=LEAD,
            at=self.at(minute),
        )

    def at(self, minute: float) -> datetime:
        """Return a moment of the run."""
        return self.began + minutes(minute)

    def through(self) -> float:
        """Take every step; returns the minute of the last."""
        self.session.flush()
        query = select(RunStep).where(
            RunStep.run_id == self.run.id, RunStep.section == Section.STEP
        )
        minute = 1.0
        for row in self.session.scalars(query.order_by(RunStep.position)).all():
            step = self.plan.step(row.key)
            assert step is not None
            target = step.target.total_seconds() / 60 if step.target else 0
            minute = max(minute + 2, min(target, minute + 30) * 0.8)
            self._step(step, minute)
        return minute

    def _step(self, step: Step, minute: float) -> None:
        number, at = self.run.number, self.at(minute)
        tick = stepping.Tick(key=step.key, text=SAID)
        player = CAST[step.part]
        if step.doing is Doing.AUTOMATIC:
            why = stepping.Tick(key=step.key, text="（演示）不连接设备，已由人工核对。")
            stepping.skip(self.session, number, why, by=LEAD, at=at)
        elif step.doing is Doing.APPROVAL:
            asked = stepping.Tick(key=step.key)
            stepping.begin(self.session, number, asked, by=DUTY[0], at=at)
            self.session.flush()
            deciding.decide(
                self.session,
                number,
                tick,
                agrees=True,
                by=player,
                at=at + minutes(0.5),
            )
        else:
            self._prove(step, at)
            stepping.done(self.session, number, tick, by=player, at=at)
            if step.two_people:
                self.session.flush()
                asked = stepping.Tick(key=step.key)
                later = at + minutes(0.5)
                stepping.confirm(self.session, number, asked, by=SECOND, at=later)
        self.session.flush()

    def _prove(self, step: Step, at: datetime) -> None:
        """Attach what a step must leave behind, beside the words of its tick."""
        rule = step.evidence
        files = set(rule.kinds) & {Proof.FILE, Proof.PHOTO}
        for nth in range(max(rule.least, 1) if files else 0):
            photo = Proof.PHOTO in files and nth == 0
            body = _photo(nth) if photo else f"（演示）{step.title.zh} {nth}".encode()
            evidence = noting.Evidence(
                name=f"{step.key}-{nth + 1}.{'png' if photo else 'txt'}",
                media_type="image/png" if photo else "text/plain",
                size=len(body),
                sha256=self.desk.store.put(body),
                step=step.key,
            )
            noting.attach(self.session, self.run.number, evidence, by=DUTY[1], at=at)

    def write(self, values: Mapping[str, str], minute: float) -> None:
        """Write some of the summary."""
        at = self.at(minute)
        reviewing.summarise(self.session, self.run.number, values, by=LEAD, at=at)

    def review(self, minute: float) -> None:
        """Note, sign the list of those present, judge, and sum up."""
        number, at = self.run.number, self.at(minute)
        for text in ("开场说明", "通讯联络", "处置过程", "讲评"):
            note = noting.Note(text=f"（演示）{text}记录。")
            noting.note(self.session, number, note, by=DUTY[1], at=at)
        for one in (*DUTY, LEAD, CUSTOMER):
            there = reviewing.Attendee(name=one.name, username=one.username)
            row = reviewing.attend(self.session, number, there, by=DUTY[1], at=at)
            self.session.flush()
            given = {n: q.right for n, q in enumerate(self.plan.quiz)}
            if given:
                reviewing.quiz(self.session, number, row.id, given, by=one, at=at)
        points = [f"point-{n}" for n in range(1, len(self.plan.evaluation) + 1)]
        for nth, item in enumerate([*(key for key, _words in EVALUATION), *points]):
            score = 3 if nth % 4 == 1 else 5
            reviewing.evaluate(self.session, number, item, score, by=DUTY[3], at=at)
        self.write(SUMMARY, minute + 10)

    def sign(self, minute: float) -> None:
        """Sign in turn, each as what they were."""
        signers = {
            Signing.SCRIBE: DUTY[1],
            Signing.EVALUATOR: DUTY[3],
            Signing.COMMANDER: LEAD,
            Signing.CUSTOMER: CUSTOMER,
        }
        self.session.flush()
        view = page.page(self.session, self.run.number, at=self.at(minute))
        for nth, wanted in enumerate(view.signatures):
            given = signing.Signature(
                part=wanted.part, sha256=view.sha256, opinion="（演示）同意。"
            )
            by = signers[wanted.part]
            when = self.at(minute + nth)
            signing.sign(self.session, self.run.number, given, by=by, at=when)
            self.session.flush()


def _photo(shade: int) -> bytes:
    """Return a small picture: there is no camera in a demonstration."""
    wide, high = 160, 90
    row = b"\x00" + bytes((40 + shade * 40 + x) % 256 for x in range(wide))

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(row * high))
        + chunk(b"IEND", b"")
    )
