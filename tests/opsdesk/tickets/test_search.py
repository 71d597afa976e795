"""Words are found again, in Chinese and in English, on both databases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from opsdesk.core import grams
from opsdesk.core.database import Database
from opsdesk.tickets.models import Searchable
from opsdesk.tickets.operations.indexing import Text, index
from opsdesk.tickets.queries.search import find, similar
from tests.factories.people import NOON

BODIES = {
    "INC-1": "数据库备份失败，归档空间不足\nBackup of db-1 failed with ORA-00257",
    "INC-2": "企业填报页面打不开，河北省某市来电",
    "INC-3": "导出 Excel 超时 v2.7.3，龘靐齉 𬍛",
    "CHG-4": "升级 OpenSSL 到 3.0.15；变更窗口 09-18 21:00",
}


@pytest.fixture
def filled(database: Database) -> Database:
    with database.unit() as session:
        for ref, body in BODIES.items():
            text = Text(source="ticket", key=ref, ref=ref, body=body)
            index(session, text, at=NOON)
    return database


def refs(database: Database, query: str) -> list[str]:
    with database.reading() as session:
        return [hit.ref for hit in find(session, query)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("备份", ["INC-1"]),
        ("份", ["INC-1"]),
        ("备份失败", ["INC-1"]),
        ("失败备份", []),
        ("填报 河北", ["INC-2"]),
        ("河北 备份", []),
        ("openssl", ["CHG-4"]),
        ("OpenS", ["CHG-4"]),
        ("ora-00257", ["INC-1"]),
        ("excel超时", ["INC-3"]),
        ("v2.7", ["INC-3"]),
        ("龘", ["INC-3"]),
        ("𬍛", ["INC-3"]),
        ("ＯＰＥＮＳＳＬ", ["CHG-4"]),
        ("", []),
        ("\"*:()&|!<->'", []),
        ("的", []),
    ],
)
def test_what_was_written_is_found_by_its_words(
    filled: Database, query: str, found: list[str]
) -> None:
    assert refs(filled, query) == found


def test_a_text_written_anew_is_found_by_its_new_words_only(filled: Database) -> None:
    with filled.unit() as session:
        text = Text(source="ticket", key="INC-1", ref="INC-1", body="防火墙告警")
        index(session, text, at=NOON)
    assert refs(filled, "备份") == []
    assert refs(filled, "火墙") == ["INC-1"]


def test_the_newest_come_first_and_the_next_page_goes_on(filled: Database) -> None:
    with filled.unit() as session:
        for n in range(5):
            text = Text(source="note", key=f"n{n}", ref="INC-1", body=f"第{n}次巡检")
            index(session, text, at=NOON)
    with filled.reading() as session:
        first = find(session, "巡检", most=3)
        rest = find(session, "巡检", most=3, before=first[-1].id)
    assert [hit.excerpt[1] for hit in (*first, *rest)] == ["4", "3", "2", "1", "0"]


def test_what_lies_far_behind_the_newest_is_found_as_well_and_in_order(
    filled: Database,
) -> None:
    body = "备份任务又失败"
    with filled.unit() as session:
        session.execute(
            insert(Searchable).values(
                id=90_000,
                source="ticket",
                key="INC-9",
                ref="INC-9",
                at=NOON,
                body=body,
                grams=grams.indexed(body),
            )
        )
    assert refs(filled, "备份") == ["INC-9", "INC-1"]
    assert refs(filled, "填报") == ["INC-2"]
    with filled.reading() as session:
        (newest,) = find(session, "备份", most=1)
        (next_one,) = find(session, "备份", most=1, before=newest.id)
        assert (newest.ref, next_one.ref) == ("INC-9", "INC-1")
        assert find(session, "备份", before=next_one.id) == ()
        assert {hit.ref for hit in similar(session, "备份失败")} == {"INC-9", "INC-1"}


def test_similar_texts_share_words(filled: Database) -> None:
    with filled.reading() as session:
        hits = similar(session, "企业来电说填报页面很慢")
    assert hits[0].ref == "INC-2"


def test_an_excerpt_shows_the_words_around_the_match(filled: Database) -> None:
    with filled.reading() as session:
        (hit,) = find(session, "归档空间")
    assert "归档空间不足" in hit.excerpt


@given(st.text(max_size=60), st.text(alphabet="备份数据库ab1 ", min_size=1, max_size=6))
def test_a_part_of_a_chinese_word_is_among_its_tokens(text: str, part: str) -> None:
    tokens = grams.indexed(f"{text} {part}").split()
    for phrase in grams.asked(part):
        assert set(phrase.tokens) <= set(tokens)
