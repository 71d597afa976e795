"""Every probe, by hand, in the order screens show them; the clock is asked first."""

from __future__ import annotations

from probes.catalogue import (
    backups,
    bonding,
    certificates,
    clock,
    connections,
    cpu,
    disks,
    drift,
    filesystems,
    host,
    http,
    icmp,
    identity,
    kernel,
    load,
    logins,
    memory,
    network,
    packages,
    paths,
    ports,
    processes,
    raid,
    redis,
    services,
    snmp,
    sql,
    tcp,
    tls,
)
from probes.probe import Probe

PROBES: tuple[Probe, ...] = (
    clock.PROBE,
    identity.PROBE,
    load.PROBE,
    cpu.PROBE,
    memory.PROBE,
    filesystems.PROBE,
    disks.PROBE,
    raid.PROBE,
    network.PROBE,
    bonding.PROBE,
    ports.PROBE,
    connections.PROBE,
    paths.PROBE,
    services.PROBE,
    processes.PROBE,
    kernel.PROBE,
    logins.PROBE,
    drift.PROBE,
    certificates.PROBE,
    packages.PROBE,
    backups.PROBE,
    host.PROBE,
    icmp.PROBE,
    tcp.PROBE,
    http.PROBE,
    tls.PROBE,
    snmp.PROBE,
    sql.PROBE,
    redis.PROBE,
)

_BY_NAME = {probe.name: probe for probe in PROBES}


def by_name(name: str) -> Probe | None:
    """Return a probe, None where no probe has that name."""
    return _BY_NAME.get(name)
