"""Connections that must work from this very server: application → VPN → database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from probes.catalogue.text import cut, rows, whole
from probes.catalogue.verdict import filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Probe, Reading, Unreadable
from probes.transcript import Section

# All at once: ten dead paths would take thirty seconds one after the other. Each
# tries the first tool there is and prints one line, with the tool's last words. No
# here-document: some shells keep it in a file, and nothing is written here.
ASK = r"""
[ -n "$OD_PATHS" ] || { absent no path is expected from this server; return; }
tool=none
for t in curl nc python python3 bash; do have "$t" && tool=$t; done
dial='import socket,sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 3).close()'
try() {
  case $tool in
    bash) bounded 3 bash -c 'exec 3<>"/dev/tcp/$1/$2"' _ "$1" "$2" ;;
    nc) bounded 4 nc -z -w 3 "$1" "$2" ;;
    curl) bounded 5 curl -s -S -o /dev/null -w 'connected in %{time_connect}\n' \
      --connect-timeout 3 -m 4 "telnet://$1:$2" >&2 ;;
    python*) bounded 4 "$tool" -c "$dial" "$1" "$2" ;;
    *) return 127 ;;
  esac
}
printf '%s\n' "$OD_PATHS" | {
  while read -r host port label; do
    [ -n "$port" ] || continue
    {
      said=$(try "$host" "$port" 2>&1 >/dev/null </dev/null)
      s=$?
      said=$(printf '%s' "$said" | tail -n 2 | tr '\n\t' '  ' | cut -c 1-200)
      printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$label" "$host" "$port" "$tool" "$s" "$said"
    } &
  done
  wait
}
return 0
"""

_RESULTS = {
    "open": Words("连通", "open"),
    "refused": Words("被拒绝", "refused"),
    "timed_out": Words("超时", "timed out"),
    "unreachable": Words("网络不可达", "unreachable"),
    "unresolved": Words("名称无法解析", "name not resolved"),
    "failed": Words("失败", "failed"),
    "no_tool": Words("服务器上没有可用的连接工具", "no tool on the server to try with"),
}
_SIGNS = (
    ("timed out", "timed_out"),
    ("timeout", "timed_out"),
    ("refused", "refused"),
    ("no route", "unreachable"),
    ("unreachable", "unreachable"),
    ("name or service", "unresolved"),
    ("resol", "unresolved"),
    ("bad address", "unresolved"),
    ("no address associated", "unresolved"),
)
_BROKEN = Words(
    "从本机到 {label}（{host}:{port}）的通路不通：{result}",
    "The path from this server to {label} ({host}:{port}) is broken: {result}",
)
_NOT_ASKED = Words(
    "到 {label} 的通路未取得结果", "Nothing was learnt of the path to {label}"
)
_CELLS = 6
_TIMED_OUT, _NO_COMMAND = "124", "127"
_CURL_CONNECTED = "connected in "


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One connection as tried from the server; `result` is one of seven words."""

    label: str
    host: str
    port: int
    result: str  # open refused timed_out unreachable unresolved failed no_tool
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Every expected path, in the order of their labels."""

    tool: str
    paths: tuple[Path, ...]


def read(section: Section) -> Paths:
    """Return what became of every path."""
    paths = []
    tool = "none"
    for row in rows(section):
        cells = row.split("\t")
        if len(cells) != _CELLS:
            raise Unreadable(f"not a path: {cut(row)!r}")
        label, host, port, tool, status, said = cells
        path = Path(
            label=label,
            host=host,
            port=whole(port, row),
            result=_result(status, said),
            detail="" if status == "0" else said.strip(),
        )
        paths.append(path)
    paths.sort(key=lambda path: path.label)
    return Paths(tool=tool, paths=tuple(paths))


def _result(status: str, said: str) -> str:
    if status == "0":
        return "open"
    if _CURL_CONNECTED in said:  # curl waits on after it has connected
        seconds = said.rpartition(_CURL_CONNECTED)[2].strip()
        if seconds.strip("0.,"):
            return "open"
    if status in {_TIMED_OUT, _NO_COMMAND}:
        return "timed_out" if status == _TIMED_OUT else "no_tool"
    said = said.lower()
    return next((result for sign, result in _SIGNS if sign in said), "failed")


def judge(facts: Paths, here: Circumstances) -> Iterator[Finding]:
    """Yield every path that is not open; not to know is a warning."""
    tried = {path.label: path for path in facts.paths}
    for expected in here.server.expect.paths:
        path = tried.get(expected.label)
        if path is None:
            words = filled(_NOT_ASKED, label=expected.label)
            yield _found(expected.label, Severity.WARNING, words)
        elif path.result != "open":
            known = path.result != "no_tool"
            level = Severity.CRITICAL if known else Severity.WARNING
            yield _found(path.label, level, _sentence(path))


def _sentence(path: Path) -> Words:
    result = _RESULTS[path.result]
    known = {"label": cut(path.label), "host": cut(path.host), "port": path.port}
    return Words(
        _BROKEN.zh.format(**known, result=result.zh),
        _BROKEN.en.format(**known, result=result.en),
    )


def _found(subject: str, level: Severity, words: Words) -> Finding:
    return Finding(probe="paths", subject=subject, severity=level, message=words)


def readings(facts: Paths) -> Iterator[Reading]:
    """Yield 1 for every open path, 0 for every other that was tried."""
    for path in facts.paths:
        if path.result != "no_tool":
            yield Reading("path_open", path.label, float(path.result == "open"))


PROBE = Probe(
    name="paths",
    title=Words("网络通路", "Paths"),
    facts=Paths,
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    seconds=8,
)
