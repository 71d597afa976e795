"""Signing in: what opens, what locks, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.people import operations
from opsdesk.people.models import SignInSession
from opsdesk.people.policy import DENGBAO3
from opsdesk.people.reauthentication import WrongPassword, confirm_password
from opsdesk.people.seats import seat_of, touch
from opsdesk.people.sign_in import (
    LOCKED,
    WRONG,
    Attempt,
    Origin,
    count_failure,
    sign_in,
    sign_out,
)
from tests.factories.people import NOON, PASSWORD, a_person

HERE = Origin("10.1.0.5", "a browser")
LOCKED_NOW = LOCKED.fill(minutes=15)
Try = Callable[..., Attempt]


@pytest.fixture
def attempt(sqlite_database: Database) -> Try:
    """Return a function that tries to sign in, in a unit of its own."""
    with sqlite_database.unit() as session:
        a_person(session, "zhiban")

    def attempt(
        password: str = PASSWORD,
        *,
        username: str = "zhiban",
        at: datetime = NOON,
        origin: Origin = HERE,
    ) -> Attempt:
        with sqlite_database.unit() as session:
            return sign_in(session, username, password, origin=origin, at=at)

    return attempt


def actions(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def test_the_right_password_opens_a_session_on_both_databases(
    database: Database,
) -> None:
    with database.unit() as session:
        a_person(session, "zhiban")
        token = sign_in(session, "Zhiban ", PASSWORD, origin=HERE, at=NOON).token
        assert token is not None
        seat = seat_of(session, token, at=NOON)
        assert seat is not None
        assert seat.username == "zhiban"
        assert actions(session) == ["sign-in"]


def test_the_token_itself_is_not_in_the_database(
    attempt: Try, sqlite_database: Database
) -> None:
    token = attempt().token
    assert token is not None
    with sqlite_database.reading() as session:
        row = session.scalars(select(SignInSession)).one()
        assert token not in str(vars(row))


@pytest.mark.parametrize("username", ["zhiban", "nobody"])
def test_a_wrong_password_and_a_wrong_name_look_the_same(
    attempt: Try, username: str
) -> None:
    answers = [attempt("wrong", username=username).refusal for _ in range(6)]
    assert answers == [*[WRONG] * 5, LOCKED_NOW]


def test_a_lock_ends_after_fifteen_minutes(attempt: Try) -> None:
    for _ in range(5):
        attempt("wrong")
    assert attempt(at=NOON + timedelta(minutes=14)).refusal == LOCKED_NOW
    assert attempt(at=NOON + timedelta(minutes=15)).token is not None


def test_a_success_forgets_the_failures_before_it(attempt: Try) -> None:
    for _ in range(4):
        attempt("wrong")
    assert attempt().token is not None
    assert attempt("wrong").refusal == WRONG
    assert attempt().token is not None


def test_an_address_that_fails_too_often_is_refused_whatever_name_it_tries(
    attempt: Try,
) -> None:
    for n in range(DENGBAO3.address_failures):
        attempt("wrong", username=f"nobody{n}")
    assert attempt().refusal == LOCKED_NOW
    assert attempt(origin=Origin("10.1.0.6")).token is not None


def test_a_disabled_account_does_not_open(
    attempt: Try, sqlite_database: Database
) -> None:
    with sqlite_database.unit() as session:
        person = operations.person_named(session, "zhiban")
        operations.disable(session, person, by="system", at=NOON)
    assert attempt().refusal == WRONG


def test_a_session_ends_by_idleness_but_not_while_it_is_used(
    attempt: Try, sqlite_database: Database
) -> None:
    token = attempt().token or ""
    with sqlite_database.unit() as session:
        assert seat_of(session, token, at=NOON + timedelta(minutes=15)) is None
        seat = seat_of(session, token, at=NOON + timedelta(minutes=14))
        assert seat is not None
        touch(session, seat.session_id, at=NOON + timedelta(minutes=14))
        assert seat_of(session, token, at=NOON + timedelta(minutes=28)) is not None


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(
    attempt: Try, sqlite_database: Database
) -> None:
    token = attempt().token or ""
    with sqlite_database.unit() as session:
        row = session.scalars(select(SignInSession)).one()
        row.seen_at = NOON + timedelta(hours=12)
        session.flush()
        at = NOON + timedelta(hours=12)
        assert seat_of(session, token, at=at - timedelta(seconds=1)) is not None
        assert seat_of(session, token, at=at) is None


def test_a_sixth_browser_ends_the_first_ones_session(
    attempt: Try, sqlite_database: Database
) -> None:
    tokens = [attempt().token or "" for _ in range(DENGBAO3.sessions + 1)]
    with sqlite_database.reading() as session:
        seats = [seat_of(session, token, at=NOON) for token in tokens]
    assert [seat is None for seat in seats] == [True, *[False] * DENGBAO3.sessions]


def test_signing_out_ends_the_session_and_is_recorded(
    attempt: Try, sqlite_database: Database
) -> None:
    token = attempt().token or ""
    with sqlite_database.unit() as session:
        seat = seat_of(session, token, at=NOON)
        assert seat is not None
        sign_out(session, seat, at=NOON)
        assert seat_of(session, token, at=NOON) is None
        assert actions(session) == ["sign-in", "sign-out"]


def test_a_password_older_than_ninety_days_must_be_changed(
    attempt: Try, sqlite_database: Database
) -> None:
    later = NOON + timedelta(days=90)
    token = attempt(at=later).token or ""
    early = attempt(at=later - timedelta(minutes=1)).token or ""
    with sqlite_database.reading() as session:
        seat = seat_of(session, token, at=later)
        assert seat is not None
        assert seat.must_change
        seat = seat_of(session, early, at=later - timedelta(minutes=1))
        assert seat is not None
        assert not seat.must_change


def test_a_wrong_password_before_a_signature_is_refused_and_locks_like_any(
    attempt: Try, sqlite_database: Database
) -> None:
    token = attempt().token or ""
    with sqlite_database.reading() as session:
        seat = seat_of(session, token, at=NOON)
    assert seat is not None
    for _ in range(5):
        with pytest.raises(WrongPassword), sqlite_database.unit() as session:
            confirm_password(session, seat, "wrong", at=NOON)
        with sqlite_database.unit() as session:
            count_failure(session, seat.username, origin=HERE, at=NOON)
    with pytest.raises(WrongPassword), sqlite_database.unit() as session:
        confirm_password(session, seat, PASSWORD, at=NOON)
    later = NOON + timedelta(minutes=15)
    with sqlite_database.unit() as session:
        confirm_password(session, seat, PASSWORD, at=later)
        assert actions(session)[-1] == "account.locked"


def test_an_old_hash_is_made_anew_when_its_password_is_seen(
    sqlite_database: Database,
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with sqlite_database.unit() as session:
        person = a_person(session, "zhiban")
        person.password_hash = weak
        sign_in(session, "zhiban", PASSWORD, origin=HERE, at=NOON)
        assert person.password_hash != weak
        assert sign_in(session, "zhiban", PASSWORD, origin=HERE, at=NOON).token


def test_a_clock_set_back_does_not_make_a_session_live_longer(
    sqlite_database: Database, attempt: Try
) -> None:
    token = attempt().token
    assert token is not None
    with sqlite_database.reading() as reading:
        assert seat_of(reading, token, at=NOON - timedelta(minutes=1)) is not None
        assert seat_of(reading, token, at=NOON - timedelta(days=1)) is None


@pytest.mark.parametrize("name", ["ZHIBAN", " zhiban ", "zhiBan\t", "Zhiban\u3000"])
def test_another_spelling_of_a_name_is_locked_with_it(attempt: Try, name: str) -> None:
    for _ in range(DENGBAO3.lock_after):
        attempt("wrong", username=name)
    assert attempt().refusal == LOCKED_NOW
