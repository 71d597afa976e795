"""The day's rounds become one paper: gathered, frozen, printed apart, archived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.archive import operations as archive
from opsdesk.archive import queries as documents
from opsdesk.core import audit
from opsdesk.core.desk import Desk, is_demo
from opsdesk.core.language import RefusedInWords
from opsdesk.core.settings import Settings
from opsdesk.inspections import paper
from opsdesk.inspections.models import Slot
from opsdesk.inspections.queries.day import day_summary
from opsdesk.people.models import Person
from probes.finding import Words as Sentence
from reports import page, pdf, word
from reports.documents.daily_record import DailyRecord
from reports.documents.freezing import digest, freeze, issued, thaw
from reports.documents.parts import Frame, Issue
from reports.documents.words import Words

KIND = "daily_record"
_CONFIDENTIALITY = Words("内部", "Internal")
_SECONDS, _MEMORY_MIB = 90, 1024
_TO_COME = Sentence(
    "{day} 还没有到，没有可出具的巡检记录；没有生成任何文件。"
    "请改为今天（{today}）或更早的日期。",
    "{day} has not come yet, so there is no record to print; nothing was made. "
    "Ask for today ({today}) or a day before it.",
)
_TOO_EARLY = Sentence(
    "{day} 早于合同开始日期 {start}，没有巡检记录；没有生成任何文件。"
    "请核对日期，或 config.yaml 中的 contract.start。",
    "{day} is before the contract began ({start}), so there is no record; nothing was "
    "made. Check the date, or contract.start in config.yaml.",
)
_NOTHING = Sentence(
    "{day} 没有任何巡检（既没有完成，也没有登记为未巡检），没有生成任何文件。"
    "请核对日期；若是今天，可先执行 opsdesk inspect。",
    "There is no round on {day}, neither held nor recorded as missed; nothing was "
    "made. Check the date; for today, run `opsdesk inspect` first.",
)
_NO_PDF = Sentence(
    "PDF 没有生成（{reason}），档案未改动，巡检数据不受影响。"
    "请执行 opsdesk doctor 查看缺少什么，然后重新出具。",
    "No PDF was made ({reason}); the archive was left as it was, the rounds are safe. "
    "Run `opsdesk doctor` to see what is missing, then try again.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """A day's content, and where it would stand in the archive."""

    record: DailyRecord
    content: bytes
    former: documents.DocumentView | None
    audit_head: str


def issue(desk: Desk, day: date, *, by: str, at: datetime) -> documents.DocumentView:
    """Print and archive the day's record; a former version is superseded.

    Where nothing changed since the version that holds, that one is returned and
    nothing is printed. Nothing is locked while it prints. Raises Refused where the day
    has no rounds, Stale where the same record was issued elsewhere meanwhile.
    """
    with desk.database.reading() as session:
        gathered = _gather_all(session, desk.settings, day, at=at)
    former = gathered.former
    if former is not None and former.content_sha256 == digest(gathered.content):
        return former
    parcel = _parcel(desk, gathered, at=at)
    with desk.database.unit() as session:
        archive.issue(session, desk.store, parcel, by=by, at=at)
        return documents.version(session, parcel.number, parcel.version)


def _gather_all(
    session: Session, settings: Settings, day: date, *, at: datetime
) -> _Gathered:
    record = gather(session, settings, day, at=at)
    return _Gathered(
        record=record,
        content=freeze(record),
        former=documents.current(session, record.number),
        audit_head=audit.head(session),
    )


def _parcel(desk: Desk, gathered: _Gathered, *, at: datetime) -> archive.Issued:
    record, former = gathered.record, gathered.former
    version = 1 if former is None else former.version + 1
    whole = issued(
        record,
        Issue(
            version=version,
            printed_at=at,
            content_sha256=digest(gathered.content),
            audit_head=gathered.audit_head,
        ),
    )
    language = desk.settings.desk.language
    return archive.Issued(
        kind=KIND,
        number=record.number,
        version=version,
        title=f"日常巡检记录 {record.day}",
        day=record.day,
        content_json=gathered.content,
        pdf=as_file(desk, whole, ".pdf", language),
        docx=as_file(desk, whole, ".docx", language),
        audit_head=gathered.audit_head,
    )


def gather(
    session: Session, settings: Settings, day: date, *, at: datetime
) -> DailyRecord:
    """Return the day's record without an issue. Raises Refused where there is none."""
    refuse_impossible(settings, day, at=at)
    summary = day_summary(
        session,
        day,
        zone=settings.desk.timezone,
        servers=settings.servers,
        names=_names(session),
    )
    if not summary.begun:
        raise RefusedInWords(_NOTHING, day=day)
    occasion = paper.Occasion(
        frame=_frame(settings),
        at=at,
        times={Slot(name): due for name, due in settings.inspections.slots},
        expect={server.name: server.expect for server in settings.servers},
        demo=is_demo(settings),
    )
    return paper.daily_record(summary, occasion)


def refuse_impossible(settings: Settings, day: date, *, at: datetime) -> None:
    """Raise Refused for a day to come, or one before the contract began."""
    today = at.astimezone(settings.desk.timezone).date()
    if day > today:
        raise RefusedInWords(_TO_COME, day=day, today=today)
    start = settings.contract.start
    if start is not None and day < start:
        raise RefusedInWords(_TOO_EARLY, day=day, start=start)


def as_file(
    desk: Desk, record: DailyRecord, suffix: str, language: str | None = None
) -> bytes:
    """Return a record as .pdf, made by a process of its own, or as .docx.

    In the desk's language unless another is asked. Raises Refused, with the reason,
    where no PDF could be made.
    """
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


def archived(desk: Desk, view: documents.DocumentView) -> DailyRecord:
    """Return an archived record from its frozen content, as it stands today.

    A superseded version says so on every page of what is printed from it.
    """
    frozen = thaw(DailyRecord, desk.store.get(view.content_sha256))
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
    """Return an archived .pdf or .docx as it was stored.

    What was not stored is printed again from the frozen content: another language, and
    superseded versions, whose copies say so on every page.
    """
    stored = view.pdf_sha256 if suffix == ".pdf" else view.docx_sha256
    own = language is None or language[:2] == desk.settings.desk.language[:2]
    if stored is None or view.superseded or not own:
        return as_file(desk, archived(desk, view), suffix, language)
    return desk.store.get(stored)


def _frame(settings: Settings) -> Frame:
    contract = settings.contract
    return Frame(
        project=contract.project or settings.desk.name,
        contract_number=contract.number,
        customer=contract.customer,
        contractor=contract.contractor,
        confidentiality=_CONFIDENTIALITY,
    )


def _names(session: Session) -> Mapping[str, str]:
    rows = session.execute(select(Person.username, Person.name))
    return {row.username: row.name for row in rows}
