"""Official forms for tests: as the samples have them, empty, and very long."""

from __future__ import annotations

import dataclasses

from reports.__main__ import form_sample
from reports.documents.forms.catalogue import FORMS
from reports.documents.forms.filling import Record, Row, Value, fill
from reports.documents.forms.layout import Ask, FormLayout, TableAsk
from reports.documents.record_form import Attachment, ClockLine, Given, RecordForm
from reports.documents.words import Words

LONG = 10_000  # characters
ROWS = 50
_FEW = 4  # rows of every table but the first

__all__ = ["empty_form", "form_sample", "long_form"]


def empty_form(name: str) -> RecordForm:
    """Return a form of which nothing is known but its number."""
    typical = form_sample(name)
    record = Record(
        number=typical.number, frame=typical.frame, zone=typical.zone, values={}
    )
    return dataclasses.replace(fill(FORMS[name], record), issue=typical.issue)


def long_form(name: str) -> RecordForm:
    """Return a form with a very long text, a very long table, and every cell filled."""
    typical, layout = form_sample(name), FORMS[name]
    record = Record(
        number=typical.number,
        form_number=typical.form_number,
        frame=typical.frame,
        zone=typical.zone,
        address=typical.address,
        values=long_values(layout),
        clocks=(_clock(),) * 3,
        attachments=tuple(_attachment(n) for n in range(1, 13)),
        signatures={
            key: Given(name="值班工程师甲", decision="agreed", opinion=long_text(80))
            for key in layout.signers
        },
    )
    return dataclasses.replace(fill(layout, record), issue=typical.issue)


def long_text(length: int) -> str:
    """Return a text of so many characters, each sentence of it numbered."""
    told, number = "", 0
    while len(told) < length:
        number += 1
        told += f"第{number}句写明处理经过，结果正常。" + (
            "\n" if number % 40 == 0 else ""
        )
    return told[:length].rstrip() + "终"


def long_values(layout: FormLayout) -> dict[str, Value]:
    """Return a value for every key: one very long text, one very long table."""
    values: dict[str, Value] = {}
    rows, length = ROWS, LONG
    for ask in layout.asks:
        if isinstance(ask, TableAsk):
            values[ask.key] = tuple(_row(ask, n) for n in range(1, rows + 1))
            rows = _FEW
        elif isinstance(ask, Ask) and ask.lines > 1:
            values[ask.key] = long_text(length)
            length = 300
        elif isinstance(ask, Ask) and not ask.choices:
            values[ask.key] = f"{ask.label.zh}的内容" * (8 if ask.wide else 2)
    return values


def _row(ask: TableAsk, number: int) -> Row:
    return {col.key: f"{col.label.zh}第{number:02d}行" for col in ask.columns}


def _clock() -> ClockLine:
    return ClockLine(
        label=Words("恢复", "Restored"),
        due="2026-10-08 24:00",
        actual="2026-10-09 03:20",
        result=Words("超时", "late"),
        explanation=("10-01～10-03 法定节假日不计；" * 8, "等待甲方 2 小时 15 分。"),
    )


def _attachment(number: int) -> Attachment:
    name = f"第{number:02d}号附件-" + "很长的文件名" * (number % 9) + ".pdf"
    return Attachment(name=name, size=f"{number} MB", sha256=f"{number:064x}")
