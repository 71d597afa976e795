"""`python -m opsdesk.archive.reading`: a file on standard input, its words out again.

The first line says what became of it, the rest are the words in UTF-8.
"""

from __future__ import annotations

import resource
import sys

from opsdesk.archive.reading.kinds import words_of

_MIB = 1 << 20
_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn")


def main() -> None:
    """Read within bounds, say what was found."""
    seconds, memory_mib, output_mib = (int(word) for word in sys.argv[1:])
    _confine(seconds, memory_mib, output_mib)
    found = words_of(sys.stdin.buffer.read())
    answer = f"{found.reading.value}\n{found.words}"
    sys.stdout.buffer.write(answer.encode("utf-8", "replace"))


def _confine(seconds: int, memory_mib: int, output_mib: int) -> None:
    """Bound this process, and take network and children from it, for good."""
    memory, output = memory_mib * _MIB, output_mib * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def refuse(event: str, _arguments: object) -> None:
        if event.startswith(_FORBIDDEN):
            raise PermissionError(f"{event} is not for a reader")

    sys.addaudithook(refuse)


if __name__ == "__main__":
    main()
