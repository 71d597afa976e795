"""The second factor: enrolling, codes that are taken once, recovery, a lost device."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select, text

from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from opsdesk.core.vault import Vault
from opsdesk.people import factor_reset, operations, second_factor
from opsdesk.people.models import FactorReset, Role
from opsdesk.people.policy import DENGBAO3
from opsdesk.people.reauthentication import (
    WRONG_AGAIN,
    WRONG_CODE_AGAIN,
    WrongPassword,
    reauthenticate,
)
from opsdesk.people.seats import seat_of
from opsdesk.people.sign_in import (
    LOCKED,
    TOO_LATE,
    WRONG_CODE,
    Attempt,
    Half,
    Origin,
    SecondStep,
    sign_in,
    sign_in_with_code,
)
from tests.factories.people import NOON, PASSWORD, a_person

HERE = Origin("10.1.0.5", "a browser")
STEP = timedelta(seconds=30)
LATER = NOON + timedelta(minutes=10)


class Device:
    """A phone that learnt a secret, and the desk it belongs to."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database, self.vault = database, vault
        with database.unit() as session:
            person = a_person(session, "zhiban")
            second_factor.begin(session, person, vault=vault, at=NOON)
            waiting = second_factor.pending(
                session, person.id, "zhiban", vault=vault, issuer="运维台"
            )
            assert waiting is not None
            self.totp = pyotp.TOTP(waiting.secret)
            self.uri = waiting.uri
            self.codes = second_factor.confirm(
                session, person, self.code(NOON), vault=vault, at=NOON
            )

    def code(self, at: datetime) -> str:
        return self.totp.at(int(at.timestamp()))

    def half(self, at: datetime = LATER) -> Half:
        with self.database.unit() as session:
            attempt = sign_in(session, "zhiban", PASSWORD, origin=HERE, at=at)
        assert attempt.half is not None
        assert attempt.token is None
        return attempt.half

    def enter(
        self, code: str, *, at: datetime = LATER, half: Half | None = None
    ) -> Attempt:
        step = SecondStep(half or self.half(at), code)
        with self.database.unit() as session:
            return sign_in_with_code(
                session, step, vault=self.vault, origin=HERE, at=at
            )

    def sign(self, password: str, code: str, *, at: datetime = LATER) -> None:
        with self.database.unit() as session:
            person = operations.person_named(session, "zhiban")
            reauthenticate(
                session, person, password=password, code=code, vault=self.vault, at=at
            )


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "var", {})


@pytest.fixture
def device(sqlite_database: Database, vault: Vault) -> Device:
    return Device(sqlite_database, vault)


def test_whoever_enrolled_enters_with_password_and_code_on_both_databases(
    database: Database, vault: Vault
) -> None:
    device = Device(database, vault)
    attempt = device.enter(device.code(LATER))
    assert attempt.token is not None
    with database.reading() as session:
        seat = seat_of(session, attempt.token, at=LATER)
    assert seat is not None
    assert seat.has_second_factor


def test_a_code_is_taken_once_even_from_another_browser(device: Device) -> None:
    code = device.code(LATER)
    assert device.enter(code).token is not None
    assert device.enter(code).refusal == WRONG_CODE


def test_the_code_that_enrolled_does_not_also_enter(device: Device) -> None:
    assert device.enter(device.code(NOON), at=NOON).refusal == WRONG_CODE


@pytest.mark.parametrize(
    ("steps", "taken"), [(-2, False), (-1, True), (1, True), (2, False)]
)
def test_a_device_s_clock_may_be_one_step_off(
    device: Device, steps: int, *, taken: bool
) -> None:
    attempt = device.enter(device.code(LATER + steps * STEP))
    assert (attempt.token is not None) is taken


def test_an_older_code_than_the_last_one_taken_is_refused(device: Device) -> None:
    assert device.enter(device.code(LATER + STEP)).token is not None
    assert device.enter(device.code(LATER)).refusal == WRONG_CODE


def test_full_width_digits_and_blanks_are_what_a_person_meant(device: Device) -> None:
    wide = device.code(LATER).translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    assert device.enter(f" {wide[:3]} {wide[3:]} ").token is not None


def test_a_recovery_code_stands_for_a_code_once(device: Device) -> None:
    first = device.codes[0]
    assert device.enter(first.upper().replace("-", " ")).token is not None
    assert device.enter(first).refusal == WRONG_CODE
    assert device.enter(device.codes[1]).token is not None
    with device.database.reading() as session:
        assert second_factor.codes_left(session, 1) == second_factor.CODES - 2


def test_new_recovery_codes_make_the_former_ones_worthless(device: Device) -> None:
    with device.database.unit() as session:
        person = operations.person_named(session, "zhiban")
        fresh = second_factor.renew_codes(session, person, at=LATER)
    assert device.enter(device.codes[0]).refusal == WRONG_CODE
    assert device.enter(fresh[0]).token is not None


def test_neither_secret_nor_recovery_codes_are_in_the_database_or_the_trail(
    device: Device,
) -> None:
    with device.database.reading() as session:
        kept = "".join(
            str(session.execute(text(f"SELECT * FROM {table}")).all())
            for table in ("second_factor", "recovery_code", "audit_entry")
        )
    for secret in (device.totp.secret, *device.codes):
        assert secret not in kept
        assert secret.replace("-", "") not in kept
    assert device.totp.secret not in device.vault.file.read_text("utf-8")


def test_wrong_codes_lock_the_account_like_wrong_passwords(device: Device) -> None:
    half = device.half()
    refusals = [
        device.enter("000000", half=half).refusal for _ in range(DENGBAO3.lock_after)
    ]
    assert refusals == [WRONG_CODE] * DENGBAO3.lock_after
    locked = LOCKED.fill(minutes=15)
    assert device.enter(device.code(LATER), half=half).refusal == locked


def test_a_right_password_does_not_forget_the_wrong_codes_before_it(
    device: Device,
) -> None:
    for _ in range(DENGBAO3.lock_after - 1):
        assert device.enter("000000").refusal == WRONG_CODE
    half = device.half()
    assert device.enter("000000", half=half).refusal == WRONG_CODE
    assert device.enter(device.code(LATER), half=half).refusal == LOCKED.fill(
        minutes=15
    )


@pytest.mark.parametrize("minutes", [-1, 6])
def test_the_second_step_comes_within_five_minutes(
    device: Device, minutes: int
) -> None:
    half = device.half()
    at = LATER + timedelta(minutes=minutes)
    assert device.enter(device.code(at), half=half, at=at).refusal == TOO_LATE


def test_the_second_step_is_void_when_the_password_was_changed_between(
    device: Device,
) -> None:
    half = device.half()
    with device.database.unit() as session:
        person = operations.person_named(session, "zhiban")
        operations.reset_password(session, person, by="anquan", at=LATER)
    assert device.enter(device.code(LATER), half=half).refusal == TOO_LATE


def test_a_signature_takes_password_and_code(device: Device) -> None:
    device.sign(PASSWORD, device.code(LATER))
    for password, words in ((PASSWORD, WRONG_CODE_AGAIN), ("wrong", WRONG_AGAIN)):
        with pytest.raises(WrongPassword) as refused:
            device.sign(password, device.code(LATER))  # its code was taken just now
        assert refused.value.words == words


def test_a_wrong_password_does_not_use_the_code_up(device: Device) -> None:
    with pytest.raises(WrongPassword):
        device.sign("wrong", device.code(LATER))
    device.sign(PASSWORD, device.code(LATER))


def test_whoever_did_not_enrol_signs_with_the_password_alone(
    sqlite_database: Database, vault: Vault
) -> None:
    with sqlite_database.unit() as session:
        person = a_person(session, "zhiban")
        reauthenticate(
            session, person, password=PASSWORD, code="", vault=vault, at=NOON
        )


def test_a_wrong_first_code_enrols_nothing(
    sqlite_database: Database, vault: Vault
) -> None:
    with sqlite_database.unit() as session:
        person = a_person(session, "zhiban")
        second_factor.begin(session, person, vault=vault, at=NOON)
        with pytest.raises(RefusedInWords):
            second_factor.confirm(session, person, "000000", vault=vault, at=NOON)
        assert not second_factor.is_enrolled(session, person.id)
        assert sign_in(session, "zhiban", PASSWORD, origin=HERE, at=NOON).token


def test_an_enrolled_device_is_not_replaced_behind_its_owner_s_back(
    device: Device,
) -> None:
    with device.database.unit() as session:
        person = operations.person_named(session, "zhiban")
        with pytest.raises(RefusedInWords):
            second_factor.begin(session, person, vault=device.vault, at=LATER)
    assert device.enter(device.code(LATER)).token is not None


def test_a_rotated_vault_key_keeps_every_device(device: Device) -> None:
    device.vault.rotate()
    assert device.enter(device.code(LATER)).token is not None


@pytest.fixture
def reset(device: Device) -> Callable[[Role], int]:
    """Return a function that proposes a reset as an administrator."""

    def propose(role: Role) -> int:
        with device.database.unit() as session:
            by = a_person(session, role.value, role)
            person = operations.person_named(session, "zhiban")
            factor_reset.propose(session, person, by=by, at=LATER)
            return session.scalars(select(FactorReset.id)).one()

    return propose


def test_a_lost_device_is_reset_by_two_administrators_together(
    device: Device, reset: Callable[[Role], int]
) -> None:
    reset_id = reset(Role.SECURITY)
    assert device.half() is not None  # a proposal alone changes nothing
    with device.database.unit() as session:
        other = a_person(session, "system", Role.SYSTEM)
        factor_reset.confirm(session, reset_id, by=other, at=LATER)
        assert factor_reset.waiting(session) == []
    with device.database.unit() as session:
        assert sign_in(session, "zhiban", PASSWORD, origin=HERE, at=LATER).token
        actions = session.scalars(select(AuditEntry.action)).all()
    assert {"second-factor.reset-proposed", "second-factor.reset"} <= set(actions)


@pytest.mark.parametrize("role", [Role.SECURITY, Role.AUDIT, Role.LEAD])
def test_one_administrator_alone_cannot_reset_a_device(
    device: Device, reset: Callable[[Role], int], role: Role
) -> None:
    reset_id = reset(Role.SECURITY)
    with device.database.unit() as session:
        second = a_person(session, f"second-{role.value}", role)
        with pytest.raises(RefusedInWords):
            factor_reset.confirm(session, reset_id, by=second, at=LATER)
    assert device.half() is not None


def test_the_console_forgets_a_lost_device(device: Device) -> None:
    with device.database.unit() as session:
        person = operations.person_named(session, "zhiban")
        factor_reset.forget(session, person, by="cli:root", at=LATER)
    with device.database.unit() as session:
        assert sign_in(session, "zhiban", PASSWORD, origin=HERE, at=LATER).token


def test_of_two_browsers_that_send_one_code_at_once_one_enters(
    database: Database, vault: Vault
) -> None:
    device = Device(database, vault)
    halves = [device.half(), device.half()]
    code = device.code(LATER)
    with ThreadPoolExecutor(2) as pool:
        attempts = list(pool.map(lambda half: device.enter(code, half=half), halves))
    assert sorted(attempt.token is not None for attempt in attempts) == [False, True]
