"""Asked again before a signature: the password and, where one is enrolled, a code."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.core.vault import Vault
from opsdesk.people import passwords, second_factor
from opsdesk.people.models import Person
from probes.finding import Words

WRONG_AGAIN = Words(
    "密码不对，没有签字。已填写的内容都保留着，请重新输入密码。",
    "The password is wrong; nothing was signed. What you wrote is kept: "
    "enter the password again.",
)
WRONG_CODE_AGAIN = Words(
    "动态码不对或已经用过，没有签字。请等下一个动态码，或用一个恢复码。",
    "The code is wrong or was used before; nothing was signed. Wait for the next "
    "code, or use a recovery code.",
)


class HasUsername(Protocol):
    """Anything that names an account: a Person, a Seat."""

    @property
    def username(self) -> str: ...


class WrongPassword(RefusedInWords):
    """A password or code asked again was wrong. The unit is lost: count it anew."""

    def __init__(self, username: str, words: Words = WRONG_AGAIN) -> None:
        super().__init__(words)
        self.username = username


def confirm_password(
    session: Session, person: HasUsername, password: str, *, at: datetime
) -> Person:
    """Check the password of somebody signed in; return the account, locked.

    Raises WrongPassword, which the screens count like a failed sign-in.
    """
    query = select(Person).where(Person.username == person.username).with_for_update()
    row = session.scalar(query)
    locked = row is not None and row.locked_until is not None and row.locked_until > at
    if row is None or locked or not passwords.matches(row.password_hash, password):
        raise WrongPassword(person.username)
    return row


def reauthenticate(
    session: Session,
    person: HasUsername,
    *,
    password: str,
    code: str,
    vault: Vault,
    at: datetime,
) -> Person:
    """Check password and, where one is enrolled, code; every signature asks this.

    Raises WrongPassword, which the screens count like a failed sign-in.
    """
    row = confirm_password(session, person, password, at=at)
    if second_factor.is_enrolled(session, row.id):
        used = second_factor.take(session, row, code, vault=vault, at=at)
        if used is None:
            raise WrongPassword(person.username, WRONG_CODE_AGAIN)
    return row
