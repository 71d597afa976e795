"""Passwords: how they are kept, which are refused, and one-time ones."""

from __future__ import annotations

import secrets
import string
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from opsdesk.people.policy import Policy
from probes.finding import Words

MAX_LENGTH = 128
ONE_TIME_LENGTH = 16
UNUSABLE = "!"  # no password verifies against it

# Without 0 O 1 l I, which people misread when they copy a slip of paper.
ALPHABET = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1lI")

HASHER = PasswordHasher()  # Argon2id, with the library's costs (RFC 9106, low memory)


def hash_password(password: str) -> str:
    """Return the Argon2id hash, with its parameters and salt."""
    return HASHER.hash(password)


def matches(kept: str, password: str) -> bool:
    """Tell whether a password is the one kept. Takes as long when there is none."""
    if kept == UNUSABLE:
        matches(_decoy(), password)
        return False
    try:
        return HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(kept)


def one_time() -> str:
    """Return a random password to be shown once and changed at the first sign-in."""
    while True:
        password = "".join(secrets.choice(ALPHABET) for _ in range(ONE_TIME_LENGTH))
        if _classes(password) >= 3:  # noqa: PLR2004 - lower, upper, digit
            return password


def objection(password: str, username: str, policy: Policy) -> Words | None:
    """Return why a new password is refused, or None where it will do."""
    if not policy.min_length <= len(password) <= MAX_LENGTH:
        return Words(
            f"密码要有 {policy.min_length} 到 {MAX_LENGTH} 个字符。密码未改动。",
            f"A password has {policy.min_length} to {MAX_LENGTH} characters. "
            "Nothing was changed.",
        )
    if _classes(password) < policy.min_classes:
        return Words(
            f"密码太简单：小写、大写、数字、符号中至少用 {policy.min_classes} 类。",
            "The password is too simple: use at least "
            f"{policy.min_classes} of lower case, upper case, digits and symbols.",
        )
    if username.casefold() in password.casefold():
        return Words(
            "密码里不能含有用户名。", "The password must not contain the user name."
        )
    if not _plain(password).isdisjoint(_common()):
        return Words(
            "这个密码太常见，容易被猜到，请换一个。",
            "This password is a common one and easily guessed; choose another.",
        )
    return None


def _classes(password: str) -> int:
    tests = (str.islower, str.isupper, str.isdigit, _is_other)
    return sum(any(map(test, password)) for test in tests)


def _is_other(char: str) -> bool:
    return not (char.islower() or char.isupper() or char.isdigit())


def _plain(password: str) -> set[str]:
    """Return the word that is left when the usual decoration is taken off."""
    word = password.casefold().strip(string.punctuation + string.digits)
    return {word, word.translate(str.maketrans("@$0134", "asoiea"))}


@cache
def _common() -> frozenset[str]:
    text = files("opsdesk.people").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip())


@cache
def _decoy() -> str:
    return hash_password(secrets.token_hex())
