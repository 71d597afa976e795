"""Who is logged in, who was, and who tried and failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from probes.catalogue.moment import moment, seconds, weekday
from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import against, filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

# A name typed at a failed login is often a password, so names of failures never leave
# the server: only when, and from where. lastb reads from the end of its file, however
# large; text logs are cut by tail first. Our own account and the address we come from
# are told, to be left out. BusyBox has neither -n nor -F.
ASK = r"""
me=$(id -un 2>/dev/null) || me=$(id -u)
from=${SSH_CONNECTION%% *}
echo "now $(date '+%Y %m %d %H %M %S')"
echo "self $me $from"
echo '[who]'
have who && bounded 3 who
echo '[last]'
if have last; then
  bounded 3 last -i -w -F -n 100 2>/dev/null || bounded 3 last -i -n 100 2>/dev/null ||
    bounded 3 last 2>/dev/null | head -n 100
elif have wtmpdb; then
  bounded 3 wtmpdb last -n 100
fi
pick='s/^\(.*\) [^ ]* sshd[^:]*: .*Failed [^ ]* for .* from \([^ ]*\) port.*/\2 \1/p'
if have lastb; then
  out=$(elevated lastb -i -w -F -n 500 2>/dev/null) && {
    echo '[failed] lastb'
    printf '%s\n' "$out" | grep -v "^$me .* ${from:-no-source} " | sed 's/^[^ ]* *//'
    return 0
  }
fi
mine=" $(id -Gn) "
case $mine in
  *' root '*|*' adm '*|*' systemd-journal '*)
    if have journalctl && [ -d /run/systemd/system ]; then
      echo '[failed] journal'
      bounded 4 journalctl -q --no-pager -o short-iso --since=-12h -n 5000 \
        -t sshd -t sshd-session 2>/dev/null |
        grep -v " for $me from ${from:-no-source} port" | sed -n "$pick" | tail -n 500
      return 0
    fi ;;
esac
for f in /var/log/secure /var/log/auth.log; do
  [ -r "$f" ] || continue
  echo "[failed] ${f##*/}"
  bounded 3 tail -c 300000 "$f" |
    grep -v " for $me from ${from:-no-source} port" | sed -n "$pick" | tail -n 500
  return 0
done
for f in /var/log/btmp /var/log/secure /var/log/auth.log; do
  [ -e "$f" ] && { echo '[failed] denied'; return 0; }
done
echo '[failed] absent'
return 0
"""

FAILED = Limit(
    name="failed_logins_count", warning=20, critical=200, clear=10, unit="count"
)

_FAILED = Words(
    "近12小时登录失败 {measured} 次，来源 {source}",
    "{measured} failed logins from {source} in the last 12 hours",
)
_BROKEN_IN = Words(
    "来源 {source} 登录失败 {failed} 次之后以 {user} 登录成功，请立即核实",
    "{source} logged in as {user} after {failed} failures: verify at once",
)
_WINDOW = 12 * 3600
_BUSYBOX_WHO = 7
_NAMED = 20  # sources kept by name; the rest is in the total
_GUESSED = 10  # failures before a success that make it suspicious
_LOCAL = {"", "0.0.0.0", "::", "localhost", "127.0.0.1", "::1"}  # noqa: S104


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Somebody logged in at this moment."""

    user: str
    terminal: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Logins of one account from one source in the window; ours are left out."""

    user: str
    source: str
    count: int
    last: int  # seconds, the server's own local time


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Failed logins from one source in the window; ours are left out."""

    source: str
    count: int
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """The last twelve hours. `failed_count` is None where we may not see failures."""

    present: tuple[Presence, ...]
    logins: tuple[Login, ...]
    failed_source: str  # lastb journal secure auth.log denied absent
    failed_count: int | None = None
    failures: tuple[Failure, ...] = ()


@dataclass(slots=True)
class _Heard:
    """What the lines have said so far; moments are (seconds, …)."""

    now: int = 0
    own: tuple[str, str] = ("", "")
    source: str = ""
    present: list[Presence] = field(default_factory=list)
    good: list[tuple[int, str, str]] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)


def read(section: Section) -> Logins:
    """Return the logins of the last twelve hours, by the server's own clock."""
    heard = _Heard()
    part = ""
    for row in rows(section):
        if row.startswith("["):
            part, _, heard.source = row.partition(" ")
        elif _is_trimming(row):
            continue
        elif not part:
            _place_head(row, heard)
        elif part in _PARTS:
            _PARTS[part](row.split(), row, heard)
        else:
            raise Unreadable(f"a line of no part: {cut(row)!r}")
    if not heard.now or not heard.source:
        raise Unreadable("the answer has no moment, or no list of failures")
    return _counted(heard)


def _is_trimming(row: str) -> bool:
    """Say whether a row is a heading, a footer or the blank before it."""
    return not row.strip() or "begins " in row or row.startswith("USER ")


def _place_head(row: str, heard: _Heard) -> None:
    word, *cells = row.split()
    if word == "now":
        heard.now = seconds([whole(cell, row) for cell in cells], row)
    elif word == "self" and cells:
        heard.own = (cells[0], cells[1] if len(cells) > 1 else "")
    else:
        raise Unreadable(f"not about us: {cut(row)!r}")


def _place_who(cells: list[str], row: str, heard: _Heard) -> None:
    if len(cells) < 3:  # noqa: PLR2004
        raise Unreadable(f"not a row of who: {cut(row)!r}")
    source = cells[-1].strip("()") if cells[-1].startswith("(") else ""
    if len(cells) == _BUSYBOX_WHO:
        source = cells[-1]
    heard.present.append(Presence(user=cells[0], terminal=cells[1], source=source))


def _place_last(cells: list[str], row: str, heard: _Heard) -> None:
    at = weekday(cells, row)
    if cells[0] in {"reboot", "shutdown", "runlevel"}:
        return
    source = cells[at - 1] if at > 2 else ""  # noqa: PLR2004
    login = moment(cells[at + 1 :], heard.now, row), cells[0], source
    if login[1:] != heard.own:
        heard.good.append(login)


def _place_failed(cells: list[str], row: str, heard: _Heard) -> None:
    if heard.source == "lastb":
        at = weekday(cells, row)
        source = cells[at - 1] if at > 1 else ""
        heard.bad.append((moment(cells[at + 1 :], heard.now, row), source))
        return
    if len(cells) < 2:  # noqa: PLR2004
        raise Unreadable(f"not a failed login: {cut(row)!r}")
    heard.bad.append((moment(cells[1:], heard.now, row), cells[0]))


_PARTS = {"[who]": _place_who, "[last]": _place_last, "[failed]": _place_failed}


def _counted(heard: _Heard) -> Logins:
    since = heard.now - _WINDOW
    good, last = Counter[tuple[str, str]](), dict[tuple[str, str], int]()
    for at, user, source in heard.good:
        if at >= since:
            good[user, source] += 1
            last[user, source] = max(at, last.get((user, source), at))
    bad, first = Counter[str](), dict[str, int]()
    for at, source in heard.bad:
        if at >= since:
            bad[source] += 1
            first[source] = min(at, first.get(source, at))
    known = heard.source not in {"denied", "absent"}
    return Logins(
        present=tuple(heard.present),
        logins=tuple(
            Login(user=who[0], source=who[1], count=count, last=last[who])
            for who, count in good.most_common(_NAMED)
        ),
        failed_source=heard.source,
        failed_count=bad.total() if known else None,
        failures=tuple(
            Failure(source=source, count=count, first=first[source])
            for source, count in bad.most_common(_NAMED)
        ),
    )


def judge(facts: Logins, here: Circumstances) -> Iterator[Finding]:
    """Yield sources that fail often, and those that failed often and then got in."""
    failures = {failure.source: failure for failure in facts.failures}
    for failure in facts.failures:
        finding = Finding(
            probe="logins",
            subject=failure.source or "-",
            severity=Severity.WARNING,
            message=_FAILED,
        )
        yield from against(
            failure.count, FAILED, here, finding, source=failure.source or "-"
        )
    for login in facts.logins:
        failed = failures.get(login.source)
        if failed is None or login.source in _LOCAL or failed.count < _GUESSED:
            continue
        if login.last > failed.first:
            yield Finding(
                probe="logins",
                subject=f"{login.user}@{login.source}",
                severity=Severity.CRITICAL,
                message=filled(
                    _BROKEN_IN,
                    source=login.source,
                    failed=failed.count,
                    user=login.user,
                ),
                measured=failed.count,
                limit=_GUESSED,
                unit="count",
            )


def readings(facts: Logins) -> Iterator[Reading]:
    """Yield who is there, and the failures where we may see them."""
    yield Reading("sessions_count", "", len(facts.present))
    if facts.failed_count is not None:
        yield Reading("failed_logins_count", "", facts.failed_count)


PROBE = Probe(
    name="logins",
    title=Words("登录与登录失败", "Logins and failed logins"),
    facts=Logins,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(FAILED,),
    seconds=12,
)
