"""How the daily record ends: conclusion, changes, what is left over, names."""

from __future__ import annotations

from reports.documents.daily_record import (
    DailyRecord,
    RoundLine,
    Signature,
    Tally,
    signed_rounds,
)
from reports.documents.issuing import SHORT, anchors
from reports.documents.parts import Box, Part, Prose, Signatures
from reports.documents.times import moment
from reports.documents.words import NOT_APPLICABLE, Text, Words, joined


def closing(record: DailyRecord) -> tuple[Part, ...]:
    """Return what stays on one page: the sentences that are signed, and the names."""
    return (
        *(Prose(text=text) for text in conclusions(record)),
        *_anchors(record),
        _signatures(record),
    )


def conclusions(record: DailyRecord) -> tuple[Text, ...]:
    """Return one sentence for the day and one for each round that was held.

    Of ad-hoc rounds the last one has its own, so that the signatures stay on its page.
    """
    due = [row for row in record.rounds if row.scheduled]
    held = [row for row in due if row.tally]
    told = [_conclusion(r, r.tally) for r in record.rounds if r.shown and r.tally]
    extra = [row.number for row in record.rounds if not row.scheduled]
    day = Words(
        f"本日应巡检 {len(due)} 次，完成 {len(held)} 次。",
        f"{len(due)} rounds were due on this day, {len(held)} were held.",
    )
    adhoc = Words(
        f"临时巡检 {len(extra)} 次，见「临时巡检」。",
        f"{len(extra)} held ad hoc; see Ad-hoc rounds.",
    )
    return (day, *told, *([adhoc] if extra else []))


def _conclusion(row: RoundLine, tally: Tally) -> Words:
    return Words(
        f"{row.label.zh}：本次共检 {tally.total} 项，正常 {tally.normal}，"
        f"关注 {tally.attention}，异常 {tally.abnormal}，未连通 {tally.unreached}，"
        f"未检 {tally.unknown}。",
        f"{row.label.en}: {tally.total} devices, {tally.normal} normal, "
        f"{tally.attention} attention, {tally.abnormal} abnormal, "
        f"{tally.unreached} unreached, {tally.unknown} not checked.",
    )


def changes(record: DailyRecord) -> Prose:
    """Return what differs from the last round of an earlier day."""
    if not record.compared_with:
        return Prose(
            text=Words(
                "与上次对比变化项：没有可比的上次巡检。",
                "Changes: there is no earlier round to compare with.",
            )
        )
    against = record.compared_with
    if not record.changes:
        return Prose(
            text=Words(
                f"与上次（{against}）对比变化项：无。",
                f"Changes against {against}: none.",
            )
        )
    return Prose(
        text=Words(f"与上次（{against}）对比变化项：", f"Changes against {against}:"),
        points=record.changes,
    )


def carried(record: DailyRecord) -> Prose:
    """Return what is left over at the end of the day."""
    left = tuple(
        joined((item.server, item.phenomenon), "：", ": ")
        for item in record.items
        if item.carried
    )
    if not left:
        return Prose(text=Words("遗留项：无。", "Left over: nothing."))
    return Prose(text=Words("遗留项：", "Left over:"), points=left)


def _anchors(record: DailyRecord) -> tuple[Part, ...]:
    issue = record.issue
    if issue is None:
        return ()
    return (Prose(text=anchors(issue), small=True),)


def _signatures(record: DailyRecord) -> Signatures:
    inspectors = tuple(
        _box(
            Words(f"巡检人（{row.label.zh}）", f"Inspector ({row.label.en})"),
            row.inspector,
            record.zone,
        )
        for row in signed_rounds(record.rounds)
    )
    return Signatures(
        boxes=(
            *inspectors,
            _box(Words("复核人", "Reviewer"), record.reviewer, record.zone),
            _box(
                Words("甲方抽查（可选）", "Customer's spot check (optional)"),
                None,
                record.zone,
            ),
        )
    )


def _box(part: Words, signature: Signature | None, zone: str) -> Box:
    name, opinion = Words("签名：", "Name: "), Words("意见：", "Opinion: ")
    at, proof = Words("日期：", "Date: "), Words("签名摘要：", "Signed hash: ")
    if signature is None:
        return Box(part=part, lines=((name, ""), (opinion, ""), (at, "")))
    return Box(
        part=part,
        lines=(
            (name, signature.name),
            (opinion, signature.opinion or NOT_APPLICABLE),
            (at, moment(signature.at, zone)),
            (proof, signature.snapshot_sha256[:SHORT]),
        ),
    )
