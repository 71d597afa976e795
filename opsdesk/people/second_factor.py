"""The second factor: codes of RFC 6238, and recovery codes for the day without them.

The shared secret lies in the vault; a code is taken once, and so is a recovery code.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.core.vault import Vault
from opsdesk.people.models import Person, RecoveryCode, SecondFactor
from opsdesk.people.operations import record
from probes.finding import Words

STEP_SECONDS = 30
SKEW = 1  # steps a device's clock may be ahead or behind
CODES = 10
GROUPS, GROUP = 3, 4
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without 0 o 1 l i


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor that waits for its first code: what the device has to learn."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def is_enrolled(session: Session, person_id: int) -> bool:
    """Tell whether a person's second factor counts."""
    row = session.get(SecondFactor, person_id)
    return row is not None and row.confirmed_at is not None


def begin(
    session: Session, person: Person, *, vault: Vault, at: datetime
) -> SecondFactor:
    """Make a new secret for a person's device; it counts once a code has shown it."""
    row = session.get(SecondFactor, person.id, with_for_update=True)
    if row is not None and row.confirmed_at is not None:
        raise RefusedInWords(_ENROLLED)
    name = f"second-factor-{person.username}"
    vault.set(name, pyotp.random_base32())
    if row is None:
        row = SecondFactor(person_id=person.id, secret_name=name, begun_at=at)
        session.add(row)
    row.begun_at, row.last_step = at, 0
    record(session, person, "second-factor.begun", by=person.username, at=at)
    return row


def pending(
    session: Session, person_id: int, username: str, *, vault: Vault, issuer: str
) -> Enrolment | None:
    """Return what the device has to learn, while it waits for its first code."""
    row = session.get(SecondFactor, person_id)
    if row is None or row.confirmed_at is not None:
        return None
    secret = vault.get(row.secret_name)
    uri = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)
    return Enrolment(secret, uri)


def confirm(
    session: Session, person: Person, code: str, *, vault: Vault, at: datetime
) -> tuple[str, ...]:
    """Let the second factor count from now on; return the recovery codes, once."""
    row = session.get(SecondFactor, person.id, with_for_update=True)
    if row is None or row.confirmed_at is not None:
        raise RefusedInWords(_NOT_BEGUN)
    if not _take_code(row, _plain(code), vault=vault, at=at):
        raise RefusedInWords(_WRONG_FIRST)
    row.confirmed_at = at
    codes = _new_codes(session, person.id)
    record(session, person, "second-factor.enrolled", by=person.username, at=at)
    return codes


def renew_codes(session: Session, person: Person, *, at: datetime) -> tuple[str, ...]:
    """Replace all recovery codes; ask the person for password and code first."""
    if not is_enrolled(session, person.id):
        raise RefusedInWords(_NOT_BEGUN)
    codes = _new_codes(session, person.id)
    record(session, person, "second-factor.codes-renewed", by=person.username, at=at)
    return codes


def codes_left(session: Session, person_id: int) -> int:
    """Return how many recovery codes a person still has."""
    query = select(func.count()).select_from(RecoveryCode)
    own = query.where(RecoveryCode.person_id == person_id)
    return session.scalar(own.where(RecoveryCode.used_at.is_(None))) or 0


def take(
    session: Session, person: Person, code: str, *, vault: Vault, at: datetime
) -> str | None:
    """Use a code up; return "code" or "recovery", None where it is neither.

    The caller holds the person's row, so that two browsers cannot use one code.
    """
    row = session.get(SecondFactor, person.id, with_for_update=True)
    if row is None or row.confirmed_at is None:
        return None
    plain = _plain(code)
    if _take_code(row, plain, vault=vault, at=at):
        return "code"
    return _take_recovery(session, person, plain, at=at)


def remove(session: Session, person: Person) -> None:
    """Take a second factor and its codes away; whoever calls this keeps the record."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    session.execute(delete(SecondFactor).where(SecondFactor.person_id == person.id))
    person.version += 1
    session.expire_all()


def remove_own(session: Session, person: Person, *, at: datetime) -> None:
    """Take one's own second factor away; ask for password and code first."""
    remove(session, person)
    record(session, person, "second-factor.removed", by=person.username, at=at)


def _take_code(row: SecondFactor, code: str, *, vault: Vault, at: datetime) -> bool:
    totp = pyotp.TOTP(vault.get(row.secret_name))
    now = int(at.timestamp()) // STEP_SECONDS
    for step in range(now - SKEW, now + SKEW + 1):
        right = hmac.compare_digest(totp.at(step * STEP_SECONDS), code)
        if right and step > row.last_step:
            row.last_step = step
            return True
    return False


def _take_recovery(
    session: Session, person: Person, code: str, *, at: datetime
) -> str | None:
    row = session.scalar(
        select(RecoveryCode)
        .where(RecoveryCode.person_id == person.id)
        .where(RecoveryCode.code_hash == _hash(person.id, code))
        .where(RecoveryCode.used_at.is_(None))
        .with_for_update()
    )
    if row is None:
        return None
    row.used_at = at
    session.flush()
    left = codes_left(session, person.id)
    record(
        session,
        person,
        "second-factor.recovery-used",
        by=person.username,
        at=at,
        left=left,
    )
    return "recovery"


def _new_codes(session: Session, person_id: int) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = tuple(_random_code() for _ in range(CODES))
    for code in codes:
        kept = _hash(person_id, _plain(code))
        session.add(RecoveryCode(person_id=person_id, code_hash=kept))
    return codes


def _random_code() -> str:
    """Return a code of 59 random bits, in groups that a person can copy."""
    chars = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP)]
    starts = range(0, len(chars), GROUP)
    return "-".join("".join(chars[start : start + GROUP]) for start in starts)


def _plain(code: str) -> str:
    """Return what was meant: full-width digits, blanks and dashes make no odds."""
    text = unicodedata.normalize("NFKC", code).casefold()
    return "".join(char for char in text if char.isascii() and char.isalnum())


def _hash(person_id: int, code: str) -> str:
    return hashlib.sha256(f"opsdesk-recovery:{person_id}:{code}".encode()).hexdigest()


_ENROLLED = Words(
    "你已经绑定了动态码。换设备请先解除绑定。没有改动。",
    "You have a second factor already. Remove it before you enrol another device. "
    "Nothing was changed.",
)
_NOT_BEGUN = Words(
    "没有正在绑定的动态码，请重新开始。",
    "No second factor is being enrolled; begin again.",
)
_WRONG_FIRST = Words(
    "动态码不对，还没有绑定。请核对设备的时间，再输入新的动态码。",
    "The code is wrong; nothing is enrolled yet. Check the device's clock, then enter "
    "a new code.",
)
