"""The bytes a machine answered with, kept before anyone reads them."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

_MAGIC = b"opsdesk-transcript 1\n"


class Outcome(StrEnum):
    """How a visit ended, as a whole."""

    ANSWERED = "answered"
    PARTIAL = "partial"  # some section is missing, timed out or cannot be read
    UNREACHED = "unreached"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    AUTH_FAILED = "auth_failed"
    KEY_CHANGED = "key_changed"  # also: no key pinned for this server
    TRUNCATED = "truncated"  # more output than the limit
    PARENT_DOWN = "parent_down"  # its jump host did not answer


FULL = frozenset({Outcome.ANSWERED})


def decode(raw: bytes) -> str:
    """Return text from a server's bytes: UTF-8, else GB18030, else Latin-1."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One question's answer. `status` is the command's exit status (None: never ended).

    By convention of the script: 0 answered, 124 timed out, 69 not available on this
    machine, 77 permission denied. `subject` tells several answers of one name apart
    (two HTTP checks); sections of the script have an empty one.
    """

    name: str
    stdout: bytes
    stderr: bytes = b""
    status: int | None = 0
    took_ms: int | None = None
    subject: str = ""

    @property
    def text(self) -> str:
        return decode(self.stdout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Everything one visit heard, and how it ended.

    `raw` is the script's whole standard output, uncut; `answers` are the sections
    that came by other ways of asking. `script` is the text that was sent: it is what
    the answer has to be read against, and holds no secret.
    """

    server: str
    began: datetime  # aware, UTC, the console's clock
    took_ms: int
    outcome: Outcome
    sent: datetime | None = None  # when the script left, for the clock's offset
    detail: str = ""  # technical, one line, for the person who looks into it
    stage: str = ""  # connect banner key auth open exec read – where it ended
    host_key: str = ""  # SHA256:… of the key the server showed
    raw: bytes = b""
    stderr: bytes = b""
    script: str = ""
    nonce: str = ""
    asked: tuple[str, ...] = ()  # the sections the script was to answer
    answers: tuple[Section, ...] = ()
    attempts: int = 1
    notes: tuple[str, ...] = field(default=())  # e.g. "weak-crypto:ssh-rsa"


def pack(transcript: Transcript) -> bytes:
    """Return the transcript as the bytes that are stored and hashed (zlib inside)."""
    blobs: list[bytes] = [
        transcript.raw,
        transcript.stderr,
        transcript.script.encode("utf-8", "replace"),
    ]
    answers = []
    for answer in transcript.answers:
        blobs += [answer.stdout, answer.stderr]
        answers.append([answer.name, answer.subject, answer.status, answer.took_ms])
    head = {
        "server": transcript.server,
        "began": transcript.began.isoformat(),
        "sent": transcript.sent.isoformat() if transcript.sent else None,
        "took_ms": transcript.took_ms,
        "outcome": transcript.outcome.value,
        "detail": transcript.detail,
        "stage": transcript.stage,
        "host_key": transcript.host_key,
        "nonce": transcript.nonce,
        "asked": list(transcript.asked),
        "attempts": transcript.attempts,
        "notes": list(transcript.notes),
        "answers": answers,
        "lengths": [len(blob) for blob in blobs],
    }
    text = json.dumps(head, ensure_ascii=False, sort_keys=True)
    line = text.encode("utf-8", "replace") + b"\n"
    return _MAGIC + zlib.compress(line + b"".join(blobs), 1)


def unpack(stored: bytes) -> Transcript:
    """Return the transcript from its stored bytes. Raises ValueError when damaged."""
    if not stored.startswith(_MAGIC):
        raise ValueError("not a transcript")
    try:
        body = zlib.decompress(stored[len(_MAGIC) :])
    except zlib.error as error:
        raise ValueError(f"damaged transcript: {error}") from error
    line, _, rest = body.partition(b"\n")
    head = json.loads(line)
    blobs = _cut(rest, head["lengths"])
    return Transcript(
        server=head["server"],
        began=datetime.fromisoformat(head["began"]),
        sent=datetime.fromisoformat(head["sent"]) if head["sent"] else None,
        took_ms=head["took_ms"],
        outcome=Outcome(head["outcome"]),
        detail=head["detail"],
        stage=head["stage"],
        host_key=head["host_key"],
        nonce=head["nonce"],
        asked=tuple(head["asked"]),
        attempts=head["attempts"],
        notes=tuple(head["notes"]),
        raw=blobs[0],
        stderr=blobs[1],
        script=blobs[2].decode(),
        answers=_answers(head["answers"], blobs[3:]),
    )


def _cut(body: bytes, lengths: list[int]) -> list[bytes]:
    if sum(lengths) != len(body):
        raise ValueError("damaged transcript: lengths do not add up")
    blobs, at = [], 0
    for length in lengths:
        blobs.append(body[at : at + length])
        at += length
    return blobs


def _answers(heads: list[list[object]], blobs: list[bytes]) -> tuple[Section, ...]:
    return tuple(
        Section(
            name=str(name),
            subject=str(subject),
            status=status if isinstance(status, int) else None,
            took_ms=took if isinstance(took, int) else None,
            stdout=blobs[2 * index],
            stderr=blobs[2 * index + 1],
        )
        for index, (name, subject, status, took) in enumerate(heads)
    )
