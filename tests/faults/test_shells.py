"""Login shells that are not what a script expects."""

import pytest

from probes.transcript import Outcome
from tests.lab.process import program
from tests.lab.sshd import has_accounts
from tests.probes.engine.fixtures import Start, ask

pytestmark = [
    pytest.mark.sshd,
    pytest.mark.skipif(
        not has_accounts(), reason="other login shells need root (a mount namespace)"
    ),
]


def test_a_csh_user_is_asked_like_any_other(start: Start) -> None:
    shell = program("csh", "csh")
    heard = ask(start(shell=shell).server(), 'echo "shell $0"; test -n "$1" || echo ok')
    assert heard.outcome is Outcome.ANSWERED
    assert b"ok\n" in heard.raw


def test_a_csh_that_greets_is_asked_like_any_other(start: Start) -> None:
    host = start(shell=program("csh", "csh"))
    (host.home / ".cshrc").write_text("echo WELCOME\n")
    heard = ask(host.server())
    assert heard.outcome is Outcome.ANSWERED
    assert heard.raw.startswith(b"WELCOME\nhello\n")


def test_a_restricted_shell_says_why_it_does_not_answer(start: Start) -> None:
    heard = ask(start(shell=program("rbash", "bash")).server())
    assert heard.outcome is Outcome.PARTIAL
    assert heard.raw == b""
    assert "restricted" in heard.detail


def test_an_account_without_a_shell_says_so(start: Start) -> None:
    heard = ask(start(shell=program("nologin", "login")).server())
    assert heard.outcome is Outcome.PARTIAL
    assert b"not available" in heard.raw
    assert "status 1" in heard.detail


def test_a_shell_that_does_not_exist_is_an_authentication_failure(
    start: Start,
) -> None:
    heard = ask(start(shell="/bin/no-such-shell").server())
    assert heard.outcome is Outcome.AUTH_FAILED
