"""What a server said, byte for byte: folded by section, searchable, downloadable."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _

from opsdesk.core import audit
from opsdesk.core.errors import NotFound
from opsdesk.core.files import Damaged
from opsdesk.core.text import printable
from opsdesk.inspections.models import Round, Visit
from opsdesk.web import unit
from opsdesk.web.access import READERS, may, somebody
from opsdesk.web.language import words
from probes import script
from probes.transcript import Section, Transcript, decode, unpack

screen = Blueprint("transcripts", __name__, url_prefix="/visits")

MOST_LINES = 2000
MOST_STDERR = 4000


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it is shown."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section as it is shown."""

    name: str
    subject: str
    status: int | None
    took_ms: int | None
    size: int
    lines: tuple[Line, ...]
    cut: bool
    hits: int
    stderr: str
    open: bool


@screen.get("/<int:visit_id>/transcript")
@may(*READERS)
def page(visit_id: int) -> str:
    """Show a transcript, section by section."""
    visit, number = _visit(visit_id)
    wanted = request.args.get("q", "").strip()[:100]
    parts: list[Part] = []
    stray = damage = ""
    try:
        transcript = unpack(unit.desk().store.get(visit.transcript_sha256 or ""))
    except Damaged as trouble:
        damage = words(trouble.words)
    except ValueError:
        damage = _("这份原始记录已损坏，无法打开。请从备份恢复。")
    else:
        parts, stray = _parts(transcript, wanted)
    return render_template(
        "transcripts/page.html",
        visit=visit,
        number=number,
        q=wanted,
        parts=parts,
        stray=stray,
        hits=sum(part.hits for part in parts),
        damage=damage,
    )


@screen.get("/<int:visit_id>/transcript.txt")
@may(*READERS)
def download(visit_id: int) -> Response:
    """Hand out the raw bytes the server sent, as a file and never as a page."""
    visit, number = _visit(visit_id)
    transcript = unpack(unit.desk().store.get(visit.transcript_sha256 or ""))
    audit.write(
        unit.writing(),
        actor=somebody().username,
        action="transcript.taken",
        subject=f"{number}/{visit.server}",
        at=g.at,
        detail={"sha256": visit.transcript_sha256},
    )
    body = transcript.raw + b"".join(
        f"\n=== {answer.name} {answer.subject}\n".encode() + answer.stdout
        for answer in transcript.answers
    )
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in visit.server)
    disposition = (
        f"attachment; filename={number}-{safe.encode('ascii', 'replace').decode()}.txt"
    )
    return Response(
        body,
        mimetype="application/octet-stream",
        headers={"Content-Disposition": disposition.replace("?", "_")},
    )


def _visit(visit_id: int) -> tuple[Visit, str]:
    visit = unit.session().get(Visit, visit_id)
    if visit is None or visit.transcript_sha256 is None:
        raise NotFound("没有这份原始记录：这台服务器还没有被询问过。")
    return visit, unit.session().get_one(Round, visit.round_id).number


def _parts(transcript: Transcript, wanted: str) -> tuple[list[Part], str]:
    cut = script.cut(transcript.raw, transcript.nonce)
    sections = [*cut.sections, *transcript.answers]
    stray = printable(decode(cut.stray)) if cut.stray.strip() else ""
    return [_part(section, wanted) for section in sections], stray


def _part(section: Section, wanted: str) -> Part:
    needle = wanted.casefold()
    lines = [
        Line(text, bool(needle) and needle in text.casefold())
        for text in printable(section.text).split("\n")
    ]
    hits = sum(line.hit for line in lines)
    return Part(
        name=section.name,
        subject=section.subject,
        status=section.status,
        took_ms=section.took_ms,
        size=len(section.stdout),
        lines=tuple(lines[:MOST_LINES]),
        cut=len(lines) > MOST_LINES,
        hits=hits,
        stderr=printable(decode(section.stderr))[:MOST_STDERR],
        open=bool(hits) or (not wanted and section.status not in {0, None}),
    )
