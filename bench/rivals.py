"""What is measured side by side: each a command, and how many servers answered it whole."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench import ansible, pool
from bench.lab import END, NONCE, Estate

FORKS = 30
NAGIOS = Path("/usr/lib/nagios/plugins/check_by_ssh")
CHECKS = (
    "cat /proc/loadavg",
    "cat /proc/meminfo",
    "df -P",
    "df -Pi",
    "ps -e",
    "cat /proc/net/tcp",
    "uptime",
    "who",
)
"""Eight small questions, one connection each, as a monitoring server asks them."""

OPSDESK, POOL = "opsdesk inspect (all of it)", "bare paramiko pool, 32 threads"
XARGS = "xargs -P30 ssh, as installed"
XARGS_25519 = "xargs -P30 ssh, curve25519"
RAW, SCRIPT = "ansible -m raw, 30 forks", "ansible -m script, 30 forks"
CHECK_BY_SSH = "check_by_ssh × 8, xargs -P30"


@dataclass(frozen=True, slots=True)
class Rival:
    """One command. `answered` counts the servers whose end marker it has got."""

    name: str
    words: list[str]
    answered: Callable[[], int]
    clear: Callable[[], None]
    environ: Mapping[str, str] = field(default_factory=dict)
    most: int = 99  # runs worth the wait


def rivals(made: Estate, wanted: frozenset[str]) -> Iterator[Rival]:
    """Yield what this machine can run, and say aloud what it cannot."""
    for name, build in _ALL.items():
        if wanted and name not in wanted:
            continue
        found = build(made)
        if found is None:
            sys.stderr.write(f"NOT MEASURED: {name}: it could not be installed here\n")
        else:
            yield found


def opsdesk(made: Estate, targets: tuple[str, ...] = ()) -> Rival:
    """Return the whole command, on a desk that has a round behind it (see `warm`)."""
    desk = made.folder / "desk" / "config.yaml"
    if not desk.exists():
        made.desk("desk")
    out = made.folder / "opsdesk.json"
    command = str(Path(sys.executable).parent / "opsdesk")
    words = [command, "--config", str(desk), "inspect", *targets, "--quiet"]
    return Rival(
        OPSDESK,
        [*words, "--json", str(out)],
        lambda: _whole(out),
        lambda: out.unlink(missing_ok=True),
    )


def _whole(out: Path) -> int:
    if not out.exists():
        return 0
    visits = json.loads(out.read_text())["visits"]
    return sum(visit["outcome"] == "answered" for visit in visits)


def bare_pool(made: Estate) -> Rival:
    """Return the least this library can cost."""
    out = made.folder / "pool-answered.json"
    return Rival(
        POOL,
        [sys.executable, "-I", pool.__file__, str(made.folder / "pool.json")],
        lambda: len(json.loads(out.read_text())) if out.exists() else 0,
        lambda: out.unlink(missing_ok=True),
    )


def _xargs(made: Estate, name: str, options: str) -> Rival:
    out = made.folder / "xargs"
    ssh = f"ssh -F {made.ssh_config} {options} {{}} /bin/sh -s"
    # Without `|| :` a single 255 makes xargs stop its list.
    line = f"{ssh} <{made.script} >{out}/{{}} 2>/dev/null || :"
    words = ["xargs", "-a", str(made.folder / "names"), f"-P{FORKS}", "-I{}"]
    return Rival(
        name,
        [*words, "sh", "-c", line],
        lambda: sum(END in path.read_text(errors="replace") for path in out.iterdir()),
        lambda: _fresh(out),
    )


def _fresh(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _ansible(made: Estate, name: str, words: list[str]) -> Rival | None:
    program = ansible.program()
    if program is None:
        return None
    out, control = made.folder / "ansible.out", made.folder / "cp"
    run = [str(program), "all", "-i", str(made.folder / "names"), f"-f{FORKS}", *words]
    line = f"{' '.join(run[:-1])} {_quoted(run[-1])} >{out} 2>&1"
    shell = made.folder / f"ansible-{words[1]}.sh"
    shell.write_text(line + "\n")
    return Rival(
        name,
        ["/bin/sh", str(shell)],
        lambda: _reported(out),
        lambda: _fresh(control),
        ansible.environ(made.ssh_config, control),
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _reported(out: Path) -> int:
    """Count the hosts under whose heading an end marker stands."""
    parts = re.split(
        r"^(host-\d+) \| ", out.read_text(errors="replace"), flags=re.MULTILINE
    )
    return sum(END in said for said in parts[2::2])


def raw(made: Estate) -> Rival | None:
    """Return `-m raw`; the script goes as base64, or Jinja would read its braces."""
    text = made.script.read_bytes()
    text += b"\n" * (-len(text) % 3)  # no "=" at the end, which would be an argument
    sent = base64.b64encode(text).decode()
    return _ansible(
        made, RAW, ["-m", "raw", "-a", f"echo {sent} | base64 -d | /bin/sh"]
    )


def as_script(made: Estate) -> Rival | None:
    """Return `-m script`, which copies the script and then runs it."""
    path = made.folder / "script.sh"
    path.write_text("#!/bin/sh\n" + made.script.read_text())
    return _ansible(made, SCRIPT, ["-m", "script", "-a", str(path)])


def check_by_ssh(made: Estate) -> Rival | None:
    """Return eight checks by a monitoring server: less is asked, eight times."""
    if not NAGIOS.exists():
        return None
    out, jobs = made.folder / "checks", made.folder / "jobs"
    jobs.write_text(
        "".join(
            f"{host.name} {number}\n"
            for number in range(len(CHECKS))
            for host in made.hosts
        )
    )
    cases = "".join(f"{n}) c='{line}';;" for n, line in enumerate(CHECKS))
    asked = f'"$c; echo {NONCE} END $2"'
    check = f"{NAGIOS} -H $1 -F {made.ssh_config} -t 60 -C {asked}"
    line = f"case $2 in {cases} esac; {check} >{out}/$1.$2 2>&1 || :"
    words = ["xargs", "-a", str(jobs), f"-P{FORKS}", "-L1", "sh", "-c", line, "sh"]
    return Rival(
        CHECK_BY_SSH, words, lambda: _all_checks(out), lambda: _fresh(out), most=2
    )


def _all_checks(out: Path) -> int:
    whole = [p.stem for p in out.iterdir() if END in p.read_text(errors="replace")]
    return sum(whole.count(name) == len(CHECKS) for name in set(whole))


_ALL: dict[str, Callable[[Estate], Rival | None]] = {
    OPSDESK: opsdesk,
    POOL: bare_pool,
    XARGS: lambda made: _xargs(made, XARGS, ""),
    XARGS_25519: lambda made: _xargs(
        made, XARGS_25519, "-o KexAlgorithms=curve25519-sha256"
    ),
    RAW: raw,
    SCRIPT: as_script,
    CHECK_BY_SSH: check_by_ssh,
}


_NOT_OURS = ("OPSDESK_", "PYTHON")  # no bytecode, no buffers: not how it is installed


def variables(rival: Rival) -> dict[str, str]:
    """Return a rival's environment, without what a developer's shell may have set."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_OURS)}
    return {**kept, **rival.environ}
