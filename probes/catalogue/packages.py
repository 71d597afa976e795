"""Once a week: what updates wait, which are for security, whether a reboot is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, reason, rows
from probes.catalogue.verdict import filled
from probes.finding import Finding, Severity, Words
from probes.probe import Cadence, Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

# A manager that fails or runs out of time is an answer without a list, never an empty
# list; 100 is how check-update says that something waits (dnf(8)).
# Nothing is downloaded and nothing locked: the machine's own lists are read as they
# are; refreshing them belongs to the weekly patch plan.
ASK = r"""
if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then echo 'reboot yes'
elif have needs-restarting; then
  bounded 20 needs-restarting -r >/dev/null 2>&1
  if [ $? -eq 1 ]; then echo 'reboot yes'; else echo 'reboot no'; fi
else echo 'reboot no'; fi
waiting() { [ "$1" -eq 100 ] || return "$1"; }
if have apt-get; then
  out=$(bounded 40 apt-get -s -qq -o Debug::NoLocking=true upgrade) || return $?
  echo 'manager apt'; printf '%s\n' "$out" | grep '^Inst '
elif have dnf; then
  out=$(bounded 40 dnf -q -C check-update) || waiting $? || return $?
  echo 'manager dnf'; printf '%s\n' "$out" | grep '^[^ ]*\.[^ ]*\( \|$\)'
  echo '[security]'
  bounded 15 dnf -q -C updateinfo list --security 2>/dev/null | grep -i 'sec'
elif have yum; then
  out=$(bounded 40 yum -q -C check-update) || waiting $? || return $?
  echo 'manager yum'; printf '%s\n' "$out" | grep '^[^ ]*\.[^ ]*\( \|$\)'
else absent "no apt, dnf or yum"; return 69
fi
return 0
"""

SECURITY = Limit(name="security_updates_count", warning=1, critical=None, unit="count")
_SECURITY = Words(
    "有 {measured} 个安全更新待安装：{names}",
    "{measured} security updates wait: {names}",
)
_REBOOT = Words("更新后需要重启", "A reboot is due after updates")
_NAMED = 8
_MOST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """What waits, by name, at most 300 of each."""

    manager: str
    pending: tuple[str, ...]
    security: tuple[str, ...]
    reboot_required: bool


def read(section: Section) -> Packages:
    """Return what waits."""
    lines = [line for line in rows(section) if line.strip()]
    if section.status:
        raise Unreadable(f"the package manager failed: {reason(section)}")
    said = dict(line.split(" ", 1) for line in lines[:2] if " " in line)
    manager = said.get("manager", "")
    if "reboot" not in said or not manager:
        raise Unreadable(
            f"no package manager was named: {cut(' / '.join(lines[:2]))!r}"
        )
    split = lines.index("[security]") if "[security]" in lines else len(lines)
    pending: list[str] = []
    security = [line.split()[-1] for line in lines[split + 1 :]]
    for line in lines[2:split]:
        words = line.split()
        if manager == "apt" and words[0] == "Inst":
            _apt(words, line, pending, security)
        elif manager in {"dnf", "yum"} and "." in words[0]:
            pending.append(words[0])
        else:
            raise Unreadable(f"not an update: {cut(line)!r}")
    return Packages(
        manager=manager,
        pending=tuple(pending[:_MOST]),
        security=tuple(dict.fromkeys(security))[:_MOST],
        reboot_required=said["reboot"] == "yes",
    )


def _apt(words: list[str], line: str, pending: list[str], security: list[str]) -> None:
    if len(words) < 2:  # noqa: PLR2004 - Inst name …
        raise Unreadable(f"not an update: {cut(line)!r}")
    pending.append(words[1])
    if "-security" in line.partition("(")[2].lower():
        security.append(words[1])


def judge(facts: Packages, here: Circumstances) -> Iterator[Finding]:
    """Yield security updates that wait, and a reboot that is due."""
    limit = here.limits.get(SECURITY.name, SECURITY)
    count = len(facts.security)
    if limit.warning is not None and count >= limit.warning:
        names = ", ".join(facts.security[:_NAMED])
        yield Finding(
            probe="packages",
            subject="security",
            severity=Severity.WARNING,
            message=filled(_SECURITY, measured=count, names=names),
            measured=count,
            limit=limit.warning,
            unit="count",
        )
    if facts.reboot_required:
        yield Finding(
            probe="packages",
            subject="reboot",
            severity=Severity.WARNING,
            message=_REBOOT,
        )


def readings(facts: Packages) -> Iterator[Reading]:
    """Yield how many wait."""
    yield Reading("updates_count", "", len(facts.pending))
    yield Reading("security_updates_count", "", len(facts.security))


PROBE = Probe(
    name="packages",
    title=Words("软件更新", "Updates"),
    facts=Packages,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(SECURITY,),
    seconds=60,
    cadence=Cadence.WEEKLY,
)
