"""Which passwords are refused, and what becomes of the old ones."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from opsdesk.people import operations, passwords
from opsdesk.people.models import Person, Role
from opsdesk.people.policy import DENGBAO3
from opsdesk.people.queries import accounts
from tests.conftest import REAL_HASHER
from tests.factories.people import NOON, PASSWORD, a_person


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Short-1", "12"),
        ("x" * 200 + "A1", "128"),
        ("alllowercaseletters", "简单"),
        ("lowerand12345678", "简单"),
        ("My-zhiban-2026x", "用户名"),
        ("MY-ZHIBAN-2026x", "用户名"),
        ("Password123456", "常见"),
        ("P@ssw0rd123456", "常见"),
        ("Huawei@1234567", "常见"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, why: str) -> None:
    words = passwords.objection(password, "zhiban", DENGBAO3)
    assert words is not None
    assert why in words.zh


@pytest.mark.parametrize(
    "password", [PASSWORD, "correct Horse 7 staple", "长密码Abc123长密码长"]
)
def test_a_strong_password_will_do(password: str) -> None:
    assert passwords.objection(password, "zhiban", DENGBAO3) is None


@settings(max_examples=50)
@given(st.data())
def test_every_one_time_password_is_a_good_one(data: st.DataObject) -> None:
    password = passwords.one_time()
    assert passwords.objection(password, "zhiban", DENGBAO3) is None
    assert not set(password) & set("0O1lI")


def test_the_last_five_passwords_do_not_come_back(sqlite_database: Database) -> None:
    former = [f"Xin-De-Mi-Ma-{n:04d}" for n in range(6)]
    with sqlite_database.unit() as session:
        person = a_person(session, "zhiban")
        for n, new in enumerate(former):
            at = NOON + timedelta(days=n)
            operations.change_password(session, person, new=new, at=at)
        for old in former:
            with pytest.raises(RefusedInWords, match="用过"):
                operations.change_password(session, person, new=old, at=NOON)
        operations.change_password(session, person, new=PASSWORD, at=NOON)


def test_the_first_account_is_a_leads_and_is_made_once(database: Database) -> None:
    with database.unit() as session:
        made = operations.first_account(session, NOON)
        assert made is not None
        username, password = made
        person = operations.person_named(session, username)
        assert passwords.matches(person.password_hash, password)
        assert person.role is Role.LEAD
        assert person.must_change
    with database.unit() as session:
        assert operations.first_account(session, NOON) is None
        assert len(accounts(session)) == 1


def lock(person: Person, until: datetime) -> None:
    person.locked_until = until


def test_a_reset_gives_a_new_password_and_lifts_the_lock(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        person = a_person(session, "zhiban")
        lock(person, NOON + timedelta(minutes=15))
        password = operations.reset_password(session, person, by="security", at=NOON)
        assert person.locked_until is None
        assert person.must_change
        assert passwords.matches(person.password_hash, password)
        assert not passwords.matches(person.password_hash, PASSWORD)


def test_an_account_without_a_password_opens_to_none() -> None:
    assert not passwords.matches(passwords.UNUSABLE, passwords.UNUSABLE)


def test_passwords_are_kept_as_argon2id_at_the_cost_the_standard_advises() -> None:
    kept = REAL_HASHER.hash(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert REAL_HASHER.memory_cost >= 64 * 1024  # KiB: RFC 9106, second choice
    assert REAL_HASHER.time_cost >= 3
