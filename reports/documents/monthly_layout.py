"""How a report lies on the page: cover, contents, chapters, names, appendices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reports.documents import issuing
from reports.documents.charts import Chart
from reports.documents.daily_record import TableColumn
from reports.documents.monthly import (
    Block,
    Ledger,
    Missing,
    MonthlyReport,
    Narrative,
    Paragraph,
    ReportSection,
    Table,
)
from reports.documents.parts import (
    Cell,
    Column,
    Contents,
    Cover,
    Drawing,
    Grid,
    Heading,
    Part,
    Prose,
    Rows,
    Sheet,
    Together,
    Tone,
)
from reports.documents.record_boxes import signatures
from reports.documents.record_form import SignBoxes
from reports.documents.times import moment
from reports.documents.words import NOT_APPLICABLE, Text, Words, not_obtained, say

WIDTH = 170.0  # mm: A4 upright, less 20 mm on either side
_SIGNED = Words("签署页", "Signatures")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UNWRITTEN = Words("（未填写）", "(nothing was written)")
_GAPS = ("未取得", "未检", "未巡检")


def compose(report: MonthlyReport) -> Sheet:
    """Return the report laid out, with what its issue adds."""
    chapters = tuple(_numbered(report.sections))
    last = len(chapters) + 1
    signing = Heading(
        text=Words(f"{last}　{_SIGNED.zh}", f"{last}  {_SIGNED.en}"),
        anchor="signatures",
        page=True,
    )
    appendices = tuple(_lettered(report.appendices))
    heads = [head for head, _blocks in (*chapters, (signing, ()), *appendices)]
    return Sheet(
        title=report.title,
        subject=Words(
            f"{say(report.title, 'zh')} {report.period.zh}",
            f"{say(report.title, 'en')}, {report.period.en}",
        ),
        number=report.number,
        version=issuing.version(report.issue),
        frame=report.frame,
        cover=_cover(report),
        parts=(
            Contents(entries=tuple((head.text, head.anchor) for head in heads)),
            *_bodies(chapters),
            signing,
            *_signing(report),
            *_bodies(appendices),
        ),
        closing=(),
        marks=issuing.marks(report.issue, demo=report.demo),
        foot=issuing.foot(report.issue, report.zone),
        created=report.issue.printed_at if report.issue else None,
        upright=True,
    )


Chapter = tuple[Heading, tuple[Block, ...]]


def _numbered(sections: Iterable[ReportSection]) -> Iterator[Chapter]:
    for number, section in enumerate(sections, start=1):
        zh, en = say(section.title, "zh"), say(section.title, "en")
        text = Words(f"{number}　{zh}", f"{number}  {en}")
        yield Heading(text=text, anchor=section.key, page=number == 1), section.blocks


def _lettered(sections: Iterable[ReportSection]) -> Iterator[Chapter]:
    for letter, section in zip(_LETTERS, sections, strict=False):
        zh, en = say(section.title, "zh"), say(section.title, "en")
        text = Words(f"附录 {letter}　{zh}", f"Appendix {letter}  {en}")
        head = Heading(text=text, anchor=section.key, page=letter == "A")
        yield head, section.blocks


def _bodies(chapters: Iterable[Chapter]) -> Iterator[Part]:
    for head, blocks in chapters:
        yield head
        for block in blocks:
            yield from parts_of(block)


def _cover(report: MonthlyReport) -> Cover:
    frame, issue = report.frame, report.issue
    made = moment(issue.printed_at if issue else report.cut_off, report.zone)
    lines: tuple[tuple[Words, Text], ...] = (
        (Words("项目名称", "Project"), frame.project),
        (Words("合同编号", "Contract"), frame.contract_number or NOT_APPLICABLE),
        (Words("报告期", "Period"), report.period),
        (Words("报告编号", "Number"), report.number),
        (Words("版本", "Version"), issuing.version(issue)),
        (Words("编制单位", "Prepared by"), frame.contractor or NOT_APPLICABLE),
        (Words("呈报单位", "Presented to"), frame.customer or NOT_APPLICABLE),
        (Words("编制日期", "Date"), made[:10]),
        (Words("数据截至", "Data until"), f"{moment(report.cut_off, report.zone)}"),
        (Words("密级", "Confidentiality"), frame.confidentiality),
    )
    return Cover(
        above=frame.project, title=report.title, subtitle=report.period, lines=lines
    )


def _signing(report: MonthlyReport) -> tuple[Part, ...]:
    title = Words("本报告由以下各方签署", "This report is signed by")
    block = SignBoxes(title=title, boxes=report.boxes)
    anchors = (
        (Prose(text=issuing.anchors(report.issue), small=True),)
        if report.issue is not None
        else ()
    )
    inner: tuple[Part, ...] = (
        Prose(text=_STATEMENT),
        *anchors,
        signatures(block, report.zone),
    )
    return (Together(parts=inner),)


_STATEMENT = Words(
    "本报告的数字全部由运维台的各登记簿按第 1 章所述截止时间计算得出，编制人只能撰写"
    "标有「编写」的段落，不能改动数字；没有登记的内容写明「未取得」及原因。"
    "附件数据文件（report.json）与本报告内容一致，可供核对。",
    "Every figure of this report was computed from the desk's registers as of the time "
    "given on its cover. People write the paragraphs marked as written, and no figure; "
    "what no register holds says so, with the reason. The attached file report.json "
    "holds the same content, to check it by.",
)


def parts_of(block: Block) -> Iterator[Part]:
    """Yield what a block is printed as."""
    match block:
        case Paragraph():
            yield Prose(text=block.text, points=block.points, small=block.note)
        case Narrative():
            yield from _narrative(block)
        case Table():
            yield from _table(block)
        case Ledger():
            yield from _ledger(block)
        case Chart():
            yield Drawing(chart=block)
            yield from _formula(block.formula)
        case Missing():
            yield Heading(text=block.title, level=3)
            yield Prose(text=not_obtained(block.reason))


def _narrative(block: Narrative) -> Iterator[Part]:
    title = Words(
        f"{say(block.title, 'zh')}（编写）", f"{say(block.title, 'en')} (written)"
    )
    yield Heading(text=title, level=3)
    yield Prose(text=block.text or _UNWRITTEN)


def _formula(text: Text) -> tuple[Prose, ...]:
    if not text:
        return ()
    said = Words(f"口径：{say(text, 'zh')}", f"Counted: {say(text, 'en')}")
    return (Prose(text=said, small=True),)


def _table(block: Table) -> Iterator[Part]:
    if not block.lines:
        yield Heading(text=block.title, level=3)
        yield Prose(text=block.nothing)
        yield from _formula(block.formula)
        return
    last = len(block.lines) - 1
    rows = tuple(
        tuple(_cell(text, total=block.total and n == last) for text in line)
        for n, line in enumerate(block.lines)
    )
    yield Grid(columns=_columns(block.columns), rows=rows, caption=block.title)
    yield from _formula(block.formula)


def _cell(text: Text, *, total: bool) -> Cell:
    if total:
        return Cell(text, Tone.LABEL)
    gap = say(text, "zh").startswith(_GAPS)
    return Cell(text, Tone.GAP if gap else Tone.PLAIN)


def _columns(columns: tuple[TableColumn, ...]) -> tuple[Column, ...]:
    shares = sum(column.share for column in columns)
    return tuple(
        Column(title=c.title, width=WIDTH * c.share / shares, align=c.align)
        for c in columns
    )


def _ledger(block: Ledger) -> Iterator[Part]:
    if not block.lines:
        yield Heading(text=block.title, level=3)
        yield Prose(text=block.nothing)
    else:
        yield Rows(
            caption=block.title,
            columns=_columns(block.columns),
            lines=block.lines,
            small=block.small,
        )
    yield from _formula(block.formula)
