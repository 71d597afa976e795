"""Servers that speak only what was given up: the system's ssh client asks them."""

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.hostkeys import seen
from probes.pins import parse
from probes.secret import Secret
from probes.server import Server, Transport
from probes.ssh.signin import is_before_sha2
from probes.transcript import Outcome
from probes.transport import Trouble
from tests.lab import odd
from tests.lab.process import free_port, program
from tests.lab.sshd import Sshd, has_accounts, make_key
from tests.probes.engine.fixtures import SHORT, Start, ask
from tests.probes.engine.test_signing_in import HASH, allow

pytestmark = pytest.mark.sshd

OLD = """\
KexAlgorithms diffie-hellman-group14-sha1
HostKeyAlgorithms ssh-rsa
PubkeyAcceptedAlgorithms ssh-rsa,rsa-sha2-256,rsa-sha2-512
Ciphers aes128-cbc
MACs hmac-sha1
"""


@pytest.fixture
def old(start: Start, tmp_path: Path) -> Sshd:
    """Start an sshd that knows only SHA-1, and a user with an RSA key."""
    host = start("old", more=OLD, host_key="rsa")
    allow(host, make_key(tmp_path / "rsa", "rsa"))
    return host


def by_ssh(host: Sshd, tmp_path: Path, **changes: object) -> Server:
    known: dict[str, object] = {
        "transport": Transport.OPENSSH,
        "credential": host.credential(key_file=tmp_path / "rsa"),
    }
    return host.server(**(known | changes))


def test_the_usual_way_says_which_transport_to_set(old: Sshd, tmp_path: Path) -> None:
    heard = ask(by_ssh(old, tmp_path, transport=Transport.SSH))
    assert (heard.outcome, heard.stage) == (Outcome.REFUSED, "key")
    assert "transport: openssh" in heard.detail
    assert heard.attempts == 1


def test_the_ssh_client_asks_it_and_names_what_is_weak(
    old: Sshd, tmp_path: Path
) -> None:
    heard = ask(by_ssh(old, tmp_path))
    assert heard.outcome is Outcome.ANSWERED
    assert heard.raw.startswith(b"hello\n")
    assert heard.host_key == parse(old.host_key).fingerprint
    assert set(heard.notes) == {
        "weak-crypto:diffie-hellman-group14-sha1",
        "weak-crypto:ssh-rsa",
        "weak-crypto:aes128-cbc",
        "weak-crypto:hmac-sha1",
    }


def test_the_key_of_an_old_server_can_be_looked_at(old: Sshd, tmp_path: Path) -> None:
    unknown = by_ssh(old, tmp_path, host_keys=(), credential=None)
    assert seen(unknown, SHORT).line == old.host_key
    assert "Accepted" not in old.log


def test_the_key_of_an_old_server_behind_a_gateway_can_be_looked_at(
    old: Sshd, start: Start, tmp_path: Path
) -> None:
    gateway = start("gateway").server()
    unknown = by_ssh(old, tmp_path, host_keys=(), credential=None, via=(gateway,))
    assert seen(unknown, SHORT).line == old.host_key


def test_looking_for_a_key_where_nobody_listens_says_so_here_as_well(
    shared: Sshd,
) -> None:
    server = shared.server(transport=Transport.OPENSSH, port=free_port())
    with pytest.raises(Trouble, match="Connection refused"):
        seen(server, SHORT)


@pytest.fixture
def aged(start: Start, tmp_path: Path) -> Sshd:
    """Start an sshd that calls itself OpenSSH 7.1, the last before RSA with SHA-2."""
    ours = Path(program("sshd", "openssh-server")).read_bytes()
    found = re.search(rb"OpenSSH_\d\.\dp1", ours)
    if found is None:
        pytest.skip("this sshd keeps its version elsewhere")
    binary = tmp_path / "sshd"
    binary.write_bytes(ours.replace(found[0], b"OpenSSH_7.1p1"))
    binary.chmod(0o755)
    host = start("aged", binary=str(binary))
    allow(host, make_key(tmp_path / "rsa", "rsa"))
    return host


def test_an_rsa_key_for_a_server_before_sha2_goes_by_the_ssh_client(
    aged: Sshd, tmp_path: Path
) -> None:
    rsa = aged.credential(key_file=tmp_path / "rsa")
    heard = ask(aged.server(credential=rsa))
    assert heard.outcome is Outcome.ANSWERED
    assert heard.attempts == 2
    assert "Failed publickey" not in aged.log


def test_another_key_for_such_a_server_goes_the_usual_way(aged: Sshd) -> None:
    heard = ask(aged.server())
    assert (heard.outcome, heard.attempts) == (Outcome.ANSWERED, 1)


@pytest.mark.parametrize(
    ("banner", "old"),
    [
        ("SSH-2.0-OpenSSH_5.3", True),
        ("SSH-2.0-OpenSSH_7.1p2 Debian-1", True),
        ("SSH-2.0-OpenSSH_7.4", False),
        ("SSH-2.0-OpenSSH_10.2", False),
        ("SSH-2.0-dropbear_2019.78", True),
        ("SSH-2.0-dropbear_2022.83", False),
        ("SSH-2.0-HUAWEI-1.5", False),
    ],
)
def test_the_banner_says_who_is_too_old_for_sha2(banner: str, *, old: bool) -> None:
    assert is_before_sha2(banner) is old


def test_a_fingerprint_alone_is_proved_as_well(old: Sshd, tmp_path: Path) -> None:
    pin = parse(old.host_key).fingerprint
    heard = ask(by_ssh(old, tmp_path, host_keys=(pin,)))
    assert heard.outcome is Outcome.ANSWERED


@pytest.mark.parametrize("whole", [True, False])
def test_a_changed_key_stops_the_ssh_client(
    old: Sshd, tmp_path: Path, *, whole: bool
) -> None:
    other = make_key(tmp_path / "other", "rsa").with_suffix(".pub").read_text()
    pin = other if whole else parse(other).fingerprint
    heard = ask(by_ssh(old, tmp_path, host_keys=(pin,)))
    assert (heard.outcome, heard.stage) == (Outcome.KEY_CHANGED, "key")
    assert heard.host_key == parse(old.host_key).fingerprint
    assert "Accepted" not in old.log


def test_an_unknown_key_stops_it_before_it_starts(old: Sshd, tmp_path: Path) -> None:
    heard = ask(by_ssh(old, tmp_path, host_keys=()))
    assert heard.outcome is Outcome.KEY_CHANGED
    assert heard.detail.startswith("unknown")


def test_a_modern_server_is_asked_without_anything_weak(shared: Sshd) -> None:
    heard = ask(shared.server(transport=Transport.OPENSSH))
    assert (heard.outcome, heard.notes) == (Outcome.ANSWERED, ())


@contextlib.contextmanager
def children_watched() -> Iterator[set[bytes]]:
    """Gather the command lines of all processes this one starts meanwhile."""
    seen: set[bytes] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.002):
            for pid in odd.children(os.getpid()):
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    seen.add(Path(f"/proc/{pid}/cmdline").read_bytes())

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def test_a_passphrase_reaches_the_client_and_nothing_else(
    shared: Sshd, tmp_path: Path
) -> None:
    key = make_key(tmp_path / "it's locked", phrase="open sesame")
    allow(shared, key)
    phrase = Secret("secret:phrase", lambda: "open sesame")
    credential = shared.credential(key_file=key, passphrase=phrase)
    server = shared.server(transport=Transport.OPENSSH, credential=credential)
    with children_watched() as seen:
        heard = ask(server)
    assert heard.outcome is Outcome.ANSWERED
    assert any(words.split(b"\0")[0].endswith(b"/ssh") for words in seen)
    assert not any(b"sesame" in words for words in seen)
    assert "sesame" not in repr(heard)


@pytest.mark.skipif(not has_accounts(), reason="passwords of the lab need root")
@pytest.mark.parametrize(
    ("word", "outcome"),
    [("correct horse", Outcome.ANSWERED), ("wrong", Outcome.AUTH_FAILED)],
)
def test_a_password_reaches_the_client(
    start: Start, word: str, outcome: Outcome
) -> None:
    host = start(more="PasswordAuthentication yes\n", password=HASH)
    secret = Secret("secret:word", lambda: word)
    credential = host.credential(key_file=None, password=secret)
    server = host.server(transport=Transport.OPENSSH, credential=credential)
    assert ask(server).outcome is outcome


def test_a_key_nobody_authorised_is_an_authentication_failure(
    shared: Sshd, tmp_path: Path
) -> None:
    stranger = shared.credential(key_file=make_key(tmp_path / "stranger"))
    server = shared.server(transport=Transport.OPENSSH, credential=stranger)
    heard = ask(server)
    assert (heard.outcome, heard.stage) == (Outcome.AUTH_FAILED, "auth")
    assert heard.attempts == 1


def test_a_closed_port_is_refused_here_as_well(shared: Sshd) -> None:
    server = shared.server(transport=Transport.OPENSSH, port=free_port())
    heard = ask(server)
    assert (heard.outcome, heard.stage) == (Outcome.REFUSED, "connect")
    assert heard.attempts == 3


def test_a_silent_port_times_out_here_as_well(shared: Sshd) -> None:
    with odd.listener(odd.silent) as port:
        heard = ask(shared.server(transport=Transport.OPENSSH, port=port))
    assert heard.outcome is Outcome.TIMED_OUT


def test_two_gateways_are_passed_here_as_well(start: Start, shared: Sshd) -> None:
    outer, inner = start("outer").server(), start("inner").server()
    server = shared.server(transport=Transport.OPENSSH, via=(outer, inner))
    assert ask(server).outcome is Outcome.ANSWERED


def test_a_dead_gateway_is_named_here_as_well(shared: Sshd) -> None:
    gateway = shared.server(name="vpn-gateway", port=free_port())
    server = shared.server(transport=Transport.OPENSSH, via=(gateway,))
    heard = ask(server)
    assert heard.outcome is Outcome.PARENT_DOWN
    assert "vpn-gateway" in heard.detail


def test_a_hung_script_leaves_no_client_behind(shared: Sshd) -> None:
    server = shared.server(transport=Transport.OPENSSH)
    heard = ask(server, "echo before; sleep 600")
    assert heard.outcome is Outcome.TIMED_OUT
    assert heard.raw == b"before\n"
    assert "ssh" not in names_of(odd.children(os.getpid()))


def names_of(pids: list[int]) -> set[str]:
    return {Path(f"/proc/{pid}/comm").read_text().strip() for pid in pids}
