"""Actions that look: a real sshd, a real port, a real page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from opsdesk.core.settings import Settings
from opsdesk.flows.acting import carry_out
from opsdesk.flows.acting.answer import unmet
from probes.server import Transport
from probes.transcript import unpack
from runbooks.plan import Action
from tests.flows.acting_lab import settings_with
from tests.flows.conftest import Peer
from tests.lab.process import free_port
from tests.lab.sshd import Sshd, make_key, sshd

LIMIT = timedelta(seconds=20)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    place = tmp_path_factory.mktemp("acting")
    key = make_key(place / "key")
    with sshd(place / "db-1", key) as found:
        yield found


@pytest.fixture
def known(tmp_path: Path, host: Sshd) -> Settings:
    marks = tmp_path / "marks"
    marks.mkdir(mode=0o777)
    marks.chmod(0o777)
    switches = {
        "wan": {
            "server": "db-1",
            "to": {
                "backup": ["/usr/bin/printf", "%s", "a b; touch /tmp/x $(id) 'q'"],
                "broken": ["/bin/false"],
                "nowhere": ["/no/such/program"],
            },
        }
    }
    return settings_with(tmp_path / "desk", host.server(), switches=switches)


def test_a_server_is_checked_over_ssh_and_what_it_said_is_evidence(
    known: Settings,
) -> None:
    asked = {"server": "db-1", "probes": "cpu, memory"}
    answer = carry_out(known, Action.SSH_CHECK, asked, limit=LIMIT)

    assert answer.done
    assert answer.figures["outcome"] == "answered"
    assert answer.figures["asked"] == answer.figures["answered"] == "2"
    heard = unpack(answer.raw)
    assert heard.server == "db-1"
    assert heard.raw


def test_a_server_that_is_not_configured_is_said_plainly(known: Settings) -> None:
    answer = carry_out(known, Action.SSH_CHECK, {"server": "db-{9}"}, limit=LIMIT)

    assert not answer.done
    assert answer.figures == {"outcome": "not-configured"}
    assert "db-(9)" in answer.words.zh


def test_a_server_that_is_down_fails_within_the_limit(
    tmp_path: Path, host: Sshd
) -> None:
    down = settings_with(tmp_path / "desk", host.server(port=free_port()))
    answer = carry_out(down, Action.SSH_CHECK, {"server": "db-1"}, limit=LIMIT)

    assert not answer.done
    assert answer.figures["outcome"] == "refused"


def test_the_state_of_a_service_is_asked_for_by_name_alone(known: Settings) -> None:
    asked = {"server": "db-1", "service": "surely-not-there.service"}
    answer = carry_out(known, Action.SERVICE_STATUS, asked, limit=LIMIT)

    assert answer.figures["state"] in {
        "not-found",
        "inactive",
        "dead",
        "stopped",
        "unknown",
    }
    assert unpack(answer.raw).asked == ("services",)


@pytest.mark.parametrize("name", ["a;id", "$(id)", "-H", "a b", "a\nb", "'", "../x"])
def test_what_is_no_unit_name_reaches_no_server(known: Settings, name: str) -> None:
    asked = {"server": "db-1", "service": name}
    answer = carry_out(known, Action.SERVICE_STATUS, asked, limit=LIMIT)

    assert answer.figures == {"outcome": "bad-unit"}
    assert answer.raw == b""


def test_a_port_is_open_or_refused(known: Settings, host: Sshd) -> None:
    opened = {"server": "db-1", "port": str(host.port)}
    closed = {"server": "db-1", "port": str(free_port())}

    one = carry_out(known, Action.TCP_CHECK, opened, limit=LIMIT)
    other = carry_out(known, Action.TCP_CHECK, closed, limit=LIMIT)

    assert (one.figures["open"], other.figures["outcome"]) == ("yes", "refused")
    assert list(unmet({"open": "true"}, one.figures)) == []
    assert len(list(unmet({"open": "true"}, other.figures))) == 1


@pytest.mark.parametrize("port", ["0", "65536", "ssh", "22; id", "-1", "²"])
def test_what_is_no_port_is_refused(known: Settings, port: str) -> None:
    asked = {"server": "db-1", "port": port}

    assert carry_out(known, Action.TCP_CHECK, asked, limit=LIMIT).figures == {
        "outcome": "bad-port"
    }


def test_a_page_of_the_server_is_fetched_and_no_other(
    known: Settings, peer: Peer
) -> None:
    page = {"server": "db-1", "url": f"http://127.0.0.1:{peer.port}/", "status": "200"}
    elsewhere = {**page, "url": "http://198.51.100.9/latest/meta-data"}

    one = carry_out(known, Action.HTTP_CHECK, page, limit=LIMIT)
    other = carry_out(known, Action.HTTP_CHECK, elsewhere, limit=LIMIT)

    assert (one.figures["status"], one.figures["page"]) == ("200", "ok")
    assert other.figures == {"outcome": "foreign-page"}
    assert peer.asked == 1


def test_the_words_of_a_switch_arrive_as_they_are_configured(known: Settings) -> None:
    asked = {"switch": "wan", "to": "backup"}
    answer = carry_out(known, Action.SWITCH, asked, limit=LIMIT)

    assert answer.figures["switched"] == "yes"
    assert b"a b; touch /tmp/x $(id) 'q'" in unpack(answer.raw).raw


@pytest.mark.parametrize(("to", "status"), [("broken", "1"), ("nowhere", "127")])
def test_a_switch_that_fails_says_with_which_status(
    known: Settings, to: str, status: str
) -> None:
    answer = carry_out(known, Action.SWITCH, {"switch": "wan", "to": to}, limit=LIMIT)

    assert (answer.figures["outcome"], answer.figures["status"]) == ("failed", status)
    assert answer.certain


def test_a_switch_nobody_configured_is_not_guessed(known: Settings) -> None:
    for asked in ({"switch": "wan", "to": "main"}, {"switch": "lan", "to": "backup"}):
        answer = carry_out(known, Action.SWITCH, asked, limit=LIMIT)
        assert answer.figures == {"outcome": "not-configured"}


def test_a_switch_whose_end_was_not_seen_is_uncertain(
    tmp_path: Path, host: Sshd
) -> None:
    slow = {"wan": {"server": "db-1", "to": {"backup": ["/bin/sleep", "30"]}}}
    known = settings_with(tmp_path / "desk", host.server(), switches=slow)
    asked = {"switch": "wan", "to": "backup"}
    answer = carry_out(known, Action.SWITCH, asked, limit=timedelta(seconds=3))

    assert not answer.done
    assert not answer.certain
    assert answer.figures["switched"] == ""


def test_a_device_without_a_shell_is_not_signed_in_to(
    tmp_path: Path, host: Sshd
) -> None:
    known = settings_with(tmp_path / "desk", host.server(transport=Transport.NONE))
    answer = carry_out(known, Action.SSH_CHECK, {"server": "db-1"}, limit=LIMIT)

    assert answer.figures == {"outcome": "no-shell"}


@pytest.mark.parametrize(
    ("wanted", "got", "met"),
    [
        ("pass", "pass", True),
        ("pass", "fail", False),
        ("open | refused", "refused", True),
        ("<= 5", "5", True),
        ("< 5", "5", False),
        (">=1", "0", False),
        ("> 1", "much", False),
        ("!= failed", "failed", False),
        ("!= failed", "active", True),
    ],
)
def test_an_expectation_is_met_or_not(wanted: str, got: str, *, met: bool) -> None:
    assert (not list(unmet({"x": wanted}, {"x": got}))) is met


def test_a_figure_that_is_not_there_meets_nothing() -> None:
    assert len(list(unmet({"x": "!= failed"}, {}))) == 1
