"""The knowledge base: versions are only added, the lead publishes, words are found."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from opsdesk.tickets.models import Article
from opsdesk.tickets.operations import articles
from opsdesk.tickets.operations.articles import ArticleOvertaken, Writing
from opsdesk.tickets.operations.opening import NotYours
from opsdesk.tickets.queries import articles as queries
from opsdesk.tickets.queries.search import find
from tests.factories.people import NOON
from tests.factories.tickets import COLLEAGUE, CUSTOMER, ENGINEER, LEAD

FIRST = Writing(title="导出超时", body="# 处理\n分页导出", module="企业填报")
SECOND = Writing(title="导出超时", body="# 处理\n后台导出", note="改用后台任务")


def _start_and_fail(session: Session) -> None:
    articles.start(session, FIRST, by=ENGINEER, at=NOON)
    raise ZeroDivisionError


def test_codes_have_no_gaps_even_where_an_article_was_refused(
    database: Database,
) -> None:
    with database.unit() as session:
        articles.start(session, FIRST, by=ENGINEER, at=NOON)
    with pytest.raises(ZeroDivisionError), database.unit() as session:
        _start_and_fail(session)
    with database.unit() as session:
        row = articles.start(session, FIRST, by=COLLEAGUE, at=NOON)
        assert row.code == "KB-0002"


def test_readers_keep_the_published_version_until_the_next_is_published(
    database: Database,
) -> None:
    with database.unit() as session:
        code = articles.start(session, FIRST, by=ENGINEER, at=NOON).code
        assert queries.published(session, code) is None
        assert find(session, "分页导出") == ()
        articles.publish(session, code, 1, by=LEAD, at=NOON)
        articles.write(session, code, 2, SECOND, by=COLLEAGUE, at=NOON)
    with database.reading() as session:
        holds = queries.published(session, code)
        assert holds is not None
        assert holds.body == FIRST.body
        assert [hit.ref for hit in find(session, "分页导出")] == [code]
        assert find(session, "后台导出") == ()
        listed = queries.Wanted(published_only=True)
        assert [one.version for one in queries.articles(session, listed)] == [2]
    with database.unit() as session:
        articles.publish(session, code, 3, by=LEAD, at=NOON)
        assert [hit.ref for hit in find(session, "后台导出")] == [code]
        assert find(session, "分页导出") == ()


def test_a_retired_article_is_kept_with_its_reason_and_found_no_more(
    database: Database,
) -> None:
    with database.unit() as session:
        code = articles.start(session, FIRST, by=ENGINEER, at=NOON).code
        articles.publish(session, code, 1, by=LEAD, at=NOON)
        with pytest.raises(RefusedInWords):
            articles.retire(session, code, 2, " ", by=LEAD, at=NOON)
        articles.retire(session, code, 2, "系统已下线", by=LEAD, at=NOON)
    with database.reading() as session:
        assert find(session, "分页导出") == ()
        assert queries.published(session, code) is None
        rows = queries.versions(session, code)
        assert [(one.state, one.is_newest) for one in rows] == [
            ("retired", True),
            ("published", False),
            ("draft", False),
        ]
        assert rows[0].note == "系统已下线"
        told = session.scalars(select(AuditEntry.body)).all()
        assert sum(b"article." in one for one in told) == len(rows)


def test_whoever_read_a_former_version_overwrites_nothing(database: Database) -> None:
    with database.unit() as session:
        code = articles.start(session, FIRST, by=ENGINEER, at=NOON).code
        articles.write(session, code, 1, SECOND, by=COLLEAGUE, at=NOON)
    with pytest.raises(ArticleOvertaken), database.unit() as session:
        articles.write(session, code, 1, FIRST, by=ENGINEER, at=NOON)
    with pytest.raises(ArticleOvertaken), database.unit() as session:
        articles.publish(session, code, 1, by=LEAD, at=NOON)
    with database.reading() as session:
        assert session.scalars(select(Article.version)).all() == [1, 2]


def test_the_team_writes_and_only_the_lead_publishes(database: Database) -> None:
    with database.unit() as session:
        code = articles.start(session, FIRST, by=ENGINEER, at=NOON).code
    with pytest.raises(NotYours), database.unit() as session:
        articles.start(session, FIRST, by=CUSTOMER, at=NOON)
    with pytest.raises(NotYours), database.unit() as session:
        articles.publish(session, code, 1, by=ENGINEER, at=NOON)


@pytest.mark.parametrize(
    "writing",
    [
        Writing(title=" ", body="有正文"),
        Writing(title="有标题", body="\n"),
        Writing(title="题" * 201, body="有正文"),
        Writing(title="有标题", body="文" * 40_001),
    ],
)
def test_an_article_without_a_sound_title_and_text_is_refused(
    database: Database, writing: Writing
) -> None:
    with pytest.raises(RefusedInWords), database.unit() as session:
        articles.start(session, writing, by=ENGINEER, at=NOON)
