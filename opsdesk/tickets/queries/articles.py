"""The knowledge base as it is read: lists, one article, its versions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from opsdesk.core.errors import NotFound
from opsdesk.core.language import RefusedInWords
from opsdesk.tickets.models import Article
from opsdesk.tickets.queries.search import find
from probes.finding import Words

PAGE = 50


class NoArticle(RefusedInWords, NotFound):
    """No article has this code, or the reader may not see it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which articles a list shows; `before` is the last code of the page before."""

    words: str = ""
    state: str = ""
    published_only: bool = False
    before: str = ""


def articles(session: Session, wanted: Wanted) -> list[Article]:
    """Return articles, the newest first; each in the version that holds for the reader."""
    query = select(Article)
    if wanted.published_only:
        query = query.where(Article.id.in_(_published()))
    else:
        query = query.where(Article.is_newest)
    if wanted.state:
        query = query.where(Article.state == wanted.state)
    if wanted.before:
        query = query.where(Article.code < wanted.before)
    if wanted.words:
        hits = find(session, wanted.words, most=200)
        found = {hit.ref for hit in hits if hit.source == "article"}
        like = f"%{_plain(wanted.words)}%"
        query = query.where(
            Article.code.in_(found) | Article.title.ilike(like, escape="\\")
        )
    return list(session.scalars(query.order_by(Article.code.desc()).limit(PAGE)))


def newest(session: Session, code: str) -> Article:
    """Return an article's newest version. Raises NoArticle."""
    row = session.scalar(select(Article).where(Article.code == code, Article.is_newest))
    if row is None:
        raise NoArticle(_ABSENT)
    return row


def published(session: Session, code: str) -> Article | None:
    """Return the version everybody reads; None before, and once it is retired."""
    query = select(Article).where(Article.code == code, Article.id.in_(_published()))
    return session.scalar(query)


def version(session: Session, code: str, number: int) -> Article:
    """Return one version. Raises NoArticle."""
    query = select(Article).where(Article.code == code, Article.version == number)
    row = session.scalar(query)
    if row is None:
        raise NoArticle(_ABSENT)
    return row


def versions(session: Session, code: str) -> list[Article]:
    """Return every version of an article, the newest first."""
    query = select(Article).where(Article.code == code)
    return list(session.scalars(query.order_by(Article.version.desc())))


def for_reader(session: Session, code: str) -> Article:
    """Return what a reader who is not of the team sees. Raises NoArticle."""
    row = published(session, code)
    if row is None:
        raise NoArticle(_ABSENT)
    return row


def _published() -> Select[int]:
    """Return the ids of the versions that hold: the last published, not retired."""
    last = (
        select(func.max(Article.id))
        .where(Article.state.in_(("published", "retired")))
        .group_by(Article.code)
    )
    return select(Article.id).where(Article.id.in_(last), Article.state == "published")


def _plain(words: str) -> str:
    escaped = words.replace("\\", "\\\\")
    return escaped.replace("%", "\\%").replace("_", "\\_")


_ABSENT = Words(
    "知识库里没有这篇文章，或者它还没有发布。没有任何改动。",
    "There is no such article, or it is not published. Nothing was changed.",
)
