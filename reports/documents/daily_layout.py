"""How the daily record lies on the page: head, rounds, tables, conclusion, names."""

from __future__ import annotations

from reports.documents.daily_record import (
    DailyRecord,
    RoundLine,
    Signature,
    Tally,
)
from reports.documents.daily_tables import (
    WIDTH,
    further_parts,
    item_parts,
    moment,
    server_parts,
)
from reports.documents.parts import (
    Align,
    Box,
    Cell,
    Column,
    Grid,
    Heading,
    Part,
    Prose,
    Sheet,
    Signatures,
    Tone,
)
from reports.documents.words import NOT_APPLICABLE, NOT_CHECKED, Text, Words, joined

TITLE = Words("日常巡检记录表", "Daily inspection record")
_SHORT = 12  # digits of a hash that fit in a running foot


def compose(record: DailyRecord, language: str = "zh") -> Sheet:
    """Return the record laid out, with what its issue adds.

    The parts hold both languages; `language` ("zh" or "en") only sets widths.
    """
    return Sheet(
        title=TITLE,
        subject=Words(f"{record.day} 日常巡检", f"Daily inspection of {record.day}"),
        number=record.number,
        version=_version(record),
        frame=record.frame,
        parts=(
            _head(record),
            *_rounds(record),
            *server_parts(record, language),
            *further_parts(record, language),
            *item_parts(record),
            Heading(text=Words("结论", "Conclusion")),
            _changes(record),
            _carried(record),
        ),
        closing=_closing(record),
        marks=_marks(record),
        foot=_foot(record),
        created=record.issue.printed_at if record.issue else None,
    )


def _version(record: DailyRecord) -> Text:
    if record.issue is None:
        return Words("未归档", "not archived")
    return Words(f"第 {record.issue.version} 版", f"version {record.issue.version}")


def _marks(record: DailyRecord) -> tuple[Text, ...]:
    marks: list[Text] = []
    if record.demo:
        marks.append(Words("演示", "DEMONSTRATION"))
    if record.issue is None:
        marks.append(Words("预览", "PREVIEW"))
    elif record.issue.superseded:
        marks.append(Words("已被新版取代", "SUPERSEDED"))
    return tuple(marks)


def _foot(record: DailyRecord) -> tuple[Text, ...]:
    issue = record.issue
    if issue is None:
        return (Words("预览，未归档", "Preview, not archived"),)
    printed = moment(issue.printed_at, record.zone)
    digest, head = issue.content_sha256[:_SHORT], shortened(issue.audit_head)
    return (
        Words(f"打印 {printed}", f"Printed {printed}"),
        Words(f"数据快照 {digest}", f"Snapshot {digest}"),
        Words(f"记录链 {head}", f"Audit head {head}"),
    )


def shortened(audit_head: str) -> str:
    """Return the head's position and the first digits of its code ("123:ab12…")."""
    place, colon, code = audit_head.partition(":")
    return f"{place}{colon}{code[:_SHORT]}" if colon else audit_head[:24]


def _head(record: DailyRecord) -> Grid:
    frame, days = record.frame, record.zone
    ticks = Words("☑ 自动　□ 人工　□ 混合", "☑ automatic  □ manual  □ mixed")
    rows: tuple[tuple[tuple[Words, Text], ...], ...] = (
        (
            (Words("项目名称", "Project"), frame.project),
            (Words("合同编号", "Contract"), frame.contract_number or NOT_APPLICABLE),
        ),
        (
            (Words("甲方", "Customer"), frame.customer or NOT_APPLICABLE),
            (Words("乙方", "Contractor"), frame.contractor or NOT_APPLICABLE),
        ),
        (
            (Words("巡检日期", "Day"), f"{record.day}（{days}）"),
            (Words("巡检方式", "Manner"), ticks),
        ),
        (
            (Words("设备数", "Devices"), str(len(record.servers))),
            (Words("保障期备注", "Remarks"), record.remarks or NOT_APPLICABLE),
        ),
    )
    widths = (28.0, WIDTH / 2 - 28, 28.0, WIDTH / 2 - 28)
    return Grid(
        columns=tuple(Column(title="", width=width) for width in widths),
        rows=tuple(
            tuple(
                cell
                for label, value in row
                for cell in (Cell(label, Tone.LABEL), Cell(value))
            )
            for row in rows
        ),
        headed=False,
    )


_ROUNDS = (
    Column(title=Words("时段", "Round"), width=15, align=Align.CENTER),
    Column(title=Words("巡检编号", "Number"), width=33),
    Column(title=Words("应巡时间", "Due"), width=30),
    Column(title=Words("实际开始", "Began"), width=30),
    Column(title=Words("实际结束", "Ended"), width=30),
    Column(title=Words("状态", "State"), width=20, align=Align.CENTER),
    Column(title=Words("巡检人", "Inspector"), width=22),
    Column(title=Words("正常", "Normal"), width=15, align=Align.RIGHT),
    Column(title=Words("关注", "Attention"), width=18.5, align=Align.RIGHT),
    Column(title=Words("异常", "Abnormal"), width=17.5, align=Align.RIGHT),
    Column(title=Words("未连通", "Unreached"), width=19.5, align=Align.RIGHT),
    Column(title=Words("未检", "Not checked"), width=16.5, align=Align.RIGHT),
)


def _rounds(record: DailyRecord) -> tuple[Part, ...]:
    reasons = tuple(
        Words(f"{row.label.zh}：{zh}", f"{row.label.en}: {en}")
        for row in record.rounds
        if row.reason
        for zh, en in [_both(row.reason)]
    )
    notes = (
        (
            Prose(
                text=Words("迟、缺与存疑的原因", "Why late, missed or doubtful"),
                points=reasons,
                small=True,
            ),
        )
        if reasons
        else ()
    )
    rows = tuple(_round_row(row, record.zone) for row in record.rounds)
    return (
        Heading(text=Words("巡检时段", "Rounds")),
        Grid(columns=_ROUNDS, rows=rows),
        *notes,
    )


def _both(text: Text) -> tuple[str, str]:
    return (text, text) if isinstance(text, str) else (text.zh, text.en)


def _round_row(row: RoundLine, zone: str) -> tuple[Cell, ...]:
    inspector: Text = Words("未签名", "not signed") if row.tally else NOT_APPLICABLE
    if row.inspector:
        inspector = row.inspector.name
    texts: tuple[Text, ...] = (
        row.label,
        row.number or NOT_APPLICABLE,
        moment(row.due, zone),
        moment(row.started, zone),
        moment(row.ended, zone),
        row.state.words,
        inspector,
    )
    return (*map(Cell, texts), *_tally_cells(row.tally))


def _tally_cells(tally: Tally | None) -> tuple[Cell, ...]:
    if tally is None:
        return (Cell(NOT_CHECKED, Tone.GAP, 5),)
    counts = (
        (tally.normal, Tone.PLAIN),
        (tally.attention, Tone.ATTENTION),
        (tally.abnormal, Tone.ABNORMAL),
        (tally.unreached, Tone.GAP),
        (tally.unknown, Tone.GAP),
    )
    return tuple(
        Cell(str(count), tone if count else Tone.PLAIN) for count, tone in counts
    )


def _closing(record: DailyRecord) -> tuple[Part, ...]:
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
        f"临时巡检 {len(extra)} 次，见「巡检时段」。",
        f"{len(extra)} held ad hoc; see Rounds.",
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


def _changes(record: DailyRecord) -> Prose:
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


def _carried(record: DailyRecord) -> Prose:
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
    return (
        Prose(
            text=Words(
                f"数据快照 SHA-256：{issue.content_sha256}；记录链：{issue.audit_head}",
                f"Snapshot SHA-256: {issue.content_sha256}; "
                f"audit head: {issue.audit_head}",
            ),
            small=True,
        ),
    )


def _signatures(record: DailyRecord) -> Signatures:
    inspectors = tuple(
        _box(
            Words(f"巡检人（{row.label.zh}）", f"Inspector ({row.label.en})"),
            row.inspector,
            record.zone,
        )
        for row in record.rounds
        if row.tally and (row.shown or row.inspector)
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
            (proof, signature.snapshot_sha256[:_SHORT]),
        ),
    )
