"""Accounts, their sign-ins, and the sessions these opened."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from opsdesk.core.database import Row, choice


class Role(StrEnum):
    """Who may do what. The last three are separate; none of them does business work."""

    ENGINEER = "engineer"  # 运维工程师
    LEAD = "lead"  # 运维负责人
    CUSTOMER = "customer"  # 甲方代表
    SYSTEM = "system"  # 系统管理员
    SECURITY = "security"  # 安全管理员
    AUDIT = "audit"  # 审计管理员


class Person(Row):
    """One account. Nobody is ever deleted: `disabled_at` ends an account."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str] = mapped_column(String(32), default="", server_default="")
    role: Mapped[Role] = mapped_column(choice(Role))
    password_hash: Mapped[str] = mapped_column(String(255))
    password_changed_at: Mapped[datetime]
    must_change: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(8), default="")
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class RoleGrant(Row):
    """A role proposed for an account by one administrator, decided by the other.

    System and security administrators grant together; `accepted` is None until the
    second of them has decided.
    """

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_as: Mapped[Role] = mapped_column(choice(Role))
    proposed_at: Mapped[datetime]
    accepted: Mapped[bool | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]


class PastPassword(Row):
    """Hashes of former passwords, so that none comes back too soon."""

    __tablename__ = "past_password"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime]


class SignInSession(Row):
    """A server-side session; the cookie holds a token, this row only its SHA-256."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None]


class SignInFailure(Row):
    """A failed sign-in, for the rate limit by account and by address."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (
        Index("ix_sign_in_failure_username_at", "username", "at"),
        Index("ix_sign_in_failure_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class SecondFactor(Row):
    """A person's one-time code generator (RFC 6238); its secret lies in the vault.

    It counts from `confirmed_at`, when the person has shown a first right code.
    `last_step` is the time step of the last code taken: no code is taken twice.
    """

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    secret_name: Mapped[str] = mapped_column(String(100))
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Row):
    """One of a person's codes for the day the device is not at hand, as a hash."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class FactorReset(Row):
    """A second factor to be taken away: one administrator asks, the other decides."""

    __tablename__ = "factor_reset"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_as: Mapped[Role] = mapped_column(choice(Role))
    proposed_at: Mapped[datetime]
    accepted: Mapped[bool | None]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]
