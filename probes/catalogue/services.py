"""Services: failed units, the expected ones, those that keep restarting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import against, filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Denied, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

# Only the failed and the restarting are listed: listing every unit takes seconds on a
# large systemd. Without systemd there is no list of failures, but the expected ones
# can still be asked after (OpenRC, SysV, upstart by way of `service`).
ASK = r"""
if [ -d /run/systemd/system ] && have systemctl; then
  echo 'manager systemd'
  bounded 6 systemctl list-units --all --full --plain --no-legend --no-pager \
    --state=failed,auto-restart || return
  printf '%s\n' "$OD_SERVICES" | while IFS= read -r n; do
    [ -n "$n" ] || continue
    printf 'expected %s\n' "$n"
    bounded 3 systemctl show --no-pager -p LoadState -p ActiveState -p SubState \
      -p NRestarts -- "$n" </dev/null
  done
  return 0
fi
tool=
have service && tool=service
have rc-service && tool=rc-service
[ -n "$tool$OD_SERVICES" ] || { absent neither systemd nor service; return; }
echo "manager ${tool:-none}"
printf '%s\n' "$OD_SERVICES" | while IFS= read -r n; do
  [ -n "$n" ] || continue
  case $n in -*) continue ;; esac
  printf 'expected %s\n' "$n"
  [ -n "$tool" ] || continue
  bounded 3 "$tool" "$n" status </dev/null >/dev/null 2>&1
  echo "status=$?"
done
return 0
"""

RESTARTS = Limit(
    name="service_restarts_count", warning=3, critical=20, clear=1, unit="count"
)

_NOT_ACTIVE = Words(
    "应运行的服务 {name} 未运行（{state}）",
    "Expected service {name} is not running ({state})",
)
_UNKNOWN = Words(
    "应运行的服务 {name} 未取得状态（{state}）",
    "The state of expected service {name} could not be had ({state})",
)
_FAILED = Words("失败单元 {name}：{description}", "Failed unit {name}: {description}")
_LOOPING = Words(
    "单元 {name} 正在反复重启：{description}",
    "Unit {name} keeps restarting: {description}",
)
_RESTARTED = Words(
    "服务 {name} 自上次巡检以来自动重启 {measured} 次",
    "Service {name} restarted itself {measured} times since the last visit",
)
_UNIT_CELLS = 4
_BULLETS = ("●", "*", "×", "○", "â\x97\x8f")
# LSB exit statuses of `service NAME status`
_LSB = {"0": "active", "1": "dead", "2": "dead", "3": "stopped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit that failed, or waits to be started again."""

    name: str
    state: str  # failed, auto-restart
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An expected service. `state`: active, failed, inactive, …, not-found, unknown."""

    name: str
    state: str
    detail: str = ""
    restarts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the service manager says; `failed` is None where it keeps no such list."""

    manager: str
    failed: tuple[Unit, ...] | None
    expected: tuple[Service, ...] = ()


def read(section: Section) -> Services:
    """Return failed units and expected services. Raises Denied without a bus."""
    lines = rows(section)
    if section.status == 1 and "denied" in section.stderr.decode("utf-8", "replace"):
        raise Denied("systemctl may not speak to systemd")
    if section.status != 0 or not lines or not lines[0].startswith("manager "):
        raise Unreadable(f"systemctl ended with {section.status}")
    manager = lines[0].removeprefix("manager ")
    units: list[Unit] = []
    asked: list[tuple[str, dict[str, str]]] = []
    for row in lines[1:]:
        if row.startswith("expected "):
            asked.append((row.removeprefix("expected "), {}))
        elif asked:
            _place(row, asked[-1][1])
        elif row.strip():
            units.append(_unit(row))
    return Services(
        manager=manager,
        failed=tuple(units) if manager == "systemd" else None,
        expected=tuple(_service(name, said) for name, said in asked),
    )


def _unit(row: str) -> Unit:
    cells = row.split()
    if cells[0] in _BULLETS:
        cells = cells[1:]
    if len(cells) < _UNIT_CELLS or "." not in cells[0]:
        raise Unreadable(f"not a unit: {cut(row)!r}")
    name, _load, active, sub = cells[:4]
    state = "failed" if active == "failed" else sub
    return Unit(name=name, state=state, description=" ".join(cells[4:]))


def _place(row: str, said: dict[str, str]) -> None:
    key, equals, value = row.partition("=")
    if not equals:
        if row.strip():
            raise Unreadable(f"not a property: {cut(row)!r}")
        return
    said[key] = value


def _service(name: str, said: dict[str, str]) -> Service:
    if "status" in said:
        return Service(name=name, state=_LSB.get(said["status"], "unknown"))
    if said.get("LoadState") == "not-found":
        return Service(name=name, state="not-found")
    restarts = said.get("NRestarts", "")
    return Service(
        name=name,
        state=said.get("ActiveState", "unknown"),
        detail=said.get("SubState", ""),
        restarts=whole(restarts, restarts) if restarts else None,
    )


def judge(facts: Services, here: Circumstances) -> Iterator[Finding]:
    """Yield expected services that do not run, failed units, and crash loops."""
    asked = {service.name: service for service in facts.expected}
    for name in here.server.expect.services:
        service = asked.get(name) or Service(name=name, state="unknown")
        yield from _judge_expected(service, here)
    named = {name.partition(".")[0] for name in here.server.expect.services}
    for unit in facts.failed or ():
        if unit.name.partition(".")[0] in named and unit.state == "failed":
            continue  # said above, and worse
        yield _found(
            unit.name,
            Severity.WARNING,
            _FAILED if unit.state == "failed" else _LOOPING,
            name=unit.name,
            description=unit.description,
        )


def _judge_expected(service: Service, here: Circumstances) -> Iterator[Finding]:
    state = " ".join(filter(None, (service.state, service.detail)))
    name = service.name
    if service.state == "unknown":
        yield _found(name, Severity.WARNING, _UNKNOWN, name=name, state=state)
    elif service.state not in {"active", "reloading"}:
        yield _found(name, Severity.CRITICAL, _NOT_ACTIVE, name=name, state=state)
    before = _restarts_before(name, here)
    if here.same_boot and before is not None and service.restarts is not None:
        finding = _found(f"{name} restarts", Severity.WARNING, _RESTARTED)
        grown = max(0, service.restarts - before)
        yield from against(grown, RESTARTS, here, finding, name=name)


def _restarts_before(name: str, here: Circumstances) -> int | None:
    previous: Services | None = here.previous
    if previous is None:
        return None
    return next((one.restarts for one in previous.expected if one.name == name), None)


def _found(subject: str, level: Severity, words: Words, /, **values: object) -> Finding:
    return Finding(
        probe="services",
        subject=subject,
        severity=level,
        message=filled(words, **values) if values else words,
    )


def readings(facts: Services) -> Iterator[Reading]:
    """Yield how many units failed, where that is known."""
    if facts.failed is not None:
        failed = sum(unit.state == "failed" for unit in facts.failed)
        yield Reading("failed_units_count", "", failed)


PROBE = Probe(
    name="services",
    title=Words("系统服务", "Services"),
    facts=Services,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(RESTARTS,),
    seconds=12,
)
