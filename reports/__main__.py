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
from reports.documents.parts import Issue
from reports.documents.record_form import RecordForm
from reports.page import render
from reports.pdf import render_apart
from reports.word import docx

SAMPLES = Path(__file__).parent / "samples"


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
    document = form_sample(asked.name) if asked.name in FORMS else sample(asked.name)
    asked.output.write_bytes(_made(document, asked.output, asked.language))
    print(asked.output)


def _made(document: Document, output: Path, language: str) -> bytes:
    if output.suffix == ".docx":
        return docx(document, language)
    html = render(document, language)
    if output.suffix == ".html":
        return html.encode()
    with tempfile.TemporaryDirectory() as cache:
        return render_apart(html, cache=Path(cache))


if __name__ == "__main__":
    main()
