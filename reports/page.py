"""A document laid out as HTML: loops and ifs only, every text escaped."""

from __future__ import annotations

import datetime as dt
from functools import cache, partial
from pathlib import Path
from typing import Any

from reports import drawing, typesetting
from reports.documents import daily_layout, monthly_layout, record_layout
from reports.documents.daily_record import DailyRecord
from reports.documents.freezing import Document
from reports.documents.monthly import MonthlyReport
from reports.documents.parts import (
    Contents,
    Drawing,
    Grid,
    Heading,
    Part,
    Prose,
    Rows,
    Sheet,
    Signatures,
    Together,
)
from reports.documents.record_form import RecordForm
from reports.figures import qr_svg
from reports.filters import printed

FOLDER = Path(__file__).parent
LANGUAGES = {"zh": "zh-Hans", "en": "en"}


def laid_out(document: Document, language: str) -> Sheet:
    """Return the sheet of a document, whichever form it is."""
    match document:
        case DailyRecord():
            spoken = "zh" if language.startswith("zh") else "en"
            return daily_layout.compose(document, spoken)
        case RecordForm():
            return record_layout.compose(document)
        case MonthlyReport():
            return monthly_layout.compose(document)


def render(document: Document, language: str = "zh") -> str:
    """Return the document as one HTML page in a language ("zh…", else English)."""
    sheet = laid_out(document, language)
    page: str = (
        _environment()
        .get_template("report.html" if sheet.cover else "paper.html")
        .render(
            sheet=sheet,
            language=LANGUAGES["zh" if language.startswith("zh") else "en"],
            say=partial(printed, language=language),
            kind=kind,
            style=_style(sheet),
            code=qr_svg(sheet.address) if sheet.address else "",
            created=_stamp(sheet.created),
            svg=drawing.svg,
            set=typesetting,
        )
    )
    return page


def _style(sheet: Sheet) -> str:
    names = ["paper.css"]
    if sheet.upright:
        names.append("upright.css")
    if sheet.cover:
        names.append("report.css")
    return "\n".join((FOLDER / "styles" / name).read_text("utf-8") for name in names)


_KINDS: dict[type[Part], str] = {
    Heading: "heading",
    Prose: "prose",
    Grid: "grid",
    Signatures: "signatures",
    Together: "together",
    Contents: "contents",
    Drawing: "drawing",
    Rows: "rows",
}


def kind(part: Part) -> str:
    """Return which macro prints a part."""
    return _KINDS[type(part)]


def _stamp(created: dt.datetime | None) -> str:
    if created is None:
        return ""
    return created.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _environment() -> Any:
    import jinja2  # noqa: PLC0415 - not before a page is asked for

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
