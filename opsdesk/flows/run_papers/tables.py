"""The tables of a run's paper: moments, objectives, steps, evidence, timeline, people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from opsdesk.flows.ladder_ledger import Way
from opsdesk.flows.run_papers.pieces import Case, col, lasting, listing, words
from opsdesk.responses import moves, naming
from opsdesk.responses.states import What
from opsdesk.responses.views import (
    Entry,
    EvidenceView,
    RungView,
    SignatureView,
    StepView,
)
from opsdesk.responses.wording import Signing
from probes import finding
from reports.documents.parts import Align
from reports.documents.record_form import Given, Listing, SignBox, SignBoxes
from reports.documents.words import Text, Words, joined, not_obtained


def moments(case: Case) -> Listing:
    """Return T0 to T7: when, how long after detection, and by whose word."""
    rows = []
    for clock in case.run.clocks:
        if clock.moment is None:
            value: Text = not_obtained(Words("未标记", "not marked"))
        else:
            value = case.at(clock.moment)
        claimed = Words("补记", "claimed") if clock.claimed else ""
        rows.append(
            (
                words(naming.CLOCKS[clock.clock]),
                value,
                lasting(clock.since),
                case.called(clock.by) if clock.by else "",
                claimed,
            )
        )
    return listing(
        Words("关键时刻", "Key moments"),
        (
            col("时刻", "Moment", 30),
            col("时间", "Time", 36),
            col("距发现", "Since detection", 26),
            col("标记人", "Marked by", 24),
            col("说明", "Note", 16),
        ),
        rows,
    )


def objectives(case: Case) -> Listing:
    """Return each objective: promised, measured, and whether it was met."""
    results = {
        True: Words("达标", "met"),
        False: Words("未达标", "missed"),
        None: not_obtained(Words("未测得", "not measured")),
    }
    return listing(
        Words("目标与实测", "Objectives and what was measured"),
        (
            col("目标", "Objective", 40),
            col("承诺", "Promised", 30),
            col("实测", "Measured", 30),
            col("结果", "Result", 30, Align.CENTER),
        ),
        (
            (
                words(one.title),
                lasting(one.target),
                lasting(one.actual),
                results[one.met],
            )
            for one in case.run.objectives
        ),
    )


def steps(case: Case, title: Words, which: Iterable[StepView]) -> Listing:
    """Return steps: planned and actual, by whom, and what became of each."""
    return listing(
        title,
        (
            col("步骤", "Step", 52),
            col("角色", "Part", 20),
            col("目标", "Target", 18, Align.RIGHT),
            col("实际", "Actual", 18, Align.RIGHT),
            col("结果", "Result", 16, Align.CENTER),
            col("执行人", "By", 24),
            col("说明", "Remark", 32),
        ),
        (_step(case, one) for one in which),
    )


def _step(case: Case, one: StepView) -> tuple[Text, ...]:
    taken: Text = ""
    if one.ended_at is not None and case.run.detected_at is not None:
        taken = lasting(one.ended_at - case.run.detected_at)
    by = case.everyone(name for name in (one.by, one.second_by) if name)
    late = Words("超时", "late") if one.late and one.ended_at else ""
    remarks = tuple(said for said in (late, one.reason) if said)
    return (
        words(one.title),
        words(naming.PARTS[one.part]) if one.part else "",
        "" if one.target is None else _after(one.target),
        taken,
        words(naming.STEP_STATES[one.state]),
        by,
        joined(remarks, "；", "; ") if remarks else "",
    )


def _after(target: timedelta) -> str:
    return f"T+{round(target.total_seconds() / 60)}"


def evidence(case: Case) -> Listing:
    """Return every file that proves something, with its hash."""
    titles = {
        one.key: words(one.title)
        for one in (*case.run.prechecks, *case.run.steps, *case.run.roll_back)
    }
    return listing(
        Words("证据清单", "Evidence"),
        (
            col("名称", "Name", 36),
            col("步骤", "Step", 36),
            col("采集时间", "Taken at", 28),
            col("采集人", "By", 18),
            col("SHA-256", "SHA-256", 52),
        ),
        (_piece(case, one, titles) for one in case.run.evidence),
    )


def _piece(
    case: Case, one: EvidenceView, titles: Mapping[str, Text]
) -> tuple[Text, ...]:
    when = case.at(one.captured_at or one.at)
    return (one.name, titles.get(one.step, ""), when, case.called(one.by), one.sha256)


def timeline(case: Case) -> Listing:
    """Return the timeline, but for what other tables of the form show already."""
    told = {What.NOTED, What.MOVED, What.LEVEL, What.ROLE, What.ALARMED, What.STEP}
    return listing(
        Words("过程记录", "Timeline"),
        (
            col("时间", "Time", 36),
            col("事项", "What", 20),
            col("内容", "Content", 84),
            col("记录人", "By", 24),
        ),
        (
            (case.at(e.claimed_at or e.at), *_entry(case, e))
            for e in case.run.timeline
            if e.what in told
        ),
    )


def _entry(case: Case, entry: Entry) -> tuple[Text, Text, str]:
    step = case.run.step(entry.step) if entry.step else None
    parts: list[Text] = [words(step.title)] if step else []
    if entry.what is What.STEP and entry.state:
        parts.append(_named(entry.state, naming.STEP_STATES))
    if entry.what is What.MOVED:
        parts.append(_named(entry.state, moves.STATES))
    if entry.what is What.ROLE:
        parts.append(_named(str(entry.detail.get("part")), naming.PARTS))
        parts.append(case.called(entry.text))
    elif entry.text:
        parts.append(entry.text)
    said = joined(tuple(parts), "：", ": ") if parts else ""
    return words(naming.WHAT[entry.what]), said, case.called(entry.by)


def _named(value: str, known: Mapping[Any, finding.Words]) -> Text:
    """Return what a stored word is called; one of a later version stays as it is."""
    found = next((said for one, said in known.items() if one == value), None)
    return words(found) if found else value


def reports(case: Case) -> Listing:
    """Return each report to the customer."""
    told = [e for e in case.run.timeline if e.what is What.REPORTED]
    return listing(
        Words("逐次报告", "Reports to the customer"),
        (
            col("时间", "Time", 28),
            col("对象", "To", 26),
            col("方式", "How", 18),
            col("内容", "Content", 66),
            col("报告人", "By", 24),
        ),
        (
            (
                case.at(e.claimed_at or e.at),
                str(e.detail.get("to") or ""),
                str(e.detail.get("way") or ""),
                e.text,
                case.called(e.by),
            )
            for e in told
        ),
    )


def ladder(case: Case) -> Listing:
    """Return the ladder of escalation, rung by rung."""
    return listing(
        Words("升级通知", "Escalation"),
        (
            col("级次", "Rung", 20),
            col("应于", "Due", 28),
            col("状态", "State", 22),
            col("通知对象", "Told", 36),
            col("通知时间", "Told at", 28),
            col("确认", "Acknowledged", 34),
        ),
        (
            (
                words(naming.RUNGS[rung.rung]),
                case.at(rung.due_at),
                _rung(rung),
                case.everyone(rung.told),
                case.at(rung.told_at),
                f"{case.called(rung.acknowledged_by)} {case.at(rung.acknowledged_at)}"
                if rung.acknowledged_at
                else "",
            )
            for rung in case.run.ladder
        ),
    )


def _rung(rung: RungView) -> Text:
    """Say what became of a rung; where the alarm was raised, that as well."""
    state = words(naming.RUNG_STATES[rung.state])
    if rung.alarmed_at is None:
        return state
    return joined((state, Words("已告警", "alarm raised")), "；", "; ")


def deliveries(case: Case) -> Listing:
    """Return what became of each call of the ladder on its way."""
    return listing(
        Words("送达台账", "Delivery ledger"),
        (
            col("级次", "Rung", 20),
            col("对象", "To", 30),
            col("通知时间", "Called at", 30),
            col("渠道与结果", "Channels and results", 62),
            col("页面已读", "Read on screen", 26),
        ),
        (
            (
                words(naming.RUNGS[one.rung]),
                case.called(one.to),
                case.at(one.at),
                joined(tuple(_channel(case, way) for way in one.ways), "；", "; ")
                if one.ways
                else Words("只在页面上", "on screen only"),
                case.at(one.read_at) if one.read_at else "",
            )
            for one in case.deliveries
        ),
    )


def _channel(case: Case, way: Way) -> Text:
    state = words(way.state)
    when = case.at(way.at) if way.at else ""
    return joined(tuple(one for one in (way.channel, state, when) if one), " ", " ")


def roles(case: Case) -> Listing:
    """Return who played which part, and who before them."""
    return listing(
        Words("组织与角色", "Organisation"),
        (
            col("角色", "Part", 30),
            col("职责", "Duty", 72),
            col("担任人", "Played by", 30),
            col("此前担任", "Before", 30),
        ),
        (
            (
                words(role.title),
                words(role.duty),
                case.called(role.username) if role.username else "",
                case.everyone(role.before) if role.before else "",
            )
            for role in case.run.roles
        ),
    )


def improvements(case: Case) -> Listing:
    """Return the improvement items with their tickets."""
    return listing(
        Words("改进项", "Improvements"),
        (
            col("单号", "Ticket", 34),
            col("内容", "Content", 84),
            col("期限", "Due", 22),
            col("状态", "State", 22),
        ),
        (
            (
                item.number,
                item.title,
                item.due_on.isoformat() if item.due_on else "",
                Words("未关闭", "open") if item.is_open else Words("已关闭", "closed"),
            )
            for item in case.run.items
        ),
    )


def signatures(
    case: Case, pens: Mapping[Signing, Words] = MappingProxyType({})
) -> SignBoxes:
    """Return the boxes to sign; those given in the desk carry name, time and hash.

    `pens` are signed on paper alone, each before a signature of the desk.
    """
    boxes: list[SignBox] = []
    for one in case.run.signatures:
        if one.part in pens:
            boxes.append(SignBox(role=pens[one.part]))
        boxes.append(_box(case, one))
    return SignBoxes(title=Words("签署", "Signatures"), boxes=tuple(boxes))


def _box(case: Case, one: SignatureView) -> SignBox:
    given = None
    if one.by and one.holds:
        given = Given(
            name=case.called(one.by),
            at=one.at,
            decision="agreed",
            opinion=one.opinion,
            snapshot_sha256=one.sha256,
        )
    return SignBox(role=Words(one.title.zh, one.title.en), given=given)
