"""Files of a document: shown inside its page, opened alone, or saved; each recorded."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from opsdesk.archive.media import OCTETS, PDF
from opsdesk.archive.models import UPLOAD
from opsdesk.archive.queries import DocumentView
from opsdesk.core.errors import NotFound
from opsdesk.flows import issue_daily_record, issue_monthly_report, print_form
from opsdesk.web import unit
from opsdesk.web.access import signed_in
from opsdesk.web.archive.blueprint import ONE, document_at, opened, screen, taken

PAPERS = {
    "pdf": PDF,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}
SHEER = "default-src 'none'; sandbox"
FRAMED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""Of a PDF shown in our own page: a sandbox would keep its reader out, and the reader
styles itself. It is no page: nosniff, and its type, hold it to that."""
SHOWN = frozenset({PDF, "image/png", "image/jpeg", "image/gif", "image/webp"})


def showable(view: DocumentView) -> str:
    """Return what a page may show of a document: a PDF, an image, or octets: nothing.

    The type of an uploaded file was read off its content when it came, not its name.
    """
    if view.kind != UPLOAD:
        return PDF
    return view.media_type if view.media_type in SHOWN else OCTETS


@screen.get(f"{ONE}/view")
@signed_in
def look(number: str, version: int) -> Response:
    """Give a PDF or an image to be shown in the page; other files are never shown."""
    view = document_at(number, version)
    media_type = showable(view)
    if media_type == OCTETS:
        raise NotFound("这类文件不在浏览器里打开，请下载。")
    content = _content(view, "pdf")
    opened(view, media_type.rpartition("/")[2])
    answer = _answer(content, _name(view, "pdf"), media_type, inline=True)
    if media_type == PDF:
        answer.headers["Content-Security-Policy"] = FRAMED
        answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@screen.get(f"{ONE}/file")
@signed_in
def file(number: str, version: int) -> Response:
    """Hand out an uploaded file, to be saved."""
    view = document_at(number, version)
    if view.kind != UPLOAD:
        raise NotFound("这份文件是在这里出具的，请选择 PDF、DOCX 或 JSON。")
    content = _content(view, "")
    taken(view, "file")
    return _answer(content, view.file_name, OCTETS)


@screen.get(f"{ONE}/paper.<kind>")
@signed_in
def paper(number: str, version: int, kind: str) -> Response:
    """Hand out an issued paper; a superseded PDF says so on every page."""
    view = document_at(number, version)
    if view.kind == UPLOAD or kind not in PAPERS:
        raise NotFound("没有这种格式。可用的有 pdf、docx、json。")
    content = _content(view, kind)
    taken(view, kind)
    return _answer(content, _name(view, kind), PAPERS[kind])


def _content(view: DocumentView, kind: str) -> bytes:
    """Return a file's bytes, checked against their hash."""
    desk = unit.desk()
    if view.kind == UPLOAD or kind == "json":
        return desk.store.get(view.content_sha256)
    if view.kind == issue_daily_record.KIND:
        return issue_daily_record.file_of(desk, view, f".{kind}")
    if view.kind == issue_monthly_report.KIND:
        return issue_monthly_report.file_of(desk, view, f".{kind}")
    return print_form.file_of(desk, view, f".{kind}")


def _name(view: DocumentView, kind: str) -> str:
    return view.file_name or f"{view.number}-v{view.version}.{kind}"


def _answer(
    content: bytes, name: str, media_type: str, *, inline: bool = False
) -> Response:
    plain = name.encode("ascii", "replace").decode()
    for bad in '"\\?/':
        plain = plain.replace(bad, "_")
    way = "inline" if inline else "attachment"
    disposition = (
        f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    headers = {
        "Content-Disposition": disposition,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": SHEER,
    }
    return Response(content, mimetype=media_type, headers=headers)
