"""The desk reads what came into the archive, a little at a time, until all is found."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pytest
from sqlalchemy import select

from opsdesk.archive import entering, operations, search
from opsdesk.archive.clearance import Clearance
from opsdesk.archive.entering import Card, Upload
from opsdesk.archive.models import DocumentText, Label, Reading
from opsdesk.archive.shelf import Wanted
from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.core.files import Store
from opsdesk.flows import read_documents
from reports.pdf import render_apart
from tests.factories.settings import some_settings

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    store = Store(tmp_path / "files")
    return Desk(
        settings=some_settings(tmp_path / "desk"), database=database, store=store
    )


def enter(desk: Desk, number: str, content: bytes) -> None:
    upload = Upload(
        number=number,
        day=AT.date(),
        card=Card(title="资料"),
        file_name="a",
        content=content,
    )
    with desk.database.unit() as session:
        entering.enter(session, desk.store, upload, by="eng", at=AT)


def found(desk: Desk, words: str) -> list[search.Hit]:
    wanted = Wanted(who=Clearance("eng", frozenset(Label)))
    with desk.database.reading() as session:
        return list(search.find(session, words, wanted))


def test_a_file_is_found_by_its_card_at_once_and_by_its_words_when_read(
    desk: Desk, tmp_path: Path
) -> None:
    paper = docx.Document()
    paper.add_paragraph("精密空调两台")
    paper.save(str(tmp_path / "a.docx"))
    enter(desk, "DOC-20261123-0001", (tmp_path / "a.docx").read_bytes())
    assert [hit.reading for hit in found(desk, "资料")] == [None]
    assert found(desk, "空调") == []
    assert read_documents.sweep(desk, at=AT) == 1
    assert [hit.reading for hit in found(desk, "资料")] == [Reading.READ]
    assert [hit.excerpt for hit in found(desk, "空调")] == ["精密空调两台"]
    assert read_documents.sweep(desk, at=AT) == 0


@pytest.mark.pdf
def test_a_paper_printed_here_is_found_by_the_words_on_it(
    desk: Desk, tmp_path: Path
) -> None:
    parcel = operations.Issued(
        kind="daily_record",
        number="WRY-XJ-20261122",
        version=1,
        title="日常巡检记录",
        day=date(2026, 11, 22),
        content_json=b"{}",
        pdf=render_apart("<p>数据库备份正常</p>", cache=tmp_path),
        docx=None,
        audit_head="0:000000000000",
    )
    with desk.database.unit() as session:
        operations.issue(session, desk.store, parcel, by="zhiban", at=AT)
    assert read_documents.sweep(desk, at=AT) == 1
    (hit,) = found(desk, "备份正常")
    assert (hit.number, hit.excerpt) == ("WRY-XJ-20261122", "数据库备份正常")


def test_a_tick_without_time_reads_one_and_the_next_goes_on(desk: Desk) -> None:
    for n, words in enumerate(("甲方", "乙方")):
        enter(desk, f"DOC-20261123-000{n}", words.encode())
    assert read_documents.sweep(desk, at=AT, seconds=0) == 1
    assert (len(found(desk, "甲方")), len(found(desk, "乙方"))) == (0, 1)
    assert read_documents.sweep(desk, at=AT, seconds=0) == 1
    assert len(found(desk, "甲方")) == 1


def test_a_file_that_is_gone_is_broken_and_not_asked_for_again(desk: Desk) -> None:
    enter(desk, "DOC-20261123-0001", b"words")
    for sha256 in list(desk.store.hashes()):
        desk.store.path(sha256).unlink()
    assert read_documents.sweep(desk, at=AT) == 1
    with desk.database.reading() as session:
        assert session.scalars(select(DocumentText.reading)).all() == [Reading.BROKEN]
    assert [hit.reading for hit in found(desk, "资料")] == [Reading.BROKEN]
    assert read_documents.sweep(desk, at=AT) == 0


def test_a_document_that_was_described_anew_is_found_by_its_new_card(
    desk: Desk,
) -> None:
    enter(desk, "DOC-20261123-0001", "甲方".encode())
    read_documents.sweep(desk, at=AT)
    with desk.database.unit() as session:
        entering.describe(
            session,
            "DOC-20261123-0001",
            Card(title="消防预案"),
            seen=Card(title="资料"),
            by="eng",
            at=AT,
        )
    assert found(desk, "资料") == []
    assert len(found(desk, "消防 甲方")) == 1
