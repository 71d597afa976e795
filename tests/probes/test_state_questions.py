"""The questions about a running server, asked for real under every shell."""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.catalogue import (
    bonding,
    clock,
    connections,
    drift,
    logins,
    network,
    paths,
    ports,
    processes,
    services,
)
from probes.probe import Absent, Denied, Probe
from probes.server import Expectations, PathExpectation
from tests.probes.shells import ask, before, every_shell, only, tool, willing_sudo

ALL: tuple[Probe, ...] = (
    network.PROBE,
    bonding.PROBE,
    ports.PROBE,
    connections.PROBE,
    processes.PROBE,
    services.PROBE,
    clock.PROBE,
    logins.PROBE,
    drift.PROBE,
    paths.PROBE,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an ordinary account may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="tools-") as name:
        yield Path(name)


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def to(*targets: tuple[str, int, str]) -> Expectations:
    return Expectations(
        paths=tuple(
            PathExpectation(host=host, port=port, label=label)
            for host, port, label in targets
        )
    )


@every_shell
@pytest.mark.parametrize("probe", ALL, ids=lambda probe: probe.name)
def test_an_ordinary_account_gets_an_answer_that_can_be_read(
    probe: Probe, shell: str
) -> None:
    section = ask(probe, shell)
    if section.status in {69, 77}:
        with pytest.raises((Absent, Denied)):
            probe.read(section)
    else:
        assert section.status == 0, section.stderr
        assert isinstance(probe.read(section), probe.facts)


@every_shell
def test_a_listening_port_is_seen(shell: str, listening: int) -> None:
    facts = ports.PROBE.read(ask(ports.PROBE, shell))
    assert listening in {one.port for one in facts.listening}


@every_shell
def test_a_listening_port_is_seen_without_ss(
    shell: str, listening: int, folder: Path
) -> None:
    section = ask(ports.PROBE, shell, path=only(folder, "grep"))
    facts = ports.PROBE.read(section)
    assert facts.source == "proc"
    assert listening in {one.port for one in facts.listening}


@every_shell
def test_connections_are_counted_with_and_without_ss(shell: str, folder: Path) -> None:
    bare = only(folder, "awk", "cat")
    assert connections.PROBE.read(ask(connections.PROBE, shell)) is not None
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        facts = connections.PROBE.read(ask(connections.PROBE, shell, path=bare))
    assert facts.listening >= 1


@every_shell
def test_a_running_process_is_found_by_name_and_by_argument(shell: str) -> None:
    name = Path(f"/proc/{os.getpid()}/comm").read_text().strip()
    argument = Path(f"/proc/{os.getpid()}/cmdline").read_bytes().split(b"\0")[1]
    wanted = Expectations(processes=(name, argument.decode(), "no-such-program"))
    section = ask(processes.PROBE, shell, expect=wanted)
    facts = processes.PROBE.read(section)
    counts = {one.name: one.count for one in facts.expected}
    assert counts[name] >= 1
    assert counts[argument.decode()] >= 1
    assert counts["no-such-program"] == 0
    assert facts.most is not None
    assert facts.most > 300  # and not the first digit of it


@every_shell
def test_a_zombie_is_counted_and_named(shell: str) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    try:
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # ended, and not reaped
        facts = processes.PROBE.read(ask(processes.PROBE, shell))
        assert facts.zombies >= 1
        assert child in {one.pid for one in facts.stuck if one.state == "Z"} or (
            facts.zombies > 20
        )
    finally:
        os.waitpid(child, 0)


@every_shell
def test_paths_tell_open_from_refused_and_unresolved(
    shell: str, listening: int
) -> None:
    with socket.socket() as shut:
        shut.bind(("127.0.0.1", 0))
        port = shut.getsockname()[1]
        wanted = to(
            ("127.0.0.1", listening, "open"),
            ("127.0.0.1", port, "shut"),
            ("no-such-host.invalid", 22, "name with blanks"),
        )
        facts = paths.PROBE.read(ask(paths.PROBE, shell, expect=wanted))
    results = {path.label: path.result for path in facts.paths}
    assert results["open"] == "open"
    assert results["shut"] == "refused"
    assert results["name with blanks"] in {"unresolved", "timed_out"}


@pytest.mark.parametrize("program", ["python3", "curl"])
def test_paths_are_asked_by_what_the_server_has(
    program: str, listening: int, folder: Path
) -> None:
    wanted = to(("127.0.0.1", listening, "open"))
    bare = only(folder, program, "tail", "tr", "cut")
    facts = paths.PROBE.read(ask(paths.PROBE, "dash", expect=wanted, path=bare))
    assert facts.tool == program
    assert facts.paths[0].result == "open"


def test_a_server_without_any_tool_says_so(listening: int, folder: Path) -> None:
    bare = only(folder, "tail", "tr", "cut")
    wanted = to(("127.0.0.1", listening, "db"))
    facts = paths.PROBE.read(ask(paths.PROBE, "dash", expect=wanted, path=bare))
    assert facts.paths[0].result == "no_tool"


@every_shell
def test_the_clock_is_this_machines(shell: str) -> None:
    earliest = time.time() * 1000  # noqa: TID251 - what the shell must agree with
    facts = clock.PROBE.read(ask(clock.PROBE, shell))
    assert earliest - 1000 <= facts.epoch_ms <= earliest + 60_000


@every_shell
def test_chrony_is_asked_before_anything_else(shell: str, folder: Path) -> None:
    tool(
        folder,
        "chronyc",
        "Reference ID    : C0A80001 (192.168.0.1)",
        "Stratum         : 3",
        "System time     : 0.060000000 seconds fast of NTP time",
        "Leap status     : Normal",
    )
    facts = clock.PROBE.read(ask(clock.PROBE, shell, path=before(folder)))
    assert (facts.source, facts.stratum) == ("chrony", 3)
    assert facts.ntp_offset_ms == pytest.approx(60)


@every_shell
def test_a_chrony_that_does_not_run_gives_way_to_ntp(shell: str, folder: Path) -> None:
    tool(folder, "chronyc", "506 Cannot talk to daemon", status=1)
    tool(
        folder,
        "ntpq",
        "     remote           refid      st t when poll reach   delay   offset  jitter",
        "==============================================================================",
        "*192.168.0.1     10.0.0.1         3 u   33   64  377    0.312  -12.500   0.021",
    )
    facts = clock.PROBE.read(ask(clock.PROBE, shell, path=before(folder)))
    assert (facts.source, facts.stratum) == ("ntp", 4)
    assert facts.ntp_offset_ms == pytest.approx(12.5)


@every_shell
def test_failed_logins_come_without_the_names_that_were_typed(
    shell: str, folder: Path
) -> None:
    line = (
        "ssh:notty    198.51.100.6     Mon Nov 23 01:00:00 2026 - Mon Nov 23 01:00:00"
    )
    tool(folder, "lastb", f"hunter2  {line}", f"         {line}", "", "btmp begins x")
    willing_sudo(folder)
    section = ask(logins.PROBE, shell, path=before(folder))
    assert b"hunter2" not in section.stdout
    assert section.stdout.count(b"198.51.100.6") == 2
    assert logins.PROBE.read(section).failed_source == "lastb"


@every_shell
def test_counters_and_bans_of_the_firewall_are_no_drift(
    shell: str, folder: Path
) -> None:
    willing_sudo(folder)

    def rules(packets: int, banned: str) -> str | None:
        tool(
            folder,
            "iptables-save",
            f"# Generated by iptables-save at {packets}",
            "*filter",
            f":INPUT DROP [{packets}:{packets}]",
            f"[{packets}:9] -A INPUT -p tcp --dport 22 -j ACCEPT",
            f"-A f2b-sshd -s {banned}/32 -j REJECT",
            "COMMIT",
        )
        tool(
            folder,
            "nft",
            "table inet filter {",
            f"  chain x {{ counter packets {packets} bytes {packets} }}",
            "}",
            "table inet f2b-table {",
            f"  set addr-set-sshd {{ elements = {{ {banned} }} }}",
            "}",
        )
        facts = drift.PROBE.read(ask(drift.PROBE, shell, path=before(folder)))
        assert facts.rules > 0
        items = {item.name: item.sha256 for item in facts.items}
        return f"{items['firewall:iptables']} {items['firewall:nft']}"

    assert rules(10, "198.51.100.6") == rules(99, "198.51.100.7")


def test_a_refusing_sudo_is_asked_for_each_firewall_and_one_file(folder: Path) -> None:
    log = folder / "asked"
    log.touch()
    log.chmod(0o666)
    sudo = folder / "sudo"
    sudo.write_text(f'#!/bin/sh\necho "$*" >>{log}\nexit 1\n')
    sudo.chmod(0o755)
    for name in ("nft", "iptables-save", "ip6tables-save"):
        tool(folder, name)
    folder.chmod(0o755)
    if os.geteuid() != 0:
        pytest.skip("only root can become an account that sudo refuses")
    section = ask(drift.PROBE, "dash", path=before(folder))
    assert drift.PROBE.read(section)
    asked = log.read_text().splitlines()
    assert len([line for line in asked if "sha256sum" in line]) <= 1
    assert len(asked) <= 4


@every_shell
def test_an_interface_of_this_machine_is_read(shell: str) -> None:
    facts = network.PROBE.read(ask(network.PROBE, shell))
    named = {name for _, name in socket.if_nameindex()}
    assert {one.name for one in facts.interfaces} >= {"lo"}
    assert {one.name for one in facts.interfaces} & named
