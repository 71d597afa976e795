"""A notice is there if and only if its cause is, and says one thing to each person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core import outbox
from opsdesk.core.database import Database
from opsdesk.core.outbox.models import Notice
from probes.finding import Words

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def say(session: Session, *to: str, zh: str = "要处理", once: str | None = None) -> int:
    return outbox.tell(
        session,
        to=to,
        kind=outbox.Kind.ESCALATION,
        subject_ref="INC-20261123-0001",
        words=Words(zh, "To be done"),
        link="/incidents/INC-20261123-0001",
        at=AT,
        once=once,
    )


def told(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Notice.recipient).order_by(Notice.id)))


def test_everybody_named_is_told_once(database: Database) -> None:
    with database.unit() as session:
        assert say(session, "wang", "li", "wang", "") == 2
    assert told(database) == ["li", "wang"]


def test_nobody_is_told_of_what_did_not_happen(database: Database) -> None:
    class Undone(Exception):
        pass

    def undone() -> None:
        with database.unit() as session:
            say(session, "wang")
            raise Undone

    with pytest.raises(Undone):
        undone()
    assert told(database) == []


def test_a_key_tells_each_person_once(database: Database) -> None:
    with database.unit() as session:
        assert say(session, "wang", once="INC-1:100") == 1
    with database.unit() as session:
        assert say(session, "wang", "li", once="INC-1:100") == 1
        assert say(session, "wang", once="INC-1:50") == 1
    assert told(database) == ["wang", "li", "wang"]


def test_a_long_key_tells_each_person_once_too(database: Database) -> None:
    with database.unit() as session:
        assert say(session, "wang", once="k" * 500) == 1
        assert say(session, "wang", once="k" * 500) == 0
        assert say(session, "wang", once="k" * 499 + "l") == 1


def test_a_sentence_stays_on_one_line(database: Database) -> None:
    with database.unit() as session:
        say(session, "wang", zh="急\r\nBcc: all@example.com\x00\x1b[2J")
    with database.reading() as session:
        sentence = session.scalars(select(Notice.zh)).one()
    assert sentence == "急 Bcc: all@example.com␀␛[2J"


def test_a_notice_leads_nowhere_but_to_this_desk(sqlite_database: Database) -> None:
    with sqlite_database.unit() as session, pytest.raises(ValueError, match="page of"):
        outbox.tell(
            session,
            to=("wang",),
            kind=outbox.Kind.TEST,
            subject_ref="",
            words=Words("去", "Go"),
            link="//elsewhere.example/",
            at=AT,
        )
