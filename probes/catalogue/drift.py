"""Accounts, keys, rights, schedules, firewall: what changed since the last round."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Probe, Reading, Unreadable
from probes.transcript import Section

# Fingerprints, not contents: only name:uid:gid:shell of an account and the tail of a
# public key are told, so that a change can be named. Files are hashed in one go, 200
# at most, since a program's start costs more than its work. fail2ban's own chains and
# packet counters change by themselves and are left out of the firewall. An ordinary
# account asks sudo once per file, and not again after the first refusal, because every
# refusal is mailed to somebody.
ASK = r"""
sums=
have openssl && sums='openssl dgst -sha256 -r'
have sha256sum && sums=sha256sum
[ -n "$sums" ] || { absent neither sha256sum nor openssl; return; }
sudoes=yes
plain() { sed 's/^\\//; s/^\([0-9a-f]*\)  *\**/seen \1 /'; }
hashed() { [ $# -eq 0 ] || $sums "$@" 2>/dev/null | plain; }
secret() {
  if [ "$sudoes" = yes ]; then
    out=$(elevated $sums "$1" 2>/dev/null) && { echo "$out" | plain; return; }
    sudoes=no
  fi
  echo "denied - $1"
}
ruled() {
  name=$1; shift
  have "$1" || { echo "absent - $name"; return; }
  out=$(elevated "$@" 2>/dev/null) || { echo "denied - $name"; return; }
  out=$(printf '%s\n' "$out" | sed -e '/^#/d' -e '/^table .*f2b/,/^}/d' -e '/f2b-/d' \
    -e 's/^\[[0-9:]*\] //' -e 's/ \[[0-9:]*\]$//' -e 's/packets [0-9]* bytes [0-9]*//' \
    -e 's/ expires [0-9a-z]*//g')
  sum=$(printf '%s\n' "$out" | $sums)
  echo "seen ${sum%% *} $name"
  printf '%s\n' "$out" | sed -n '1,400s/^/rule /p'
}
tabs=/var/spool/cron
[ -d $tabs/crontabs ] && tabs=$tabs/crontabs
set --
for f in /etc/passwd /etc/group /etc/ssh/sshd_config /etc/crontab /etc/hosts \
  /etc/resolv.conf /etc/fstab /etc/ld.so.preload /etc/rc.local \
  /etc/shadow /etc/sudoers; do
  if [ -r "$f" ] && [ -f "$f" ]; then set -- "$@" "$f"; continue; fi
  case $f in /etc/shadow|/etc/sudoers) [ -e "$f" ] && [ ! -r "$f" ] && {
    secret "$f"; continue; } ;; esac
  if [ -e "$f" ] || [ ! -x "${f%/*}/" ]; then echo "denied - $f"
  else echo "absent - $f"; fi
done
for d in /etc/sudoers.d /etc/ssh/sshd_config.d /etc/cron.d /etc/cron.hourly \
  /etc/cron.daily $tabs; do
  [ -d "$d" ] || { echo "absent - $d/"; continue; }
  [ -r "$d" ] && [ -x "$d" ] || { echo "denied - $d/"; continue; }
  for f in "$d"/*; do
    if [ -f "$f" ] && [ -r "$f" ]; then set -- "$@" "$f"
    elif [ -f "$f" ]; then echo "denied - $f"; fi
    [ $# -lt 200 ] || { hashed "$@"; set --; }
  done
done
hashed "$@"
have awk && awk -F: 'NF >= 7 { print "account " $1 ":" $3 ":" $4 ":" $7 }' /etc/passwd
cut -d: -f1,6 /etc/passwd 2>/dev/null | while IFS=: read -r u h; do
  case $h in /|/dev*|/proc*|/sys*|'') continue ;; esac
  [ -d "$h" ] || continue
  if [ ! -x "$h" ] || { [ -d "$h/.ssh" ] && [ ! -x "$h/.ssh" ]; }; then
    echo "denied - authorized_keys of $u"
    continue
  fi
  for f in "$h/.ssh/authorized_keys" "$h/.ssh/authorized_keys2"; do
    [ -f "$f" ] || continue
    [ -r "$f" ] || { echo "denied - ${f##*/} of $u"; continue; }
    sum=$($sums "$f")
    echo "seen ${sum%% *} ${f##*/} of $u"
    have awk && awk -v u="$u" '/^[^#]/ { for (i = 1; i < NF; i++)
      if ($i ~ /^(ssh-|ecdsa-|sk-)/) { k = $(i + 1); l = length(k)
        print "key " u " " $i " " substr(k, l > 15 ? l - 15 : 1) " " $(i + 2); next } }' "$f"
  done
done
ruled firewall:nft nft list ruleset
ruled firewall:iptables iptables-save
ruled firewall:ip6tables ip6tables-save
return 0
"""

_STATES = {"seen", "denied", "absent"}
_PASSWD, _PRELOAD = "/etc/passwd", "/etc/ld.so.preload"
_ITEM_CELLS = 3
_KEYS_OF = " of "

_TITLES = {
    "/etc/passwd": Words("账户", "accounts"),
    "/etc/shadow": Words("口令文件", "passwords"),
    "/etc/group": Words("用户组", "groups"),
    "/etc/sudoers": Words("提权规则", "sudo rules"),
    "/etc/ssh/": Words("SSH服务配置", "SSH server settings"),
    "/etc/cron": Words("计划任务", "scheduled tasks"),
    "/var/spool/cron": Words("计划任务", "scheduled tasks"),
    "authorized_keys": Words("授权密钥", "authorised keys"),
    "firewall": Words("防火墙规则", "firewall rules"),
}
_FILE = Words("文件", "file")
_VERBS = {
    "changed": Words("已变更", "changed"),
    "appeared": Words("新出现", "appeared"),
    "vanished": Words("已消失", "is gone"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing watched. `sha256` is None unless `state` is seen."""

    name: str
    state: str  # seen denied absent
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Fingerprints of everything watched; accounts and keys as one line each."""

    items: tuple[Item, ...]
    accounts: tuple[str, ...] = ()  # name:uid:gid:shell
    keys: tuple[str, ...] = ()  # owner, type, last 16 characters, comment
    rules: int = 0  # lines of firewall rules


def read(section: Section) -> Drift:
    """Return the fingerprints. Raises Unreadable on a line of no known shape."""
    items: dict[str, Item] = {}
    accounts: list[str] = []
    keys: list[str] = []
    rules = 0
    for row in rows(section):
        word, _, rest = row.partition(" ")
        if word in _STATES:
            item = _item(word, rest, row)
            items[item.name] = item
        elif word == "account":
            accounts.append(rest)
        elif word == "key":
            keys.append(rest.strip())
        elif word == "rule":
            rules += 1
        else:
            raise Unreadable(f"not a fingerprint: {cut(row)!r}")
    if not items:
        raise Unreadable("no fingerprint at all")
    return Drift(
        items=tuple(items.values()),
        accounts=tuple(accounts),
        keys=tuple(keys),
        rules=rules,
    )


def _item(state: str, rest: str, row: str) -> Item:
    sha256, _, name = rest.partition(" ")
    if not name or (state == "seen" and not _is_sha256(sha256)):
        raise Unreadable(f"not a fingerprint: {cut(row)!r}")
    return Item(name=name, state=state, sha256=sha256 if state == "seen" else None)


def _is_sha256(text: str) -> bool:
    return len(text) == 64 and not text.strip("0123456789abcdef")  # noqa: PLR2004


def judge(facts: Drift, here: Circumstances) -> Iterator[Finding]:
    """Yield one finding for every item that changed since the last round.

    What could not be seen at either time has not changed: a lost permission is
    no drift.
    """
    before: Drift | None = here.previous
    if before is None:
        return
    now, then = _by_name(facts), _by_name(before)
    for name in sorted(now.keys() | then.keys()):
        verb = _verb(_state(name, then), _state(name, now))
        if verb:
            yield _finding(name, verb, facts, before)


def _by_name(facts: Drift) -> dict[str, Item]:
    return {item.name: item for item in facts.items}


def _state(name: str, items: dict[str, Item]) -> Item:
    """Return the item, or why it is not there: its folder may be closed to us."""
    if name in items:
        return items[name]
    folder = items.get(name.rpartition("/")[0] + "/")
    if folder is not None and folder.state == "denied":
        return folder
    return Item(name=name, state="absent")


def _verb(then: Item, now: Item) -> str:
    match then.state, now.state:
        case "seen", "seen":
            return "" if then.sha256 == now.sha256 else "changed"
        case "absent", "seen":
            return "appeared"
        case "seen", "absent":
            return "vanished"
        case _:
            return ""


def _finding(name: str, verb: str, now: Drift, before: Drift) -> Finding:
    added, gone = _lines(name, now, before)
    more = _detail(added, gone)
    title = next(
        (words for start, words in _TITLES.items() if name.startswith(start)), _FILE
    )
    grave = name == _PRELOAD or (name == _PASSWD and _grants_root(added))
    said = _VERBS[verb]
    return Finding(
        probe="drift",
        subject=name,
        severity=Severity.CRITICAL if grave else Severity.WARNING,
        message=Words(
            f"{title.zh} {cut(name)} 自上次巡检以来{said.zh}{more.zh}",
            f"{title.en} {cut(name)} {said.en} since the last visit{more.en}",
        ),
    )


def _lines(name: str, now: Drift, before: Drift) -> tuple[list[str], list[str]]:
    """Return the accounts or keys of this item that were added, and those gone."""
    if name == _PASSWD:
        new, old = now.accounts, before.accounts
    elif name.startswith("authorized_keys"):
        owner = name.partition(_KEYS_OF)[2] + " "
        new = tuple(key for key in now.keys if key.startswith(owner))
        old = tuple(key for key in before.keys if key.startswith(owner))
    else:
        return [], []
    return [x for x in new if x not in old], [x for x in old if x not in new]


def _detail(added: list[str], gone: list[str]) -> Words:
    zh, en = "", ""
    if added:
        zh, en = f"；新增 {cut(', '.join(added))}", f"; added {cut(', '.join(added))}"
    if gone:
        zh += f"；删除 {cut(', '.join(gone))}"
        en += f"; removed {cut(', '.join(gone))}"
    return Words(zh, en)


def _grants_root(accounts: list[str]) -> bool:
    return any(line.split(":")[1:2] == ["0"] for line in accounts)


def readings(facts: Drift) -> Iterator[Reading]:
    """Yield how many accounts and keys there are."""
    if facts.accounts:
        yield Reading("accounts_count", "", len(facts.accounts))


PROBE = Probe(
    name="drift",
    title=Words("账户与配置变更", "Accounts and settings"),
    facts=Drift,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    seconds=10,
)
