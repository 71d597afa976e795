"""A document laid out as HTML: loops and ifs only, every text escaped."""

from __future__ import annotations

import datetime as dt
from functools import cache, partial
from pathlib import Path
from typing import Any

from reports.documents import daily_layout, record_layout
from reports.documents.daily_record import DailyRecord
from reports.documents.freezing import Document
from reports.documents.parts import (
    Grid,
    Heading,
    Part,
    Prose,
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


def render(document: Document, language: str = "zh") -> str:
    """Return the document as one HTML page in a language ("zh…", else English)."""
    sheet = laid_out(document, language)
    page: str = (
        _environment()
        .get_template("paper.html")
        .render(
            sheet=sheet,
            language=LANGUAGES["zh" if language.startswith("zh") else "en"],
            say=partial(printed, language=language),
            kind=kind,
            style=_style(upright=sheet.upright),
            code=qr_svg(sheet.address) if sheet.address else "",
            created=_stamp(sheet.created),
        )
    )
    return page


def _style(*, upright: bool) -> str:
    names = ("paper.css", "upright.css") if upright else ("paper.css",)
    return "\n".join((FOLDER / "styles" / name).read_text("utf-8") for name in names)


def kind(part: Part) -> str:
    """Return which macro prints a part."""
    match part:
        case Heading():
            return "heading"
        case Prose():
            return "prose"
        case Grid():
            return "grid"
        case Signatures():
            return "signatures"
        case Together():
            return "together"


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
