"""A period becomes one report: gathered, frozen, printed apart, archived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from opsdesk.archive import operations as archive
from opsdesk.archive import queries as documents
from opsdesk.core import audit
from opsdesk.core.desk import Desk
from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Settings
from opsdesk.flows.month import material, responses
from opsdesk.flows.month.material import number_of
from opsdesk.flows.month.report import report
from opsdesk.reporting.queries import drafts
from opsdesk.reporting.span import Span
from probes.finding import Words as Sentence
from reports import page, pdf, word
from reports.documents.freezing import digest, freeze, issued, thaw
from reports.documents.monthly import MonthlyReport
from reports.documents.parts import Issue
from reports.documents.words import say
from reports.fonts import Incomplete

KIND = material.KIND
_SECONDS, _MEMORY_MIB = 240, 1536
_TO_COME = Sentence(
    "「{period}」还没有开始（今天是 {today}），没有数据可以出具报告；没有生成任何文件。"
    "请选择已开始的时期。",
    "{english} has not begun (today is {today}), so there is nothing to report; nothing "
    "was made. Choose a period that has begun.",
)
_TOO_EARLY = Sentence(
    "「{period}」在合同开始日期 {start} 之前，没有报告；没有生成任何文件。"
    "请核对报告期，或 config.yaml 中的 contract.start。",
    "{english} ended before the contract began ({start}), so there is no report; nothing "
    "was made. Check the period, or contract.start in config.yaml.",
)
_NOTHING = Sentence(
    "「{period}」没有任何巡检，也没有任何登记的事件、请求、变更等，"
    "没有数据可以出具报告；没有生成任何文件。"
    "请核对报告期。",
    "{english} has no rounds and no record in any register, so there is nothing to "
    "report; nothing was made. Check the period.",
)
_NO_PDF = Sentence(
    "PDF 没有生成（{reason}），草稿和档案未改动。请执行 opsdesk doctor "
    "查看缺少什么，然后重新出具。",
    "No PDF was made ({reason}); the draft and the archive are as they were. Run "
    "`opsdesk doctor` to see what is missing, then try again.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """A period's content, and where it would stand in the archive."""

    record: MonthlyReport
    content: bytes
    former: documents.DocumentView | None
    audit_head: str


def issue(desk: Desk, span: Span, *, by: str, at: datetime) -> documents.DocumentView:
    """Print and archive a period's report; a former version is superseded.

    Where nothing changed since the version that holds, that one is returned. Nothing
    is locked while it prints. Raises Refused where there is nothing to report.
    """
    with desk.database.reading() as session:
        found = _gather(session, desk.settings, span, at=at)
    former = found.former
    if former is not None and _same(desk, former, found):
        return former
    parcel = _parcel(desk, found, span, at=at)
    with desk.database.unit() as session:
        archive.issue(session, desk.store, parcel, by=by, at=at)
        return documents.version(session, parcel.number, parcel.version)


def _same(desk: Desk, former: documents.DocumentView, found: _Gathered) -> bool:
    """Tell whether only the time of asking differs from what was issued."""
    kept = thaw(MonthlyReport, desk.store.get(former.content_sha256))
    return kept.figures == found.record.figures and _bare(kept) == _bare(found.record)


def _bare(record: MonthlyReport) -> object:
    """Return what a report says, but for its first chapter's account of when."""
    return record.sections[1:], record.appendices, record.sections[0].blocks[:-1]


def _gather(
    session: Session, settings: Settings, span: Span, *, at: datetime
) -> _Gathered:
    record = gather(session, settings, span, at=at)
    return _Gathered(
        record=record,
        content=freeze(record),
        former=documents.current(session, record.number),
        audit_head=audit.head(session),
    )


def gather(
    session: Session,
    settings: Settings,
    span: Span,
    *,
    at: datetime,
    narrative: Mapping[str, str] | None = None,
) -> MonthlyReport:
    """Return a period's report without an issue, with the draft's paragraphs.

    Raises Refused for a period to come, one before the contract, or one without data.
    """
    refuse_impossible(settings, span, at=at)
    written = narrative
    if written is None:
        written = drafts.narrative(session, number_of(settings, span))
    found = material.gather(session, settings, span, narrative=written, at=at)
    if not found.rounds and not any(
        r.opened or r.closed for r in found.registers.values()
    ):
        raise RefusedInWords(_NOTHING, **_named(span))
    return report(found, responses.runs(session, span))


def refuse_impossible(settings: Settings, span: Span, *, at: datetime) -> None:
    """Raise Refused for a period to come, or one before the contract began."""
    today: date = at.astimezone(settings.desk.timezone).date()
    if span.first > today:
        raise RefusedInWords(_TO_COME, **_named(span), today=today)
    start = settings.contract.start
    if start is not None and span.last < start:
        raise RefusedInWords(_TOO_EARLY, **_named(span), start=start)


def _named(span: Span) -> dict[str, str]:
    return {"period": span.words.zh, "english": span.words.en}


def _parcel(
    desk: Desk, found: _Gathered, span: Span, *, at: datetime
) -> archive.Issued:
    record, former = found.record, found.former
    version = 1 if former is None else former.version + 1
    anchors = Issue(
        version=version,
        printed_at=at,
        content_sha256=digest(found.content),
        audit_head=found.audit_head,
    )
    whole = issued(record, anchors)
    return archive.Issued(
        kind=KIND,
        number=record.number,
        version=version,
        title=f"{say(record.title, 'zh')} {say(record.period, 'zh')}",
        day=span.last,
        content_json=found.content,
        pdf=as_file(desk, whole, ".pdf"),
        docx=as_file(desk, whole, ".docx"),
        audit_head=found.audit_head,
    )


def as_file(
    desk: Desk, record: MonthlyReport, suffix: str, language: str | None = None
) -> bytes:
    """Return a report as .pdf, made by a process of its own, or as .docx."""
    language = language or desk.settings.desk.language
    if suffix == ".docx":
        return word.docx(record, language)
    try:
        return pdf.render_apart(
            page.render(record, language),
            cache=desk.settings.desk.data / "cache" / "fonts",
            seconds=_SECONDS,
            memory_mib=_MEMORY_MIB,
            data=freeze(record),
        )
    except (pdf.Unprintable, Incomplete) as error:
        reason = str(error).replace("{", "(").replace("}", ")")
        raise RefusedInWords(_NO_PDF, reason=reason) from error


def archived(desk: Desk, view: documents.DocumentView) -> MonthlyReport:
    """Return an archived report from its frozen content, as it stands today."""
    frozen = thaw(MonthlyReport, desk.store.get(view.content_sha256))
    return issued(
        frozen,
        Issue(
            version=view.version,
            printed_at=view.issued_at,
            content_sha256=view.content_sha256,
            audit_head=view.audit_head,
            superseded=view.superseded,
        ),
    )


def file_of(
    desk: Desk, view: documents.DocumentView, suffix: str, language: str | None = None
) -> bytes:
    """Return an archived report as it was stored, or printed again where it was not."""
    stored = view.pdf_sha256 if suffix == ".pdf" else view.docx_sha256
    own = language is None or language[:2] == desk.settings.desk.language[:2]
    if stored is None or view.superseded or not own:
        return as_file(desk, archived(desk, view), suffix, language)
    return desk.store.get(stored)
