"""What must hold before a run moves on, or is signed; each gate says why not, or None."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.responses import signers
from opsdesk.responses.models import Attendance, Evaluation, Run, RunEvent
from opsdesk.responses.operations import clocks
from opsdesk.responses.operations.holding import holders, steps_of
from opsdesk.responses.operations.telling import DESK
from opsdesk.responses.refusals import plain
from opsdesk.responses.states import (
    OVER,
    Purpose,
    RunState,
    Section,
    StepState,
    What,
)
from opsdesk.responses.wording import EVALUATION, SUMMARY
from probes.finding import Words
from runbooks.plan import Clock, Plan, Title


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a gate looks at; the run is locked."""

    session: Session
    run: Run
    plan: Plan
    at: datetime


Gate = Callable[[Attempt], Words | None]


def prechecks_hold(attempt: Attempt) -> Words | None:
    """Want every precheck done, or let pass with a reason."""
    fine = (StepState.DONE, StepState.SKIPPED)
    missing = [
        step.key
        for step in steps_of(attempt.session, attempt.run)
        if step.section is Section.PRECHECK and step.state not in fine
    ]
    return _named(_PRECHECKS, attempt.plan, missing)


def roles_filled(attempt: Attempt) -> Words | None:
    """Want somebody in every part that this way of drilling needs."""
    plan, mode = attempt.plan, attempt.run.mode
    drill = next((one for one in plan.drills if one.mode is mode), None)
    wanted = drill.parts if drill else tuple(role.part for role in plan.roles)
    taken = holders(attempt.session, attempt.run)
    titles = {role.part: role.title for role in plan.roles}
    missing = [titles.get(part) for part in wanted if part not in taken]
    if not missing:
        return None
    return _titles(_ROLES, [one for one in missing if one])


def steps_over(attempt: Attempt) -> Words | None:
    """Want every step over, and those of the way back once it was begun."""
    back = attempt.run.rolled_back_at is not None
    missing = [
        step.key
        for step in steps_of(attempt.session, attempt.run)
        if step.state not in OVER
        and (step.section is Section.STEP or (back and step.section is _BACK))
    ]
    return _named(_STEPS, attempt.plan, missing)


def nothing_runs(attempt: Attempt) -> Words | None:
    """Want no step under way, and none whose outcome is unknown."""
    busy = (StepState.RUNNING, StepState.UNKNOWN)
    missing = [
        step.key
        for step in steps_of(attempt.session, attempt.run)
        if step.state in busy and step.section is not Section.PRECHECK
    ]
    return _named(_BUSY, attempt.plan, missing)


def restored(attempt: Attempt) -> Words | None:
    """Want T5 marked: when the service was restored."""
    marked = clocks.moment(attempt.session, attempt.run, Clock.RESTORED)
    return None if marked is not None else _NOT_RESTORED


def watched(attempt: Attempt) -> Words | None:
    """Want an emergency to have been stable before it is ended."""
    run = attempt.run
    if run.purpose is Purpose.EMERGENCY and run.state is not RunState.STABLE:
        return _NOT_WATCHED
    return None


def not_begun(attempt: Attempt) -> Words | None:
    """Want a way back, not begun yet."""
    if not attempt.plan.roll_back:
        return _NO_WAY_BACK
    return _BACK_ALREADY if attempt.run.rolled_back_at is not None else None


def noted(attempt: Attempt) -> Words | None:
    """Want as many of people's notes as the plan asks for."""
    least = attempt.plan.closing.least_notes
    query = select(func.count()).where(
        RunEvent.run_id == attempt.run.id,
        RunEvent.what == What.NOTED,
        RunEvent.by != DESK,
    )
    have = attempt.session.scalar(query) or 0
    return None if have >= least else _NOTES.fill(least=least, have=have)


def summarised(attempt: Attempt) -> Words | None:
    """Want the fields of the summary that this purpose needs."""
    needed = signers.NEEDED[attempt.run.purpose]
    missing = [n for n in needed if not str(attempt.run.summary.get(n, "")).strip()]
    if not missing:
        return None
    zh = "、".join(SUMMARY[name].zh for name in missing)
    en = ", ".join(SUMMARY[name].en for name in missing)
    return _SUMMARY.fill(zh=zh, en=en)


def evaluated(attempt: Attempt) -> Words | None:
    """Want a drill judged in all nine items."""
    if attempt.run.purpose is not Purpose.DRILL:
        return None
    query = select(Evaluation.item).where(Evaluation.run_id == attempt.run.id)
    given = set(attempt.session.scalars(query))
    missing = sum(item not in given for item, _title in EVALUATION)
    return None if not missing else _EVALUATION.fill(missing=missing)


def attended(attempt: Attempt) -> Words | None:
    """Want somebody on a drill's list of those who took part."""
    if attempt.run.purpose is not Purpose.DRILL:
        return None
    query = select(Attendance.id).where(Attendance.run_id == attempt.run.id)
    return None if attempt.session.scalar(query.limit(1)) else _NOBODY


GATES: Mapping[str, tuple[Gate, ...]] = {
    "ready": (prechecks_hold, roles_filled),
    "start": (prechecks_hold, roles_filled),
    "stable": (nothing_runs, restored),
    "review": (watched, nothing_runs, steps_over),
    "roll-back": (not_begun,),
}
"""By the move's name. Signing asks those of SIGNING."""
SIGNING: tuple[Gate, ...] = (steps_over, noted, summarised, evaluated, attended)


def _named(words: Words, plan: Plan, keys: list[str]) -> Words | None:
    if not keys:
        return None
    known: dict[str, Title] = {p.key: p.title for p in plan.prechecks}
    known |= {s.key: s.title for s in (*plan.steps, *plan.roll_back)}
    return _titles(words, [known[key] for key in keys if key in known])


def _titles(words: Words, titles: list[Title]) -> Words:
    zh = "、".join(one.zh for one in titles[:4])
    en = ", ".join(one.en for one in titles[:4])
    return words.fill(zh=plain(zh), en=plain(en), count=len(titles))


_BACK = Section.ROLL_BACK
_PRECHECKS = Words(
    "还有 {count} 项预检没有通过：{zh}。请重新检查，或由运维负责人写明理由放行。没有任何改动。",
    "{count} prechecks do not hold: {en}. Check again, or have the lead let them pass "
    "with a reason. Nothing was changed.",
)
_ROLES = Words(
    "还有角色没有人担任：{zh}。没有任何改动。",
    "Nobody plays these parts yet: {en}. Nothing was changed.",
)
_STEPS = Words(
    "还有 {count} 个步骤没有结束：{zh}。请完成，或写明理由跳过。没有任何改动。",
    "{count} steps are not over: {en}. Finish them, or skip them with a reason. Nothing "
    "was changed.",
)
_BUSY = Words(
    "还有 {count} 个步骤正在进行或结果不明：{zh}。没有任何改动。",
    "{count} steps are under way or unknown: {en}. Nothing was changed.",
)
_NOT_RESTORED = Words(
    "还没有标记业务恢复的时间（T5）。没有任何改动。",
    "It is not marked when the service was restored (T5). Nothing was changed.",
)
_NOT_WATCHED = Words(
    "恢复不等于结束：请先转入稳定观察，再宣布结束。没有任何改动。",
    "Restored is not over: watch it while stable, then end it. Nothing was changed.",
)
_NO_WAY_BACK = Words(
    "这份预案没有回退步骤。没有任何改动。",
    "This plan has no way back. Nothing was changed.",
)
_BACK_ALREADY = Words(
    "回退已经启动。没有任何改动。",
    "The way back was begun already. Nothing was changed.",
)
_NOTES = Words(
    "记录不够：至少要 {least} 条，现在有 {have} 条。没有签署。",
    "Too few notes: {least} are wanted, there are {have}. Nothing was signed.",
)
_SUMMARY = Words(
    "总结还没有填：{zh}。没有签署。",
    "The summary still lacks: {en}. Nothing was signed.",
)
_EVALUATION = Words(
    "评估还有 {missing} 项没有打分。没有签署。",
    "{missing} items of the evaluation are not judged. Nothing was signed.",
)
_NOBODY = Words(
    "签到表是空的。没有签署。",
    "Nobody is on the list of those present. Nothing was signed.",
)
