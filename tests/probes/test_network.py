"""What changes on a server's interfaces between two rounds."""

from __future__ import annotations

from dataclasses import replace

from probes.catalogue.network import PROBE, Interface, Network
from probes.finding import Severity
from tests.probes.judging import here, judged, levels

ETH0 = Interface(
    name="eth0",
    kind="physical",
    enabled=True,
    state="up",
    carrier=True,
    speed_mbit=1000,
    duplex="full",
    received_packets=1_000_000,
    sent_packets=1_000_000,
)


def only(interface: Interface) -> Network:
    return Network(interfaces=(interface,))


def test_a_link_that_was_up_and_is_down_is_critical() -> None:
    fallen = replace(ETH0, state="down", carrier=False)
    around = here(PROBE, previous=only(ETH0))
    assert levels(PROBE, only(fallen), around) == {"eth0": "critical"}


def test_a_lost_link_stays_critical_until_it_is_back() -> None:
    fallen = only(replace(ETH0, state="down", carrier=False))
    around = here(PROBE, previous=fallen, standing={"eth0": Severity.CRITICAL})
    assert levels(PROBE, fallen, around) == {"eth0": "critical"}
    assert levels(PROBE, only(ETH0), around) == {}


def test_an_interface_that_is_gone_is_critical_unless_it_was_virtual() -> None:
    container = Interface(name="veth1", kind="virtual", state="up")
    tunnel = Interface(name="tun0", kind="tunnel", state="unknown", carrier=True)
    before = Network(interfaces=(ETH0, container, tunnel))
    around = here(PROBE, previous=before)
    assert levels(PROBE, only(ETH0), around) == {"tun0": "critical"}


def test_a_port_that_nobody_switched_on_needs_no_cable() -> None:
    spare = replace(ETH0, enabled=False, state="down", carrier=None)
    assert levels(PROBE, only(spare), here(PROBE)) == {}


def test_errors_are_a_share_of_the_packets_since_the_last_round() -> None:
    worse = replace(ETH0, received_packets=1_009_800, received_errors=200)
    found = judged(PROBE, only(worse), here(PROBE, previous=only(ETH0)))
    assert found["eth0 errors"].measured == 2.0
    assert found["eth0 errors"].severity is Severity.WARNING


def test_old_errors_alone_are_no_finding() -> None:
    old = replace(ETH0, received_errors=900_000)
    later = replace(old, received_packets=2_000_000)
    assert levels(PROBE, only(later), here(PROBE, previous=only(old))) == {}


def test_counters_are_not_subtracted_across_a_reboot() -> None:
    worse = replace(ETH0, received_packets=1_002_000, received_errors=2000)
    around = here(PROBE, previous=only(ETH0), same_boot=False)
    assert levels(PROBE, only(worse), around) == {}


def test_counters_that_ran_backwards_are_a_reset_and_no_ratio() -> None:
    reset = replace(ETH0, received_packets=10, received_errors=5)
    assert levels(PROBE, only(reset), here(PROBE, previous=only(ETH0))) == {}


def test_a_few_packets_make_no_ratio() -> None:
    quiet = replace(ETH0, received_packets=1_000_100, received_errors=50)
    assert levels(PROBE, only(quiet), here(PROBE, previous=only(ETH0))) == {}


def test_error_ratio_stays_a_warning_until_it_is_clear() -> None:
    better = replace(ETH0, received_packets=1_009_930, received_errors=70)
    calm = here(PROBE, previous=only(ETH0))
    stood = here(PROBE, previous=only(ETH0), standing={"eth0 errors": Severity.WARNING})
    assert levels(PROBE, only(better), calm) == {}
    assert levels(PROBE, only(better), stood) == {"eth0 errors": "warning"}


def test_a_link_that_came_back_slower_is_a_warning() -> None:
    slower = replace(ETH0, speed_mbit=100)
    found = judged(PROBE, only(slower), here(PROBE, previous=only(ETH0)))
    assert found["eth0 speed"].measured == 100
    assert found["eth0 speed"].limit == 1000


def test_a_virtual_machine_without_a_speed_is_fine() -> None:
    unknown = replace(ETH0, speed_mbit=None, duplex=None)
    assert levels(PROBE, only(unknown), here(PROBE, previous=only(ETH0))) == {}
