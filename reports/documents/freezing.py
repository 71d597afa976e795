"""A document as canonical JSON, and back: what is hashed, archived and printed again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any, TypeVar

from reports.documents.daily_record import DailyRecord
from reports.documents.monthly import MonthlyReport
from reports.documents.parts import Issue
from reports.documents.record_form import RecordForm

Document = DailyRecord | RecordForm | MonthlyReport
KINDS: dict[str, type[Document]] = {
    "daily_record": DailyRecord,
    "record_form": RecordForm,
    "monthly_report": MonthlyReport,
}
_T = TypeVar("_T")
_D = TypeVar("_D", DailyRecord, RecordForm, MonthlyReport)


def freeze(document: Document) -> bytes:
    """Return the content as JSON with sorted keys; what an issue adds is left out."""
    bare = dataclasses.replace(document, issue=None)
    content = _adapter(type(bare)).dump_python(bare, mode="json")
    del content["issue"]
    if not content.get("exercise", True):
        del content["exercise"]  # forms from before there were drills keep their hash
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def thaw(kind: type[_T], content: bytes) -> _T:
    """Return the document again. Raises ValueError where the JSON does not fit it."""
    thawed: _T = _adapter(kind).validate_json(content)
    return thawed


def from_sample(kind: type[_T], values: Any) -> _T:
    """Return a document from plain values, as a sample file holds them."""
    made: _T = _adapter(kind).validate_python(values)
    return made


def digest(content: bytes) -> str:
    """Return the SHA-256 that is printed on the paper."""
    return hashlib.sha256(content).hexdigest()


def issued(document: _D, issue: Issue) -> _D:
    """Return the document with its version, time and anchors."""
    return dataclasses.replace(document, issue=issue)


def _adapter(kind: type[Any]) -> Any:
    from pydantic import TypeAdapter  # noqa: PLC0415 - 70 ms that --help need not pay

    return TypeAdapter(kind)
