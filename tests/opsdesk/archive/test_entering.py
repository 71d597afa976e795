"""Files enter the archive, are superseded and described, and nobody is outrun unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.archive import entering, queries
from opsdesk.archive import operations as archive
from opsdesk.archive.entering import Card, NoDocument, Overtaken, Upload
from opsdesk.archive.models import UPLOAD, Category, Document, Label
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.files import Store
from opsdesk.core.language import RefusedInWords

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
NUMBER = "DOC-20261123-0001"
UPLOADED = Upload(
    number=NUMBER,
    day=DAY,
    card=Card(title="机房管理制度", category=Category.CONTRACT, keywords="机房,制度"),
    file_name="../../制度.docx",
    content="一、进入机房须登记。".encode(),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Give an empty store of files."""
    return Store(tmp_path / "files")


def entered(session: Session, store: Store, upload: Upload = UPLOADED) -> Document:
    return entering.enter(session, store, upload, by="eng", at=AT)


def superseded(session: Session, store: Store, *, seen: int) -> Document:
    upload = replace(UPLOADED, content=b"two", note="改了第一条", seen=seen)
    return entering.enter(session, store, upload, by="eng", at=AT)


def audited(session: Session, action: str) -> int:
    query = select(AuditEntry).where(AuditEntry.action == action)
    return len(session.scalars(query).all())


def test_a_file_is_kept_under_its_hash_with_a_clean_name_and_its_kind_by_content(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        row = entered(session, store)
        assert store.get(row.content_sha256) == UPLOADED.content
        assert (row.kind, row.version, row.size) == (UPLOAD, 1, len(UPLOADED.content))
        assert row.file_name == "制度.docx"
        assert row.media_type == "text/plain"
        assert row.keywords == "机房 制度"
        assert row.pdf_sha256 is None
        assert audited(session, "document.entered") == 1


def test_a_new_version_supersedes_the_former_one_and_both_stay(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        entered(session, store)
        superseded(session, store, seen=1)
    with database.reading() as session:
        newer, older = queries.chain(session, NUMBER)
        assert (newer.version, newer.superseded, newer.note) == (2, False, "改了第一条")
        assert (older.version, older.superseded) == (1, True)
        assert store.get(older.content_sha256) == UPLOADED.content


def test_who_saw_an_older_version_supersedes_nothing(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        entered(session, store)
        superseded(session, store, seen=1)
    with database.unit() as session, pytest.raises(Overtaken, match="第 2 版"):
        superseded(session, store, seen=1)
    with database.reading() as session:
        assert len(queries.chain(session, NUMBER)) == 2


def test_a_paper_issued_here_is_not_replaced_by_a_file(
    database: Database, store: Store
) -> None:
    issued = archive.Issued(
        kind="daily_record",
        number=NUMBER,
        version=1,
        title="日常巡检记录",
        day=DAY,
        content_json=b"{}",
        pdf=b"%PDF-",
        docx=None,
        audit_head="",
    )
    with database.unit() as session:
        row = archive.issue(session, store, issued, by="eng", at=AT)
        assert row.category is Category.ROUNDS
        assert row.label is Label.INTERNAL
    with database.unit() as session, pytest.raises(RefusedInWords, match="重新出具"):
        superseded(session, store, seen=1)


def test_a_number_that_was_never_given_is_not_superseded(
    database: Database, store: Store
) -> None:
    with database.unit() as session, pytest.raises(NoDocument):
        superseded(session, store, seen=1)


@pytest.mark.parametrize(
    ("upload", "why"),
    [
        (replace(UPLOADED, content=b""), "空文件"),
        (replace(UPLOADED, card=Card(title="  \n ")), "标题要写"),
        (replace(UPLOADED, card=Card(title="长" * 201)), "最多 200 个字"),
    ],
)
def test_an_empty_file_or_one_without_a_title_is_refused(
    database: Database, store: Store, upload: Upload, why: str
) -> None:
    with database.unit() as session, pytest.raises(RefusedInWords, match=why):
        entered(session, store, upload)
    with database.reading() as session:
        assert queries.current(session, NUMBER) is None


def test_a_file_over_64_mib_is_refused(database: Database, store: Store) -> None:
    large = replace(UPLOADED, content=bytes(entering.MOST_BYTES + 1))
    with database.unit() as session, pytest.raises(RefusedInWords, match="64 MiB"):
        entered(session, store, large)
    assert list(store.hashes()) == []


def test_what_is_said_of_a_document_is_changed_and_the_change_is_kept(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        seen = entering.card_of(entered(session, store))
        card = replace(seen, label=Label.RESTRICTED, keep_until=date(2029, 12, 31))
        row = entering.describe(session, NUMBER, card, seen=seen, by="lead", at=AT)
        assert (row.label, row.keep_until) == (Label.RESTRICTED, date(2029, 12, 31))
        query = select(AuditEntry).where(AuditEntry.action == "document.described")
        body = session.scalars(query).one().body.decode()
        assert "2029-12-31" in body
        assert "internal" in body


def test_a_description_that_changes_nothing_leaves_no_trace(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        seen = entering.card_of(entered(session, store))
        entering.describe(session, NUMBER, seen, seen=seen, by="lead", at=AT)
        assert audited(session, "document.described") == 0


def test_of_two_who_describe_the_same_document_the_second_is_told(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        seen = entering.card_of(entered(session, store))
        first, second = replace(seen, title="甲"), replace(seen, title="乙")
        entering.describe(session, NUMBER, first, seen=seen, by="one", at=AT)
        with pytest.raises(Overtaken):
            entering.describe(session, NUMBER, second, seen=seen, by="two", at=AT)
        current = queries.current(session, NUMBER)
        assert current is not None
        assert current.title == "甲"


def test_a_document_is_past_its_term_from_the_day_after_and_while_it_holds(
    database: Database, store: Store
) -> None:
    with database.unit() as session:
        entered(session, store, replace(UPLOADED, card=Card(title="a", keep_until=DAY)))
        forever = replace(UPLOADED, number="DOC-20261123-0002", card=Card(title="b"))
        entered(session, store, forever)
        past = [
            [one.number for one in queries.past_term(session, day)]
            for day in (DAY, DAY + timedelta(days=1))
        ]
        superseded(session, store, seen=1)
        renewed = queries.past_term(session, DAY + timedelta(days=1))
    assert past == [[], [NUMBER]]
    assert renewed == ()
