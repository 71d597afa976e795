"""What goes wrong before the first byte of the script is sent."""

import threading
from pathlib import Path

import pytest

from probes.secret import Secret
from probes.server import Server, Transport
from probes.transcript import Outcome
from tests.lab import odd
from tests.lab.process import free_port
from tests.lab.sshd import Sshd, make_key
from tests.probes.engine.fixtures import Start, ask

pytestmark = pytest.mark.sshd


def elsewhere(shared: Sshd, port: int) -> Server:
    return shared.server(port=port)


def test_a_closed_port_is_refused_after_three_tries(shared: Sshd) -> None:
    heard = ask(elsewhere(shared, free_port()))
    assert (heard.outcome, heard.stage) == (Outcome.REFUSED, "connect")
    assert heard.attempts == 3
    assert heard.sent is None


def test_a_machine_that_answers_no_packet_is_unreached(shared: Sshd) -> None:
    with odd.deaf_port() as port:
        heard = ask(elsewhere(shared, port))
    assert (heard.outcome, heard.stage) == (Outcome.UNREACHED, "connect")
    assert heard.attempts == 3


def test_a_name_nobody_knows_is_unreached(shared: Sshd) -> None:
    heard = ask(shared.server(address="no-such-host.invalid"))
    assert heard.outcome is Outcome.UNREACHED
    assert "no-such-host.invalid" in heard.detail


def test_a_server_that_accepts_and_says_nothing_times_out(shared: Sshd) -> None:
    with odd.listener(odd.silent) as port:
        heard = ask(elsewhere(shared, port))
    assert (heard.outcome, heard.stage) == (Outcome.TIMED_OUT, "banner")
    assert heard.attempts == 1
    assert heard.took_ms < 4000


def test_a_banner_followed_by_silence_times_out(shared: Sshd) -> None:
    with odd.listener(odd.banner_only) as port:
        heard = ask(elsewhere(shared, port))
    assert (heard.outcome, heard.stage) == (Outcome.TIMED_OUT, "key")


def test_a_server_that_drips_its_banner_times_out(shared: Sshd) -> None:
    with odd.listener(odd.dripping) as port:
        heard = ask(elsewhere(shared, port))
    assert (heard.outcome, heard.stage) == (Outcome.TIMED_OUT, "banner")
    assert heard.took_ms < 4000


def test_a_server_that_hangs_up_at_once_is_tried_again(shared: Sshd) -> None:
    with odd.listener(odd.hanging_up) as port:
        heard = ask(elsewhere(shared, port))
    assert (heard.outcome, heard.stage) == (Outcome.REFUSED, "banner")
    assert heard.attempts == 3


def test_an_sshd_beyond_its_max_startups_answers_the_second_knock(
    start: Start,
) -> None:
    host = start(more="MaxStartups 1:100:1\n")
    knocks: list[str] = []
    holding = threading.Event()

    def watch(step: object) -> None:
        knocks.append(getattr(step, "stage", ""))
        if knocks.count("connect") == 2:
            held.close()
            holding.wait(0.5)  # let sshd notice

    held = host.connect()
    heard = ask(host.server(), on=watch)
    assert heard.outcome is Outcome.ANSWERED
    assert heard.attempts == 2


def test_no_password_is_sent_to_a_server_whose_key_has_changed(
    start: Start, tmp_path: Path
) -> None:
    host = start()
    other = make_key(tmp_path / "other").with_suffix(".pub").read_text()
    asked = iter(["not to be taken"])
    password = Secret("secret:never", lambda: next(asked))
    trusting = host.credential(password=password)
    heard = ask(host.server(credential=trusting, host_keys=(other,)))
    assert (heard.outcome, heard.stage) == (Outcome.KEY_CHANGED, "key")
    assert heard.detail.startswith("changed")
    assert heard.host_key.startswith("SHA256:")
    assert list(asked)
    assert "userauth" not in host.log
    assert "Accepted" not in host.log


def test_a_server_without_a_pinned_key_is_not_signed_in_to(start: Start) -> None:
    host = start()
    heard = ask(host.server(host_keys=()))
    assert heard.outcome is Outcome.KEY_CHANGED
    assert heard.detail.startswith("unknown")
    assert "Accepted" not in host.log


def test_a_key_nobody_authorised_fails_once_and_is_not_tried_again(
    shared: Sshd, tmp_path: Path
) -> None:
    wrong = shared.credential(key_file=make_key(tmp_path / "stranger"))
    heard = ask(shared.server(credential=wrong))
    assert (heard.outcome, heard.stage) == (Outcome.AUTH_FAILED, "auth")
    assert heard.attempts == 1
    assert heard.host_key.startswith("SHA256:")


def test_an_account_that_is_shut_out_is_an_authentication_failure(
    start: Start,
) -> None:
    host = start()
    denied = start("db-2", more=f"DenyUsers {host.credential().user}\n")
    assert ask(denied.server()).outcome is Outcome.AUTH_FAILED


def test_a_missing_key_file_says_which_one(shared: Sshd, tmp_path: Path) -> None:
    missing = shared.credential(key_file=tmp_path / "nowhere")
    heard = ask(shared.server(credential=missing))
    assert heard.outcome is Outcome.AUTH_FAILED
    assert str(tmp_path / "nowhere") in heard.detail


@pytest.mark.parametrize("transport", [Transport.SSH, Transport.OPENSSH])
def test_a_locked_store_is_said_by_its_reference_alone(
    shared: Sshd, tmp_path: Path, transport: Transport
) -> None:
    def fail() -> str:
        raise LookupError("the store is locked")

    locked = make_key(tmp_path / "locked", phrase="open sesame")
    phrase = Secret("secret:ops-passphrase", fail)
    credential = shared.credential(key_file=locked, passphrase=phrase)
    heard = ask(shared.server(credential=credential, transport=transport))
    assert heard.outcome is Outcome.AUTH_FAILED
    assert "secret:ops-passphrase" in heard.detail
    assert "the store is locked" in heard.detail


def test_a_wrong_passphrase_is_said_without_saying_it(
    shared: Sshd, tmp_path: Path
) -> None:
    locked = make_key(tmp_path / "locked", phrase="open sesame")
    wrong = Secret("secret:phrase", lambda: "not-that-one")
    credential = shared.credential(key_file=locked, passphrase=wrong)
    heard = ask(shared.server(credential=credential))
    assert heard.outcome is Outcome.AUTH_FAILED
    assert "not-that-one" not in repr(heard)
    assert str(locked) in heard.detail
