"""The verbs of ./dev. Standard library only: it runs before anything is installed."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from tools import bundle, checks, environment, system  # noqa: E402
from tools.system import Kind  # noqa: E402

HELP = """\
./dev run [ARGS]     set everything up, then serve the desk (opsdesk serve ARGS)
./dev test [ARGS]    set everything up, then run every check (ARGS go to pytest)
./dev setup          set everything up for both, and do nothing else
./dev lint           ruff, mypy and the import contracts
./dev doctor         say what this machine has and lacks
./dev shell          a shell in which `opsdesk`, `pytest`, … are found
./dev messages       collect the sentences of the screens and merge the translations
./dev bench [ARGS]   measure side by side (bench/)
./dev soak [ARGS]    run for long, and watch what grows
./dev pictures       make the pictures of the docs anew
./dev bundle FILE    one archive to run the desk where there is no network
"""


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the checkout: two set-ups at once would break each other's environment."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def set_up(kind: Kind) -> None:
    """Bring the machine and the environment to what `kind` needs; quick when done."""
    with _alone():
        system.install(kind, pip_needed=environment.needs_pip(kind))
        environment.install(kind)
        environment.link_project()
        environment.compile_messages()


def hand_over(command: list[str]) -> NoReturn:
    """Become the command; signals and the exit status are then its own."""
    sys.stdout.flush()
    os.execve(command[0], command, environment.variables())


def run(arguments: list[str]) -> int:
    """Serve the desk."""
    set_up("run")
    hand_over([environment.program("opsdesk"), "serve", *arguments])


def test(arguments: list[str]) -> int:
    """Run every check."""
    set_up("test")
    return checks.run([*checks.LINTERS, checks.pytest(arguments)])


def setup(_: list[str]) -> int:
    """Install for running and for testing."""
    set_up("test")
    print(f"ready: {environment.program('opsdesk')}")
    return 0


def lint(_: list[str]) -> int:
    """Run the checks that take seconds."""
    set_up("test")
    return checks.run(checks.LINTERS)


def doctor(_: list[str]) -> int:
    """Tell the state of this machine; change nothing."""
    for line in (*environment.report(), *system.report()):
        print(line)
    return int(bool(system.missing("run")) or not environment.is_ready("run"))


def shell(arguments: list[str]) -> int:
    """Open the user's own shell with the environment in front."""
    set_up("test")
    name = os.environ.get("SHELL") or "/bin/sh"
    hand_over([shutil.which(name) or "/bin/sh", *arguments])


def messages(_: list[str]) -> int:
    """Collect and merge the sentences a person reads."""
    set_up("test")
    return checks.run(checks.MESSAGES)


def bench(arguments: list[str]) -> int:
    """Run the measurements."""
    set_up("test")
    hand_over([environment.program("python"), "-m", "bench", *arguments])


def soak(arguments: list[str]) -> int:
    """Run the long measurements."""
    set_up("test")
    hand_over([environment.program("python"), "-m", "bench.soak", *arguments])


def pictures(arguments: list[str]) -> int:
    """Make the pictures of the docs by the program itself."""
    set_up("test")
    hand_over([environment.program("python"), "-m", "tools.pictures", *arguments])


def pack(arguments: list[str]) -> int:
    """Write the archive for machines without a network."""
    set_up("run")
    return bundle.make(Path(arguments[0] if arguments else "opsdesk.tar").absolute())


VERBS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "setup": setup,
    "lint": lint,
    "doctor": doctor,
    "shell": shell,
    "messages": messages,
    "bench": bench,
    "soak": soak,
    "pictures": pictures,
    "bundle": pack,
}


def main(arguments: list[str]) -> int:
    """Do one verb; 2 for a verb that does not exist, as shells expect."""
    name = arguments[0] if arguments else "help"
    if name in VERBS:
        try:
            return VERBS[name](arguments[1:])
        except environment.Stuck as stuck:
            print(f"\n./dev {name}: {stuck}", file=sys.stderr)
            return 1
    print(HELP, end="")
    return 0 if name in ("help", "-h", "--help") else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
