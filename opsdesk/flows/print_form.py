"""A ticket's official form: previewed as it stands, or issued into the archive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from opsdesk.archive import operations as archive
from opsdesk.archive import queries as documents
from opsdesk.core import audit
from opsdesk.core.desk import Desk
from opsdesk.core.language import RefusedInWords
from opsdesk.flows import gather_form
from opsdesk.flows.itself import SELF
from opsdesk.tickets.models import Ticket, What
from opsdesk.tickets.operations import telling
from opsdesk.tickets.operations.holding import found, held
from opsdesk.tickets.operations.telling import Entry
from probes.finding import Words
from reports import page, pdf, word
from reports.documents.freezing import digest, freeze, issued, thaw
from reports.documents.parts import Issue
from reports.documents.record_form import RecordForm

_SECONDS, _MEMORY_MIB = 90, 1024
_NO_FORM = Words(
    "{number} 没有这种表单。没有生成文件。",
    "{number} has no such form. Nothing was made.",
)
_NO_PDF = Words(
    "PDF 没有生成（{reason}），记录和档案未改动。请执行 opsdesk doctor 查看缺少什么，然后重试。",
    "No PDF was made ({reason}); the record and the archive are as they were. Run "
    "`opsdesk doctor` to see what is missing, then try again.",
)


def preview(
    session: Session, desk: Desk, ticket: Ticket, form: str, *, at: datetime
) -> RecordForm:
    """Return a ticket's form as it stands now; every page of it says 预览."""
    if form not in gather_form.forms_of(ticket):
        raise RefusedInWords(_NO_FORM, number=ticket.number)
    return gather_form.gather(session, desk.settings, ticket, form, at=at)


def issue(
    desk: Desk, number: str, form: str, *, by: str, at: datetime
) -> documents.DocumentView:
    """Print and archive a ticket's form; a former version is superseded.

    Where nothing changed since the version that holds, that one is returned. Nothing
    is locked while it prints. Raises Refused where the ticket has no such form, Stale
    where it was issued elsewhere meanwhile.
    """
    with desk.database.reading() as session:
        ticket = found(session, number)
        record = preview(session, desk, ticket, form, at=at)
        former = documents.current(session, record.form_number)
        head = audit.head(session)
    paper = packed(desk, record, former, f"form:{form}", audit_head=head, at=at)
    if paper is None:
        assert former is not None  # nothing changed since
        return former
    with desk.database.unit() as session:
        archive.issue(session, desk.store, paper, by=by, at=at)
        _note(session, number, paper, by=by, at=at)
        return documents.version(session, paper.number, paper.version)


def packed(
    desk: Desk,
    record: RecordForm,
    former: documents.DocumentView | None,
    kind: str,
    *,
    audit_head: str,
    at: datetime,
) -> archive.Issued | None:
    """Print a form for the archive; None where nothing changed since the former one."""
    content = freeze(record)
    if former is not None and former.content_sha256 == digest(content):
        return None
    anchors = Issue(
        version=1 if former is None else former.version + 1,
        printed_at=at,
        content_sha256=digest(content),
        audit_head=audit_head,
    )
    return _parcel(desk, issued(record, anchors), kind)


def _parcel(desk: Desk, whole: RecordForm, kind: str) -> archive.Issued:
    anchors = whole.issue
    assert anchors is not None  # it was just issued
    zone = desk.settings.desk.timezone
    return archive.Issued(
        kind=kind,
        number=whole.form_number,
        version=anchors.version,
        title=f"{whole.title.zh} {whole.number}",
        day=anchors.printed_at.astimezone(zone).date(),
        content_json=freeze(whole),
        pdf=as_file(desk, whole, ".pdf"),
        docx=as_file(desk, whole, ".docx"),
        audit_head=anchors.audit_head,
    )


def as_file(
    desk: Desk, record: RecordForm, suffix: str, language: str | None = None
) -> bytes:
    """Return a form as .pdf, made by a process of its own, or as .docx."""
    language = language or desk.settings.desk.language
    if suffix == ".docx":
        return word.docx(record, language)
    try:
        return pdf.render_apart(
            page.render(record, language),
            cache=desk.settings.desk.data / "cache" / "fonts",
            seconds=_SECONDS,
            memory_mib=_MEMORY_MIB,
        )
    except pdf.Unprintable as error:
        reason = error.reason.replace("{", "(").replace("}", ")")
        raise RefusedInWords(_NO_PDF, reason=reason) from error


def archived(desk: Desk, view: documents.DocumentView) -> RecordForm:
    """Return an archived form from its frozen content; void and former ones say so."""
    frozen = thaw(RecordForm, desk.store.get(view.content_sha256))
    state = ""
    if view.kind.startswith("form:"):
        with desk.database.reading() as session:
            state = found(session, frozen.number).state
    return issued(
        frozen,
        Issue(
            version=view.version,
            printed_at=view.issued_at,
            content_sha256=view.content_sha256,
            audit_head=view.audit_head,
            superseded=view.superseded,
            void=state == "void",
        ),
    )


def file_of(
    desk: Desk, view: documents.DocumentView, suffix: str, language: str | None = None
) -> bytes:
    """Return an archived form as it was stored, or printed again where it was not."""
    stored = view.pdf_sha256 if suffix == ".pdf" else view.docx_sha256
    own = language is None or language[:2] == desk.settings.desk.language[:2]
    form = archived(desk, view)
    assert form.issue is not None  # it is archived
    if stored is None or view.superseded or form.issue.void or not own:
        return as_file(desk, form, suffix, language)
    return desk.store.get(stored)


def _note(
    session: Session, number: str, parcel: archive.Issued, *, by: str, at: datetime
) -> None:
    ticket = held(session, number)
    entry = Entry(
        what=What.PRINTED,
        by=by or SELF.username,
        at=at,
        text=f"{parcel.number} v{parcel.version}",
        detail={"form": parcel.number, "version": parcel.version},
    )
    telling.tell(session, ticket, entry)
