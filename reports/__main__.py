"""`python -m reports NAME -o FILE`: print a form from its sample, to look at it."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import yaml

from reports.documents.daily_record import DailyRecord
from reports.documents.forms.catalogue import FORMS
from reports.documents.forms.filling import Record, fill
from reports.documents.freezing import Document, digest, freeze, from_sample, issued
from reports.documents.monthly import MonthlyReport
from reports.documents.parts import Issue
from reports.documents.record_form import RecordForm
from reports.page import render
from reports.pdf import render_apart
from reports.word import docx

SAMPLES = Path(__file__).parent / "samples"
REPORTS = ("monthly",)


def sample(name: str) -> DailyRecord:
    """Return the daily record that a sample file describes."""
    return from_sample(DailyRecord, _read(name))


def form_sample(name: str) -> RecordForm:
    """Return the official form that a sample file describes."""
    values = _read(name)
    issue = values.pop("issue", None)
    form = fill(FORMS[name], from_sample(Record, values))
    if issue is None:
        return form
    anchored = {**issue, "content_sha256": digest(freeze(form))}
    return issued(form, from_sample(Issue, anchored))


def report_sample(name: str) -> MonthlyReport:
    """Return the report that a sample file describes."""
    return from_sample(MonthlyReport, _read(name))


def _any_sample(name: str) -> Document:
    if name in FORMS:
        return form_sample(name)
    return report_sample(name) if name in REPORTS else sample(name)


def _read(name: str) -> Any:
    return yaml.safe_load((SAMPLES / f"{name}.yaml").read_text("utf-8"))


def main() -> None:
    """Print one sample as PDF, DOCX or HTML, by the file's suffix."""
    names = sorted(path.stem for path in SAMPLES.glob("*.yaml"))
    reader = argparse.ArgumentParser(prog="python -m reports", description=__doc__)
    reader.add_argument("name", choices=names)
    reader.add_argument("-o", "--output", type=Path, required=True)
    reader.add_argument("--language", choices=("zh", "en"), default="zh")
    asked = reader.parse_args()
    asked.output.write_bytes(
        _made(_any_sample(asked.name), asked.output, asked.language)
    )
    print(asked.output)


def _made(document: Document, output: Path, language: str) -> bytes:
    if output.suffix == ".docx":
        return docx(document, language)
    html = render(document, language)
    if output.suffix == ".html":
        return html.encode()
    with tempfile.TemporaryDirectory() as cache:
        data = freeze(document) if isinstance(document, MonthlyReport) else b""
        return render_apart(html, cache=Path(cache), data=data)


if __name__ == "__main__":
    main()
