"""The two password policies, and what config.yaml says of people."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from opsdesk.core import settings
from opsdesk.core.database import Database
from opsdesk.core.settings import BadSettings, Settings
from opsdesk.people import operations, passwords
from opsdesk.people.models import Role
from opsdesk.people.policy import ASVS, DENGBAO3, Policy, policy_of
from opsdesk.people.seats import seat_of
from opsdesk.people.sign_in import Origin, sign_in
from tests.factories.people import NOON, PASSWORD, a_person

QUARTER = timedelta(days=91)


def loaded(folder: Path, text: str) -> Settings:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return settings.load(path, environ={})


@pytest.mark.parametrize(
    "password", ["correct horse battery", "四季平安万事如意岁岁年年好"]
)
def test_asvs_takes_any_long_password_that_dengbao3_finds_too_simple(
    password: str,
) -> None:
    assert passwords.objection(password, "zhiban", ASVS) is None
    assert passwords.objection(password, "zhiban", DENGBAO3) is not None


@pytest.mark.parametrize(
    "password", ["short pass", "password1234", "my name is zhiban ok", "x" * 129]
)
def test_asvs_refuses_what_is_short_common_or_the_user_name(password: str) -> None:
    assert passwords.objection(password, "zhiban", ASVS) is not None


@pytest.mark.parametrize(("policy", "asked"), [(DENGBAO3, True), (ASVS, False)])
def test_only_dengbao3_asks_for_a_new_password_after_a_quarter(
    sqlite_database: Database, policy: Policy, *, asked: bool
) -> None:
    later = NOON + QUARTER
    with sqlite_database.unit() as session:
        a_person(session, "zhiban")
        token = sign_in(
            session, "zhiban", PASSWORD, origin=Origin("10.1.0.5"), at=later
        ).token
        assert token is not None
        seat = seat_of(session, token, at=later, policy=policy)
    assert seat is not None
    assert seat.must_change is asked


def test_asvs_looks_at_no_former_passwords(sqlite_database: Database) -> None:
    with sqlite_database.unit() as session:
        person = a_person(session, "zhiban")
        operations.change_password(session, person, new=PASSWORD, at=NOON, policy=ASVS)
        assert passwords.matches(person.password_hash, PASSWORD)


def test_the_file_names_the_policy_and_who_needs_a_second_factor(
    tmp_path: Path,
) -> None:
    text = "security: {password_policy: asvs, second_factor: [lead, audit]}\n"
    found = loaded(tmp_path, text).security
    expected = replace(ASVS, second_factor=frozenset({Role.LEAD, Role.AUDIT}))
    assert policy_of(found) == expected


def test_a_file_that_says_nothing_has_dengbao3_and_two_shifts(tmp_path: Path) -> None:
    found = loaded(tmp_path, "desk: {name: 测试}\n")
    assert policy_of(found.security) == DENGBAO3
    assert [(one.name, one.starts, one.ends) for one in found.roster.shifts] == [
        ("白班", time(8), time(20)),
        ("夜班", time(20), time(8)),
    ]


@pytest.mark.parametrize(
    ("shifts", "sound"),
    [
        ("[{name: 全天, from: 08:00, to: 08:00}]", True),
        (
            "[{name: 夜, from: 00:00, to: 08:00}, {name: 早, from: 08:00, to: 00:00}]",
            True,
        ),
        ("[{name: 早, from: 08:00, to: 17:00}]", True),
        (
            "[{name: 早, from: 08:00, to: 17:00}, {name: 晚, from: 16:00, to: 00:00}]",
            False,
        ),
        (
            "[{name: 早, from: 08:00, to: 20:00}, {name: 晚, from: 20:00, to: 09:00}]",
            False,
        ),
        (
            "[{name: 全天, from: 08:00, to: 08:00}, {name: 早, from: 09:00, to: 10:00}]",
            False,
        ),
        (
            "[{name: 早, from: 08:00, to: 12:00}, {name: 早, from: 13:00, to: 17:00}]",
            False,
        ),
        ("[]", False),
        ("[{name: 早, from: 8h, to: 12:00}]", False),
        ("[{name: 早, from: 08:00, until: 12:00}]", False),
    ],
)
def test_shifts_have_names_of_their_own_and_do_not_overlap(
    tmp_path: Path, shifts: str, *, sound: bool
) -> None:
    text = f"roster:\n  shifts: {shifts}\n"
    if sound:
        assert loaded(tmp_path, text).roster.shifts
    else:
        with pytest.raises(BadSettings):
            loaded(tmp_path, text)
