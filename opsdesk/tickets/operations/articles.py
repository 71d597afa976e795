"""Articles of the knowledge base: written, published, retired; each a version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from opsdesk.core import audit
from opsdesk.core.errors import Stale
from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.people.models import Role
from opsdesk.tickets import numbers
from opsdesk.tickets.models import TITLE, Article, Searchable
from opsdesk.tickets.operations.indexing import Text, index
from opsdesk.tickets.operations.opening import NotYours
from opsdesk.tickets.queries.articles import NoArticle
from opsdesk.tickets.register import BUSINESS, Actor
from probes.finding import Words

DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"
LONGEST, LONGEST_NOTE, LONGEST_MODULE = 40_000, 500, 64


class ArticleOvertaken(RefusedInWords, Stale):
    """Somebody wrote another version since this one was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What an article says; `note` is what changed in this version, or why."""

    title: str
    body: str
    module: str = ""
    note: str = ""


def start(session: Session, writing: Writing, *, by: Actor, at: datetime) -> Article:
    """Add an article as a draft. Raises RefusedInWords, NotYours."""
    _require_business(by)
    sound = _sound(writing)
    row = _row(numbers.next_article(session), 1, DRAFT, sound, by, at)
    session.add(row)
    _record(session, "article.written", row)
    return row


def write(
    session: Session,
    code: str,
    seen: int,
    writing: Writing,
    *,
    by: Actor,
    at: datetime,
) -> Article:
    """Add a version as a draft; what is published stands until this one is.

    Raises ArticleOvertaken where `seen` is no longer the newest version.
    """
    _require_business(by)
    former = _held(session, code, seen)
    row = _follow(session, former, DRAFT, _sound(writing), by, at)
    _record(session, "article.written", row)
    return row


def publish(
    session: Session, code: str, seen: int, *, by: Actor, at: datetime
) -> Article:
    """Let everybody read and find the version the lead has seen."""
    _require_lead(by)
    former = _held(session, code, seen)
    if former.state == PUBLISHED:
        raise RefusedInWords(_ALREADY)
    row = _follow(session, former, PUBLISHED, _of(former), by, at)
    body = "\n".join((row.title, row.code, row.module, row.body))
    index(session, Text(source="article", key=code, ref=code, body=body), at=at)
    _record(session, "article.published", row)
    return row


def retire(
    session: Session, code: str, seen: int, why: str, *, by: Actor, at: datetime
) -> Article:
    """Take an article out of use; it stays, with its reason, and is found no more."""
    _require_lead(by)
    former = _held(session, code, seen)
    reason = storable(why).strip()
    if not reason or len(reason) > LONGEST_NOTE:
        raise RefusedInWords(_NO_REASON)
    if former.state == RETIRED:
        raise RefusedInWords(_ALREADY)
    writing = replace(_of(former), note=reason)
    row = _follow(session, former, RETIRED, writing, by, at)
    found = Searchable.source == "article", Searchable.key == code
    session.execute(delete(Searchable).where(*found))
    _record(session, "article.retired", row)
    return row


def _held(session: Session, code: str, seen: int) -> Article:
    """Return the version that was seen, locked, if it is the newest still."""
    query = (
        select(Article)
        .where(Article.code == code)
        .order_by(Article.version.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = session.scalar(query)
    if row is None:
        raise NoArticle(_ABSENT)
    if row.version != seen or not row.is_newest:
        raise ArticleOvertaken(_OVERTAKEN, code=row.code, by=row.by)
    return row


def _follow(
    session: Session,
    former: Article,
    state: str,
    writing: Writing,
    by: Actor,
    at: datetime,
) -> Article:
    former.is_newest = False
    row = _row(former.code, former.version + 1, state, writing, by, at)
    session.add(row)
    return row


def _row(
    code: str, version: int, state: str, writing: Writing, by: Actor, at: datetime
) -> Article:
    return Article(
        code=code,
        version=version,
        title=writing.title,
        body=writing.body,
        module=writing.module,
        state=state,
        note=writing.note,
        is_newest=True,
        by=by.username,
        at=at,
    )


def _of(row: Article) -> Writing:
    return Writing(title=row.title, body=row.body, module=row.module)


def _sound(writing: Writing) -> Writing:
    """Return what was written, cleaned. Raises RefusedInWords."""
    title = " ".join(storable(writing.title).split())
    body = storable(writing.body).replace("\r\n", "\n").strip()
    module, note = storable(writing.module).strip(), storable(writing.note).strip()
    if not title or len(title) > TITLE or not body or len(body) > LONGEST:
        raise RefusedInWords(_UNSOUND)
    if len(module) > LONGEST_MODULE or len(note) > LONGEST_NOTE:
        raise RefusedInWords(_TOO_LONG)
    return Writing(title=title, body=body, module=module, note=note)


def _require_business(by: Actor) -> None:
    if by.role not in BUSINESS:
        raise NotYours(_NOT_YOURS)


def _require_lead(by: Actor) -> None:
    if by.role is not Role.LEAD:
        raise NotYours(_LEAD_ONLY)


def _record(session: Session, action: str, row: Article) -> None:
    session.flush()
    audit.write(
        session,
        actor=row.by,
        action=action,
        subject=row.code,
        at=row.at,
        detail={"version": row.version, "title": row.title, "note": row.note},
    )


_ABSENT = Words(
    "知识库里没有这篇文章。没有任何改动。",
    "There is no such article. Nothing was changed.",
)
_OVERTAKEN = Words(
    "{code} 在你打开之后已由 {by} 写了新版本。没有覆盖任何内容，你填写的还在。",
    "{by} wrote another version of {code} after you opened it. Nothing was "
    "overwritten, and what you typed is kept.",
)
_UNSOUND = Words(
    "文章要有标题（最多 200 字）和正文（最多 40000 字）。没有保存，填写的内容还在。",
    "An article needs a title (at most 200 characters) and a text (at most 40,000). "
    "Nothing was saved; what you typed is kept.",
)
_TOO_LONG = Words(
    "模块最多 64 字，修改说明最多 500 字。没有保存，填写的内容还在。",
    "A module takes at most 64 characters, a remark 500. Nothing was saved; what you "
    "typed is kept.",
)
_ALREADY = Words(
    "这篇文章已经是这个状态。没有任何改动。",
    "The article is in this state already. Nothing was changed.",
)
_NO_REASON = Words(
    "停用要写明理由，最多 500 字。没有任何改动。",
    "Retiring needs a reason of at most 500 characters. Nothing was changed.",
)
_NOT_YOURS = Words(
    "你的角色不能写知识库文章。没有任何改动。",
    "Your role does not write articles. Nothing was changed.",
)
_LEAD_ONLY = Words(
    "发布和停用由运维负责人决定。没有任何改动。",
    "The lead publishes and retires articles. Nothing was changed.",
)
