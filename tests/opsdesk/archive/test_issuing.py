"""Documents in the archive: versions, supersession, and the trail."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.archive import operations, queries
from opsdesk.archive.models import Document
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.errors import NotFound, Stale
from opsdesk.core.files import Store

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 22)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files")


def a_parcel(
    version: int = 1, *, content: bytes = b"{}", number: str = "WRY-XJ-20261122"
) -> operations.Issued:
    return operations.Issued(
        kind="daily_record",
        number=number,
        version=version,
        title="日常巡检记录",
        day=DAY,
        content_json=content,
        pdf=b"%PDF-" + content,
        docx=None,
        audit_head="0:000000000000",
    )


def issue(session: Session, store: Store, parcel: operations.Issued) -> Document:
    return operations.issue(session, store, parcel, by="zhiban", at=AT)


def test_an_issued_document_is_kept_whole(database: Database, store: Store) -> None:
    with database.unit() as session:
        issue(session, store, a_parcel(content=b'{"a":1}'))
    with database.reading() as session:
        kept = queries.current(session, "WRY-XJ-20261122")
    assert kept is not None
    assert kept.version == 1
    assert store.get(kept.content_sha256) == b'{"a":1}'
    assert store.get(kept.pdf_sha256 or "") == b'%PDF-{"a":1}'
    assert kept.docx_sha256 is None
    assert not kept.superseded


def test_a_later_issue_supersedes_and_the_former_stays(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        issue(session, store, a_parcel(1, content=b"1"))
    with database.unit() as session:
        issue(session, store, a_parcel(2, content=b"2"))
    with database.reading() as session:
        second, first = queries.chain(session, "WRY-XJ-20261122")
        listed = queries.issued(session)
        all_of_them = queries.issued(session, queries.Sought(superseded_too=True))
    assert (first.version, first.superseded) == (1, True)
    assert (second.version, second.superseded) == (2, False)
    assert store.get(first.pdf_sha256 or "") == b"%PDF-1"
    assert [view.version for view in listed] == [2]
    assert [view.version for view in all_of_them] == [2, 1]


def test_of_several_papers_the_versions_that_hold_come_in_the_order_asked(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        issue(session, store, a_parcel(1, number="WRY-A"))
        issue(session, store, a_parcel(1, number="WRY-B"))
        issue(session, store, a_parcel(2, number="WRY-A"))
    with database.reading() as session:
        found = queries.current_of(session, ["WRY-B", "WRY-NEVER", "WRY-A"])
        assert queries.current_of(session, []) == []
    assert [(view.number, view.version) for view in found] == [
        ("WRY-B", 1),
        ("WRY-A", 2),
    ]


def test_a_paper_that_was_outrun_is_not_archived(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        issue(session, store, a_parcel(1))
    with pytest.raises(Stale, match="第 1 版没有归档"), database.unit() as session:
        issue(session, store, a_parcel(1, content=b"other"))
    with database.reading() as session:
        assert len(queries.chain(session, "WRY-XJ-20261122")) == 1


def test_every_issue_writes_the_trail_with_its_hashes(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        row = issue(session, store, a_parcel())
        content = row.content_sha256
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert entry.action == "document.issued"
    assert entry.subject == "WRY-XJ-20261122"
    assert content.encode() in entry.body


def test_an_issue_that_fails_leaves_no_row_and_no_entry(
    database: Database, store: Store
) -> None:
    with pytest.raises(LookupError), database.unit() as session:
        raise LookupError(issue(session, store, a_parcel()).number)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 0
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_the_archive_is_searched_by_kind_and_day(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        issue(session, store, a_parcel())
    with database.reading() as session:
        found = queries.of_day(session, "daily_record", DAY)
        assert found is not None
        assert found.number == "WRY-XJ-20261122"
        assert queries.of_day(session, "daily_record", date(2026, 11, 21)) is None
        late = queries.Sought(since=date(2026, 11, 23))
        early = queries.Sought(kind="daily_record", until=DAY)
        assert queries.issued(session, late) == ()
        assert len(queries.issued(session, early)) == 1


def test_a_version_that_never_was_is_refused(database: Database) -> None:
    with database.reading() as session, pytest.raises(NotFound, match="第 7 版"):
        queries.version(session, "WRY-XJ-20261122", 7)
