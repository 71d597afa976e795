"""Evidence of a run: taken one by one, handed out as what it is and no more."""

from __future__ import annotations

from contextlib import closing

from flask import Response, g, request
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from opsdesk.core.errors import NotFound, Refused
from opsdesk.responses.models import RunEvidence
from opsdesk.responses.operations import noting
from opsdesk.web import unit
from opsdesk.web.access import READERS, may, somebody
from opsdesk.web.responses.blueprint import RUN, done, run_at, screen
from opsdesk.web.tickets.files import MOST_AT_ONCE, MOST_BYTES, handed_out, sniffed
from opsdesk.web.words import gettext as _


@screen.post(f"{RUN}/files")
@may(*READERS)
def attach(number: str) -> AnyResponse:
    """Take files as evidence of a step, or of the whole."""
    sent = [one for one in request.files.getlist("file") if one.filename]
    if not sent or len(sent) > MOST_AT_ONCE:
        raise Refused("没有收到文件，或一次超过 20 个。没有保存；请选择文件后再提交。")
    step = request.form.get("step", "")[:40]
    rows = [_keep(number, step, one) for one in sent]
    told = "；".join(f"{one.name} {one.sha256[:12]}" for one in rows)
    anchor = f"step-{step}" if step else ""
    return done(number, _("已保存证据：%(files)s", files=told), anchor)


def _keep(number: str, step: str, file: FileStorage) -> RunEvidence:
    with closing(file):
        content = file.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused("证据文件超过 32 MiB，没有保存；本次的其他文件也没有保存。")
    kept = noting.Evidence(
        name=file.filename or "",
        media_type=sniffed(content),
        size=len(content),
        sha256=unit.desk().store.put(content),
        step=step,
    )
    return noting.attach(unit.session(), number, kept, by=somebody(), at=g.at)


@screen.get(f"{RUN}/files/<int:file_id>")
@may(*READERS)
def download(number: str, file_id: int) -> Response:
    """Hand evidence out; only a safe image is shown, anything else is saved."""
    row = unit.session().get(RunEvidence, file_id)
    if row is None or row.run_id != run_at(number).id:
        raise NotFound("没有这份证据。")
    content = unit.desk().store.get(row.sha256)
    return handed_out(content, row.name, row.media_type)
