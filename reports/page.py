"""A document laid out as HTML: loops and ifs only, every text escaped."""

from __future__ import annotations

import datetime as dt
from functools import cache, partial
from pathlib import Path
from typing import Any

from reports.documents.daily_layout import compose
from reports.documents.daily_record import DailyRecord
from reports.documents.parts import Grid, Heading, Part, Prose, Sheet, Signatures
from reports.filters import printed

FOLDER = Path(__file__).parent
LANGUAGES = {"zh": "zh-Hans", "en": "en"}


def laid_out(document: DailyRecord, language: str) -> Sheet:
    """Return the sheet of a document, whichever form it is."""
    return compose(document, "zh" if language.startswith("zh") else "en")


def render(document: DailyRecord, language: str = "zh") -> str:
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
            style=(FOLDER / "styles" / "paper.css").read_text("utf-8"),
            created=_stamp(sheet.created),
        )
    )
    return page


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
