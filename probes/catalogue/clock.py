"""The clock: how far it is from the console's, and whether anything keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import against
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

# This question has to be the script's first: its moment is compared with the one at
# which the script left. chronyc goes through a pipe, because SELinux refuses it a
# socket of ours (RHEL 7), and takes -n because names may not resolve. timedatectl
# waits 25 s for a daemon that is away, so it comes last and is bounded.
ASK = r"""
now=$(date +%s.%N 2>/dev/null)
case $now in
  [0-9]*) ;;
  *) now=$(awk 'BEGIN { srand(); print srand() }' 2>/dev/null) ;;
esac
echo "epoch $now"
if have chronyc; then
  out=$(bounded 3 chronyc -n tracking 2>/dev/null | cat)
  case $out in
    *Stratum*) echo '[chrony]'; printf '%s\n' "$out"; return 0 ;;
  esac
fi
if have ntpq; then
  out=$(bounded 3 ntpq -pn 2>/dev/null | cat)
  case $out in
    *refid*) echo '[ntp]'; printf '%s\n' "$out"; return 0 ;;
  esac
fi
if [ -d /run/systemd/timesync ]; then
  echo '[timesyncd]'
  if [ -e /run/systemd/timesync/synchronized ]; then echo yes; else echo no; fi
  return 0
fi
if have timedatectl && [ -d /run/systemd/system ]; then
  out=$(bounded 3 timedatectl status 2>/dev/null | grep -i 'synchronized:')
  case $out in
    *synchronized:*) echo '[timedatectl]'; printf '%s\n' "$out"; return 0 ;;
  esac
fi
echo '[none]'
"""

OFFSET = Limit(name="clock_offset_seconds", warning=1, critical=5, clear=0.5, unit="s")
NTP_OFFSET = Limit(name="ntp_offset_ms", warning=50, critical=1000, clear=30, unit="ms")

_OFFSET = Words(
    "时钟偏差：比巡检控制台{way_zh} {measured} 秒",
    "The clock is {measured} s {way_en} the console's",
)
_NTP_OFFSET = Words(
    "与时间源的时钟偏差 {measured} 毫秒（{source}）",
    "The clock is {measured} ms off its time source ({source})",
)
_NOT_SYNCHRONISED = Words(
    "时间同步服务（{source}）在运行但未同步",
    "Time service {source} runs but is not synchronised",
)
_NOTHING = Words(
    "没有发现时间同步服务（chrony、ntpd、timesyncd）",
    "No time service found (chrony, ntpd, timesyncd)",
)
_PEER_CELLS = 10
_UNREACHED_STRATUM = 16
_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The machine's moment, and who keeps it. `precise`: to the millisecond.

    `synchronised`, `ntp_offset_ms` and `stratum` are None where nobody says.
    A positive offset means that this clock is ahead.
    """

    epoch_ms: int
    precise: bool
    source: str  # chrony ntp timesyncd timedatectl none
    synchronised: bool | None = None
    ntp_offset_ms: float | None = None
    stratum: int | None = None


def read(section: Section) -> Clock:
    """Return the moment and the state of the time service."""
    lines = rows(section)
    if not lines or not lines[0].startswith("epoch "):
        raise Unreadable("no epoch")
    seconds, _, fraction = lines[0].removeprefix("epoch ").partition(".")
    fraction = fraction[:3].ljust(3, "0") if fraction else ""
    precise = fraction.isdecimal()
    epoch_ms = whole(seconds, lines[0]) * _MS
    epoch_ms += int(fraction) if precise else _MS // 2  # in the middle of it
    source = lines[1].strip("[]") if len(lines) > 1 else ""
    if source not in _SOURCES:
        raise Unreadable(f"no known time service: {cut(source)!r}")
    synchronised, offset, stratum = _SOURCES[source](lines[2:])
    return Clock(
        epoch_ms=epoch_ms,
        precise=precise,
        source=source,
        synchronised=synchronised,
        ntp_offset_ms=offset,
        stratum=stratum,
    )


_Kept = tuple[bool | None, float | None, int | None]


def _chrony(lines: list[str]) -> _Kept:
    said: dict[str, str] = {}
    for row in lines:
        key, colon, value = row.partition(":")
        if not colon:
            raise Unreadable(f"not a line of chronyc tracking: {cut(row)!r}")
        said[key.strip()] = value.strip()
    stratum = whole(said.get("Stratum", ""), "Stratum")
    synchronised = said.get("Leap status", "") != "Not synchronised" and stratum > 0
    # "0.000012 seconds slow of NTP time"
    words = said.get("System time", "").split()
    if not synchronised or len(words) < 3:  # noqa: PLR2004
        return synchronised, None, stratum
    offset = round(_number(words[0], " ".join(words)) * _MS, 6)
    return synchronised, -offset if words[2] == "slow" else offset, stratum


def _ntp(lines: list[str]) -> _Kept:
    for row in lines:
        if "refid" in row or row.startswith("==") or not row.strip():
            continue
        cells = row[1:].split()
        if len(cells) < _PEER_CELLS:
            raise Unreadable(f"not a peer of ntpq: {cut(row)!r}")
        if row[0] in "*o":  # the peer that is followed
            stratum = whole(cells[2], row) + 1
            return stratum < _UNREACHED_STRATUM, -_number(cells[8], row), stratum
    return False, None, None


def _number(text: str, row: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise Unreadable(f"not a number: {cut(row)!r}") from error
    if not isfinite(number):
        raise Unreadable(f"not a number: {cut(row)!r}")
    return number


def _timesyncd(lines: list[str]) -> _Kept:
    if lines not in (["yes"], ["no"]):
        raise Unreadable(f"not yes or no: {lines[:1]!r}")
    return lines == ["yes"], None, None


def _timedatectl(lines: list[str]) -> _Kept:
    values = {row.rpartition(":")[2].strip() for row in lines}
    if not values or values - {"yes", "no"}:
        raise Unreadable(f"not yes or no: {lines[:1]!r}")
    return "yes" in values, None, None


def _none(lines: list[str]) -> _Kept:
    if lines:
        raise Unreadable(f"a line after [none]: {cut(lines[0])!r}")
    return None, None, None


_SOURCES = {
    "chrony": _chrony,
    "ntp": _ntp,
    "timesyncd": _timesyncd,
    "timedatectl": _timedatectl,
    "none": _none,
}


def offset_ms(facts: Clock, here: Circumstances) -> int | None:
    """Return how far the clock is ahead of the console's; None if nobody knows.

    What the script's way there took is in it, so that it is never less than true by
    more than that: a few milliseconds on a healthy line.
    """
    if here.sent is None:
        return None
    return facts.epoch_ms - round(here.sent.timestamp() * _MS)


def judge(facts: Clock, here: Circumstances) -> Iterator[Finding]:
    """Yield a clock that is off, or that nobody keeps."""
    offset = offset_ms(facts, here)
    if offset is not None:
        ahead = offset > 0
        yield from against(
            abs(offset) / _MS,
            OFFSET,
            here,
            _found("offset", _OFFSET),
            way_zh="快" if ahead else "慢",
            way_en="ahead of" if ahead else "behind",
        )
    if facts.ntp_offset_ms is not None:
        finding = _found("ntp", _NTP_OFFSET)
        yield from against(
            abs(facts.ntp_offset_ms), NTP_OFFSET, here, finding, source=facts.source
        )
    if facts.synchronised is False:
        words = _NOT_SYNCHRONISED.fill(source=facts.source)
        yield _found("synchronisation", words)
    elif facts.source == "none":
        yield _found("synchronisation", _NOTHING)


def _found(subject: str, words: Words) -> Finding:
    return Finding(
        probe="clock", subject=subject, severity=Severity.WARNING, message=words
    )


def readings(facts: Clock) -> Iterator[Reading]:
    """Yield the offset the time service itself reports."""
    if facts.ntp_offset_ms is not None:
        yield Reading("ntp_offset_ms", "", facts.ntp_offset_ms)
    if facts.synchronised is not None:
        yield Reading("clock_synchronised", "", float(facts.synchronised))


PROBE = Probe(
    name="clock",
    title=Words("时间同步", "Clock"),
    facts=Clock,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(OFFSET, NTP_OFFSET),
    seconds=10,
)
