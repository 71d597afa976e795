"""Which ports must listen, and which have begun to."""

from __future__ import annotations

from probes.catalogue.ports import PROBE, Listener, Ports
from probes.server import Expectations
from tests.probes.judging import here, judged, levels

SSH = Listener(protocol="tcp", address="0.0.0.0", port=22, process="sshd")
DATABASE = Listener(protocol="tcp", address="127.0.0.1", port=5432)


def listening(*listeners: Listener) -> Ports:
    return Ports(source="ss", listening=listeners)


def test_an_expected_port_that_does_not_listen_is_critical() -> None:
    around = here(PROBE, expect=Expectations(ports=(22, 5432)))
    assert levels(PROBE, listening(SSH), around) == {"5432": "critical"}


def test_an_expected_port_that_stopped_is_said_once() -> None:
    around = here(
        PROBE,
        expect=Expectations(ports=(5432,)),
        previous=listening(SSH, DATABASE),
    )
    assert levels(PROBE, listening(SSH), around) == {"5432": "critical"}


def test_a_new_listening_port_names_its_process() -> None:
    shell = Listener(protocol="tcp", address="0.0.0.0", port=4444, process="nc")
    around = here(PROBE, previous=listening(SSH))
    found = judged(PROBE, listening(SSH, shell), around)
    assert found["tcp:4444"].severity.value == "warning"
    assert "nc" in found["tcp:4444"].message.zh


def test_a_local_port_that_opens_to_the_network_is_new() -> None:
    exposed = Listener(protocol="tcp", address="0.0.0.0", port=5432)
    around = here(PROBE, previous=listening(DATABASE))
    assert levels(PROBE, listening(exposed), around) == {
        "tcp:5432": "warning",
        "tcp:5432 loopback": "warning",
    }


def test_the_other_address_family_is_not_a_new_port() -> None:
    both = Listener(protocol="tcp", address="fe80::1", port=22, process="sshd")
    around = here(PROBE, previous=listening(SSH))
    assert levels(PROBE, listening(SSH, both), around) == {}


def test_a_port_that_a_client_borrowed_is_no_drift() -> None:
    query = Listener(protocol="udp", address="0.0.0.0", port=51234)
    around = here(PROBE, previous=listening(SSH))
    assert levels(PROBE, listening(SSH, query), around) == {}


def test_the_first_round_has_nothing_to_compare_with() -> None:
    assert levels(PROBE, listening(SSH, DATABASE), here(PROBE)) == {}
