"""A short report, to print one kind of block and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime

from reports.documents.charts import Chart, ChartKind, Series
from reports.documents.daily_record import TableColumn
from reports.documents.monthly import (
    Block,
    Ledger,
    MonthlyReport,
    Narrative,
    Paragraph,
    ReportSection,
    Table,
)
from reports.documents.parts import Frame
from reports.documents.record_form import SignBox
from reports.documents.words import Words

UNTIL = datetime(2026, 10, 31, 16, tzinfo=UTC)


def short_report(*blocks: Block, project: str = "运维服务项目") -> MonthlyReport:
    """Return a report of one chapter with these blocks."""
    frame = Frame(
        project=project,
        contract_number="1",
        customer="甲方",
        contractor="乙方",
        confidentiality="内部",
    )
    chapter = ReportSection(
        key="summary", title=Words("概述", "Summary"), blocks=blocks
    )
    return MonthlyReport(
        kind="monthly",
        title=Words("运维月报", "Monthly operations report"),
        period=Words("2026 年 10 月", "October 2026"),
        number="WRY-YB-202610",
        first=date(2026, 10, 1),
        last=date(2026, 10, 31),
        zone="Asia/Shanghai",
        cut_off=UNTIL,
        frame=frame,
        sections=(chapter,),
        appendices=(),
        boxes=(SignBox(role=Words("编制", "Prepared by")),),
    )


def every_block(said: str) -> tuple[Block, ...]:
    """Return one block of each kind that says a text: set large, small, bold and drawn."""
    columns = tuple(TableColumn(title=one, share=1) for one in ("列", said))
    return (
        Paragraph(text=f"段{said}", points=(said,)),
        Narrative(key="highlights", title=f"题{said}", text=said),
        Table(title=f"表{said}", columns=columns, lines=((said, "值"),), formula=said),
        Ledger(title=f"册{said}", columns=columns, lines=((said, said),), small=True),
        Chart(
            title=f"图{said}",
            unit="件",
            kind=ChartKind.BARS,
            labels=(said,),
            series=(Series(name=said, values=(3.0,)),),
        ),
    )
