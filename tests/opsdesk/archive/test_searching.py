"""Documents are found by any word in them, by whoever may read them, newest first."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from opsdesk.archive import indexing, search
from opsdesk.archive.clearance import Clearance
from opsdesk.archive.models import Category, Document, Label, Reading
from opsdesk.archive.reading import Found
from opsdesk.archive.shelf import Wanted
from opsdesk.core.database import Database

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TEAM = frozenset({Label.OPEN, Label.INTERNAL})
BODY = "本机房设有精密空调两台。\n巡检记录应由值班工程师签字，Kylin V10 已加固。"


def put(session: Session, n: int = 1, **said: Any) -> Document:
    """Write a document's row, as entering or issuing it does."""
    row = Document(
        **{
            "number": f"DOC-20261123-{n:04d}",
            "version": 1,
            "kind": "upload",
            "title": "机房管理制度",
            "day": date(2026, 11, 23),
            "issued_at": AT,
            "issued_by": "eng",
            "content_sha256": "0" * 64,
            "audit_head": "",
            "keywords": "门禁 登记",
            **said,
        }
    )
    session.add(row)
    session.flush()
    return row


def read(session: Session, n: int = 1, words: str = BODY, **said: Any) -> Document:
    """Write a document that has been read."""
    row = put(session, n, **said)
    found = indexing.words_of(indexing.card_of(row), Found(Reading.READ, words))
    indexing.keep(session, row.id, found, at=AT)
    return row


def find(
    database: Database,
    words: str,
    labels: frozenset[Label] = TEAM,
    person: str | None = "zhang",
    most: int = 50,
    **narrowed: Any,
) -> list[search.Hit]:
    wanted = Wanted(who=Clearance(person, labels), **narrowed)
    with database.reading() as session:
        return list(search.find(session, words, wanted, most=most))


@pytest.mark.parametrize(
    "words",
    [
        *("空", "空调", "精密空调", "值班工程师", "精密 签字", "kylin", "KYL", "V10"),
        *("机房管理", "门禁", "DOC-20261123-0001", "20261123-0001", "空调kylin"),
    ],
)
def test_a_document_is_found_by_any_word_of_card_and_text(
    database: Database, words: str
) -> None:
    with database.unit() as session:
        read(session)
    (hit,) = find(database, words)
    assert (hit.number, hit.version, hit.reading) == (
        "DOC-20261123-0001",
        1,
        Reading.READ,
    )
    assert (hit.day, hit.at, hit.label) == (date(2026, 11, 23), AT, Label.INTERNAL)


@pytest.mark.parametrize(
    "words", ["漏水", "空调 漏水", "调空", "记录巡检", "ylin", "", "%", "' OR 1", "*"]
)
def test_words_that_do_not_stand_there_find_nothing(
    database: Database, words: str
) -> None:
    with database.unit() as session:
        read(session)
    assert find(database, words) == []


def test_the_excerpt_shows_the_words_wherever_they_stand(database: Database) -> None:
    far = "前言。" * 60_000 + "此处漏水一次。" + "后记。" * 60_000
    with database.unit() as session:
        read(session, words=far)
        read(session, 2, words="Alarm from the UPS at 03:00")
    (hit,) = find(database, "漏水")
    assert "此处漏水一次" in hit.excerpt
    assert hit.excerpt.startswith("…")
    assert hit.excerpt.endswith("…")
    assert len(hit.excerpt) < 200
    (hit,) = find(database, "ups")
    assert hit.excerpt == "Alarm from the UPS at 03:00"


def test_a_long_word_is_found_behind_the_first_twenty_thousand_characters(
    database: Database,
) -> None:
    many = "".join(chr(0x4E00 + n) for n in range(20_000))
    with database.unit() as session:
        read(session, words=f"{many}导出超时二十秒")
    assert len(find(database, "导出超时二十秒")) == 1
    assert find(database, "导出超二十秒") == []


def test_pairs_that_stand_apart_are_no_word_though_both_are_in_every_document(
    database: Database,
) -> None:
    with database.unit() as session:
        for n in range(1, 6):
            read(
                session, n, words="设备已登记。数据备份完成，SHA-256 一致，第 256 号。"
            )
        told = read(session, 6, words="请把设备份额写明")
    assert [hit.id for hit in find(database, "设备份")] == [told.id]
    assert len(find(database, "设备")) == 6
    assert len(find(database, "数据备份完成")) == 5
    assert find(database, "数据备份成") == []
    assert len(find(database, "数据备份 sha-256")) == 5
    assert find(database, "256-sha") == []
    assert len(find(database, "数据备份完成 第")) == 5


def test_a_text_of_nothing_but_different_words_is_kept_and_found_by_its_beginning(
    database: Database,
) -> None:
    wild = " ".join(f"{n:x}words{n}" for n in range(40_000))
    with database.unit() as session:
        read(session, words=wild)
    assert len(find(database, "0words0")) == 1
    assert len(find(database, "机房管理")) == 1


def test_a_document_that_was_not_read_yet_is_found_by_its_card(
    database: Database,
) -> None:
    with database.unit() as session:
        put(session)
    for words in ("机房", "管理制度", "门禁", "doc-20261123-0001", "制度 登记"):
        (hit,) = find(database, words)
        assert hit.reading is None
    assert find(database, "空调") == []


def test_the_newest_come_first_page_by_page_whether_read_or_not(
    database: Database,
) -> None:
    with database.unit() as session:
        for n in range(1, 8):
            (read if n % 2 else put)(session, n)
    ids = [hit.id for hit in find(database, "机房")]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 7
    first = find(database, "机房", most=3)
    then = find(database, "机房", most=3, before=first[-1].id)
    assert [hit.id for hit in (*first, *then)] == ids[:6]


def test_a_restricted_document_is_found_by_those_who_may_read_it_only(
    database: Database,
) -> None:
    with database.unit() as session:
        read(session, 1, label=Label.RESTRICTED)
        put(session, 2, label=Label.RESTRICTED)
    assert find(database, "机房", person="stranger") == []
    assert len(find(database, "机房", person="eng")) == 2
    assert len(find(database, "机房", labels=frozenset(Label))) == 2
    assert find(database, "机房", labels=frozenset()) == []


def test_a_superseded_version_and_other_shelves_are_found_when_asked_for(
    database: Database,
) -> None:
    with database.unit() as session:
        new = read(session, 1, version=2, category=Category.CONTRACT)
        old = read(session, 1, version=1, superseded_by_id=new.id)
    assert [hit.id for hit in find(database, "空调")] == [new.id]
    both = find(database, "空调", superseded_too=True)
    assert {hit.id for hit in both} == {new.id, old.id}
    assert len(find(database, "空调", category=Category.CONTRACT)) == 1
    assert find(database, "空调", category=Category.TRAINING) == []


@pytest.mark.parametrize("is_read", [True, False])
def test_a_filter_loses_no_hit_however_many_others_are_newer(
    database: Database, *, is_read: bool
) -> None:
    write = read if is_read else put
    with database.unit() as session:
        write(session, 1, category=Category.CONTRACT)
        write(session, 2, label=Label.OPEN)
        write(session, 3, kind="plan")
        write(session, 4, day=date(2026, 10, 31))
        write(session, 5, day=None)
        for n in range(6, 30):
            write(session, n)

    def only(**narrowed: Any) -> list[str]:
        hits = find(database, "机房", most=2, **narrowed)
        return [hit.number[-4:] for hit in hits]

    assert only() == ["0029", "0028"]
    assert only(category=Category.CONTRACT) == ["0001"]
    assert only(label=Label.OPEN) == ["0002"]
    assert only(kind="plan") == ["0003"]
    assert only(until=date(2026, 10, 31)) == ["0004"]
    assert only(since=date(2026, 11, 1), label=Label.OPEN) == ["0002"]
    assert only(kind="plan", label=Label.OPEN) == []


def test_a_title_that_changed_while_the_file_was_read_is_found(
    database: Database,
) -> None:
    with database.unit() as session:
        row = put(session)
        words = indexing.words_of(indexing.card_of(row), Found(Reading.READ, BODY))
        row.title = "消防预案"
        assert indexing.keep(session, row.id, words, at=AT)
        assert not indexing.keep(session, row.id, words, at=AT)
    assert len(find(database, "消防 空调")) == 1
    assert find(database, "管理制度") == []


def test_a_new_title_is_found_and_the_old_one_no_longer(database: Database) -> None:
    with database.unit() as session:
        row = read(session)
        row.title, row.keywords = "消防预案", "演练"
        indexing.title_changed(session, row)
    assert find(database, "管理制度") == []
    assert find(database, "门禁") == []
    assert len(find(database, "消防预案")) == 1
    assert len(find(database, "演练 空调")) == 1
