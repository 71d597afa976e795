"""Keys of every kind, passphrases, passwords, and the host key before all of them."""

import re
from pathlib import Path

import pytest

from probes.hostkeys import matches, parse, seen
from probes.secret import Secret
from probes.transcript import Outcome
from probes.transport import Trouble
from tests.lab.process import free_port
from tests.lab.sshd import Sshd, has_accounts, make_key
from tests.probes.engine.fixtures import SHORT, Start, ask

pytestmark = pytest.mark.sshd

needs_accounts = pytest.mark.skipif(
    not has_accounts(), reason="passwords of the lab need root (a mount namespace)"
)
# openssl passwd -6 -salt lab "correct horse"
HASH = (
    "$6$lab$cOGrT0BhQnVED40r80YnNluOjJV5Zwm.9uUeMYLcML4"
    "xg1EZXsJU0oxqyWsTZ1u9LbJfKuhjmEJ9q.X8PQLbZ1"
)


def allow(host: Sshd, key: Path) -> None:
    known = host.home / "authorized_keys"
    known.write_text(known.read_text() + key.with_suffix(".pub").read_text())


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_each_kind_of_key_signs_in(shared: Sshd, tmp_path: Path, kind: str) -> None:
    key = make_key(tmp_path / kind, kind)
    allow(shared, key)
    heard = ask(shared.server(credential=shared.credential(key_file=key)))
    assert heard.outcome is Outcome.ANSWERED


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_key_with_a_passphrase_signs_in(
    shared: Sshd, tmp_path: Path, kind: str
) -> None:
    key = make_key(tmp_path / kind, kind, phrase="open sesame")
    allow(shared, key)
    phrase = Secret("secret:phrase", lambda: "open sesame")
    credential = shared.credential(key_file=key, passphrase=phrase)
    heard = ask(shared.server(credential=credential))
    assert heard.outcome is Outcome.ANSWERED
    assert "sesame" not in repr(heard)


def test_a_key_that_needs_a_passphrase_and_has_none_says_so(
    shared: Sshd, tmp_path: Path
) -> None:
    key = make_key(tmp_path / "locked", phrase="open sesame")
    heard = ask(shared.server(credential=shared.credential(key_file=key)))
    assert heard.outcome is Outcome.AUTH_FAILED
    assert "password-protected" in heard.detail


@needs_accounts
def test_a_password_signs_in(start: Start) -> None:
    host = start(more="PasswordAuthentication yes\n", password=HASH)
    word = Secret("secret:word", lambda: "correct horse")
    credential = host.credential(key_file=None, password=word)
    heard = ask(host.server(credential=credential))
    assert heard.outcome is Outcome.ANSWERED
    assert "correct horse" not in repr(heard)


@needs_accounts
def test_a_wrong_password_is_tried_once(start: Start) -> None:
    host = start(more="PasswordAuthentication yes\n", password=HASH)
    word = Secret("secret:word", lambda: "wrong horse")
    credential = host.credential(key_file=None, password=word)
    heard = ask(host.server(credential=credential))
    assert heard.outcome is Outcome.AUTH_FAILED
    assert host.log.count("Failed password") == 1
    assert heard.attempts == 1


@needs_accounts
def test_a_key_and_then_a_password_sign_in_where_both_are_asked(start: Start) -> None:
    more = "PasswordAuthentication yes\nAuthenticationMethods publickey,password\n"
    host = start(more=more, password=HASH)
    word = Secret("secret:word", lambda: "correct horse")
    credential = host.credential(password=word)
    assert ask(host.server(credential=credential)).outcome is Outcome.ANSWERED


@needs_accounts
def test_a_locked_account_is_an_authentication_failure(start: Start) -> None:
    host = start(password="!" + HASH)
    heard = ask(host.server())
    assert heard.outcome is Outcome.AUTH_FAILED
    assert "locked" in host.log


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_pinned_key_of_each_type_is_recognised(start: Start, kind: str) -> None:
    host = start(host_key=kind)
    assert ask(host.server()).outcome is Outcome.ANSWERED


def test_a_pinned_fingerprint_is_as_good_as_a_line(shared: Sshd) -> None:
    pin = parse(shared.host_key).fingerprint
    assert ask(shared.server(host_keys=(pin,))).outcome is Outcome.ANSWERED


@pytest.mark.parametrize("whole", [True, False])
def test_another_key_type_of_the_server_is_not_taken_for_a_change(
    start: Start, tmp_path: Path, *, whole: bool
) -> None:
    second = make_key(tmp_path / "second", "rsa")
    host = start(more=f"HostKey {second}\n")
    line = second.with_suffix(".pub").read_text()
    pin = line if whole else parse(line).fingerprint
    assert ask(host.server(host_keys=(pin,))).outcome is Outcome.ANSWERED


def test_a_server_that_lost_the_pinned_type_has_changed(
    start: Start, tmp_path: Path
) -> None:
    rsa = make_key(tmp_path / "rsa", "rsa").with_suffix(".pub").read_text()
    host = start()
    heard = ask(host.server(host_keys=(rsa,)))
    assert heard.outcome is Outcome.KEY_CHANGED
    assert heard.host_key == parse(host.host_key).fingerprint


def test_a_key_is_shown_before_it_is_trusted(start: Start) -> None:
    host = start()
    key = seen(host.server(host_keys=(), credential=None), SHORT)
    assert key.line == host.host_key
    assert matches((host.host_key,), key)
    assert re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", key.fingerprint)
    assert "Accepted" not in host.log


def test_looking_for_a_key_where_nobody_listens_says_what_happened(
    shared: Sshd,
) -> None:
    with pytest.raises(Trouble, match="connection refused"):
        seen(shared.server(port=free_port()), SHORT)
