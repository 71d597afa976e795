"""Files of a record: taken one by one, handed out as what they are and no more."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import quote

from flask import Response, flash, g, jsonify, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from opsdesk.core.errors import NotFound, Refused
from opsdesk.core.file_names import clean_name
from opsdesk.flows import work_tickets
from opsdesk.tickets.models import Attachment
from opsdesk.tickets.operations import noting
from opsdesk.web import unit
from opsdesk.web.access import READERS, may, somebody
from opsdesk.web.gate import go
from opsdesk.web.tickets.blueprint import ONE, deed, register_at, screen, ticket_at

MOST_BYTES = 32 << 20
MOST_AT_ONCE = 20
_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
OCTETS = "application/octet-stream"


@screen.post(f"{ONE}/files")
@may(*READERS)
def attach(path: str, number: str) -> AnyResponse:
    """Take files; each is told with the SHA-256 it was stored under."""
    ticket_at(path, number)
    sent = [one for one in request.files.getlist("file") if one.filename]
    if not sent or len(sent) > MOST_AT_ONCE:
        raise Refused("没有收到文件，或一次超过 20 个。没有保存；请选择文件后再提交。")
    rows = [_keep(number, one) for one in sent]
    if request.headers.get("Accept", "").startswith("application/json"):
        told = [{"name": one.name, "sha256": one.sha256} for one in rows]
        return jsonify(files=told)
    kept = "；".join(f"{one.name} {one.sha256[:12]}" for one in rows)
    flash(_("已保存附件：%(files)s", files=kept))
    return go(f"{register_at(path).path}/{number}")


def _keep(number: str, file: FileStorage) -> Attachment:
    with closing(file):
        content = file.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused(
            "附件 %(name)s 超过 32 MiB，没有保存；本次的其他附件也没有保存，请分开上传。",
            name=clean_name(file.filename or "")[:80],
        )
    kept = noting.File(
        name=file.filename or "",
        media_type=sniffed(content),
        size=len(content),
        sha256=unit.desk().store.put(content),
    )
    return work_tickets.attach(unit.session(), number, kept, deed())


def sniffed(content: bytes) -> str:
    """Return what a file's first bytes say it is: a safe image, or just bytes."""
    for start, media_type in _IMAGES.items():
        if content.startswith(start):
            return media_type
    return OCTETS


@screen.get(f"{ONE}/files/<int:file_id>")
@may(*READERS)
def download(path: str, number: str, file_id: int) -> Response:
    """Hand a file out; only a safe image is shown, anything else is saved."""
    row = _row(path, number, file_id)
    return handed_out(unit.desk().store.get(row.sha256), row.name, row.media_type)


def handed_out(content: bytes, name: str, media_type: str) -> Response:
    """Return a kept file; only a safe image is shown, anything else is saved."""
    shown = media_type in _IMAGES.values() and "save" not in request.args
    plain = name.encode("ascii", "replace").decode().replace('"', "'")
    plain = plain.replace("\\", "_").replace("?", "_")
    way = "inline" if shown else "attachment"
    return Response(
        content,
        mimetype=media_type if shown else OCTETS,
        headers={
            "Content-Disposition": (
                f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
            ),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


@screen.post(f"{ONE}/files/<int:file_id>/withdraw")
@may(*READERS)
def withdraw(path: str, number: str, file_id: int) -> AnyResponse:
    """Take a file back, with the reason; its bytes stay in the store."""
    row = _row(path, number, file_id)
    noting.withdraw(
        unit.session(),
        row.id,
        why=request.form.get("why", ""),
        by=somebody(),
        at=g.at,
    )
    flash(_("附件已撤回，原文件仍留存备查。"))
    return go(f"{register_at(path).path}/{number}")


def _row(path: str, number: str, file_id: int) -> Attachment:
    ticket = ticket_at(path, number)
    row = unit.session().get(Attachment, file_id)
    if row is None or row.ticket_id != ticket.id or row.withdrawn_at is not None:
        raise NotFound("没有这个附件，或者它已被撤回。")
    return row
