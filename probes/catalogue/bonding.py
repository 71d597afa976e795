"""Bonded interfaces: every leg must carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from probes.catalogue.text import cut, rows
from probes.catalogue.verdict import filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Probe, Reading, Unreadable
from probes.transcript import Section

# /proc and not sysfs: kernels before 3.14 tell a slave's state only there.
ASK = r"""
[ -d /proc/net/bonding ] || { absent no bonding driver; return; }
for b in /proc/net/bonding/*; do
  [ -r "$b" ] || continue
  echo "Bond: ${b##*/}"
  while IFS= read -r l; do
    case $l in
      'Bonding Mode:'*|'Currently Active Slave:'*|'MII Status:'*|'Slave Interface:'*)
        echo "$l" ;;
    esac
  done <"$b"
done
return 0
"""

_DEGRADED = Words(
    "绑定网卡 {name} 只有 {alive}/{all} 个成员在线，离线：{down}",
    "Bond {name} has {alive} of {all} members up; down: {down}",
)
_EMPTY = Words("绑定网卡 {name} 没有任何成员", "Bond {name} has no member at all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slave:
    """One leg of a bond."""

    name: str
    up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """A bonded interface, as the kernel's bonding driver sees it."""

    name: str
    mode: str = ""
    up: bool = False
    active: str = ""
    slaves: tuple[Slave, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonding:
    """All bonds of a machine."""

    bonds: tuple[Bond, ...] = ()


def read(section: Section) -> Bonding:
    """Return the bonds. Raises Unreadable on a line the driver does not write."""
    bonds: list[Bond] = []
    for row in rows(section):
        key, colon, value = row.partition(":")
        value = value.strip()
        if colon and key == "Bond":
            bonds.append(Bond(name=value))
        elif colon and bonds:
            bonds[-1] = _grown(bonds[-1], key, value)
        else:
            raise Unreadable(f"not a line of /proc/net/bonding: {cut(row)!r}")
    return Bonding(bonds=tuple(bonds))


def _grown(bond: Bond, key: str, value: str) -> Bond:
    match key:
        case "Bonding Mode":
            return replace(bond, mode=value)
        case "Currently Active Slave":
            return replace(bond, active="" if value == "None" else value)
        case "Slave Interface":
            return replace(bond, slaves=(*bond.slaves, Slave(name=value, up=False)))
        case "MII Status" if bond.slaves:  # the lines after a slave are the slave's
            last = replace(bond.slaves[-1], up=value == "up")
            return replace(bond, slaves=(*bond.slaves[:-1], last))
        case "MII Status":
            return replace(bond, up=value == "up")
        case _:
            raise Unreadable(f"not a line of /proc/net/bonding: {cut(key)!r}")


def judge(facts: Bonding, _here: Circumstances) -> Iterator[Finding]:
    """Yield each bond that has lost a leg: a warning while another carries."""
    for bond in facts.bonds:
        down = [slave.name for slave in bond.slaves if not slave.up]
        if bond.up and bond.slaves and not down:
            continue
        alive = len(bond.slaves) - len(down)
        yield Finding(
            probe="bonding",
            subject=bond.name,
            severity=Severity.WARNING if alive and bond.up else Severity.CRITICAL,
            message=filled(
                _DEGRADED if bond.slaves else _EMPTY,
                name=bond.name,
                alive=alive,
                all=len(bond.slaves),
                down=", ".join(down) or "-",
            ),
            measured=alive,
            limit=len(bond.slaves),
            unit="count",
        )


def readings(facts: Bonding) -> Iterator[Reading]:
    """Yield how many legs of each bond carry."""
    for bond in facts.bonds:
        alive = sum(slave.up for slave in bond.slaves)
        yield Reading("bond_members_up_count", bond.name, alive)


PROBE = Probe(
    name="bonding",
    title=Words("网卡绑定", "Bonded interfaces"),
    facts=Bonding,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    seconds=3,
)
