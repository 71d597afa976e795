"""From bytes to replies, states and one outcome: no gap ever looks like health."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from probes.catalogue import by_name as probe_of
from probes.catalogue import cells, limits_for, outcome, questions, read, rules_sha256
from probes.catalogue.filesystems import Filesystem
from probes.finding import Finding, Severity, State, Words
from probes.reply import Reply, ReplyStatus
from probes.server import (
    BackupExpectation,
    Expectations,
    Kind,
    PathExpectation,
    Server,
    Thresholds,
)
from probes.transcript import Outcome, Section, Transcript

AT = datetime(2026, 11, 23, tzinfo=UTC)
NONCE = "n" * 16
LOAD = b"0.10 0.20 0.30 1/100 4321\n2\n"


def part(
    name: str, out: bytes, status: int | None = 0, err: bytes = b""
) -> tuple[bytes, ...]:
    over = b"" if status is None else f"{NONCE} OVER {name} {status} 3\n".encode()
    begin = f"{NONCE} BEGIN {name}\n".encode()
    return (begin + err + b"\n" + f"{NONCE} OUT\n".encode() + out + over,)


def heard(
    *parts: tuple[bytes, ...],
    asked: Sequence[str] = ("load",),
    ended: bool = True,
    how: Outcome = Outcome.ANSWERED,
    answers: tuple[Section, ...] = (),
) -> Transcript:
    raw = b"".join(piece for each in parts for piece in each)
    if ended:
        raw += f"{NONCE} END {len(parts)}\n".encode()
    return Transcript(
        server="db-1",
        began=AT,
        took_ms=1,
        outcome=how,
        raw=raw,
        nonce=NONCE,
        asked=tuple(asked),
        answers=answers,
    )


def one(transcript: Transcript) -> Reply:
    (reply,) = read(transcript)
    return reply


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (0, ReplyStatus.READ),
        (69, ReplyStatus.ABSENT),
        (77, ReplyStatus.DENIED),
        (124, ReplyStatus.TIMED_OUT),
        (None, ReplyStatus.TIMED_OUT),
    ],
)
def test_a_status_says_what_became_of_the_question(
    status: int | None, said: ReplyStatus
) -> None:
    reply = one(heard(part("load", LOAD, status, b"why not\n")))
    assert reply.status is said
    assert (reply.facts is not None) == (said is ReplyStatus.READ)
    if status in {69, 77, 124}:
        assert reply.reason == "why not"


def test_a_line_that_cannot_be_placed_is_unreadable_and_quoted() -> None:
    reply = one(heard(part("load", b"bash: nothing of the kind\n")))
    assert reply.status is ReplyStatus.UNREADABLE
    assert "nothing of the kind" in reply.reason


def test_what_was_asked_and_never_came_is_missing() -> None:
    replies = read(heard(part("load", LOAD), asked=("load", "memory")))
    assert [(reply.probe, reply.status.value) for reply in replies] == [
        ("load", "read"),
        ("memory", "missing"),
    ]


def test_a_server_that_was_never_reached_has_no_missing_sections() -> None:
    silent = heard(how=Outcome.UNREACHED, ended=False)
    assert read(silent) == ()
    assert outcome(silent, ()) is Outcome.UNREACHED


def test_a_section_nobody_knows_does_not_disturb_the_others() -> None:
    reply = one(heard(part("from_the_future", b"x\n"), part("load", LOAD)))
    assert (reply.probe, reply.status) == ("load", ReplyStatus.READ)


def test_a_file_system_that_hung_is_named_although_time_ran_out() -> None:
    told = (
        b"[mounts]\nnas:/x /mnt/x nfs rw 0 0\n[fstab]\n[df]\n"
        b"[inodes]\n[remote]\nHUNG /mnt/x\n"
    )
    reply = one(heard(part("filesystems", told, 124), asked=("filesystems",)))
    assert reply.status is ReplyStatus.READ
    (row,) = reply.facts
    assert isinstance(row, Filesystem)
    assert row.hung
    mute = one(heard(part("filesystems", b"[mounts]\n", 124), asked=("filesystems",)))
    assert mute.status is ReplyStatus.TIMED_OUT


def test_a_reader_that_stumbles_costs_its_own_section_alone() -> None:
    broken = Section(name="tcp", subject="tcp 443", stdout=b'{"took_ms": {}}')
    replies = read(heard(part("load", LOAD), answers=(broken,)))
    said = {reply.probe: reply.status for reply in replies}
    assert said == {"load": ReplyStatus.READ, "tcp": ReplyStatus.UNREADABLE}


@pytest.mark.parametrize(
    ("transcript", "ended"),
    [
        (heard(part("load", LOAD)), Outcome.ANSWERED),
        (heard(part("load", LOAD, 69)), Outcome.ANSWERED),
        (heard(part("load", LOAD, 77)), Outcome.ANSWERED),
        (heard(part("load", LOAD, 124)), Outcome.PARTIAL),
        (heard(part("load", b"?\n")), Outcome.PARTIAL),
        (heard(part("load", LOAD), asked=("load", "cpu")), Outcome.PARTIAL),
        (heard(part("load", LOAD), ended=False), Outcome.PARTIAL),
        (heard(part("load", LOAD), how=Outcome.TRUNCATED), Outcome.TRUNCATED),
        (heard(part("load", LOAD), how=Outcome.TIMED_OUT), Outcome.TIMED_OUT),
    ],
)
def test_an_answer_with_a_gap_is_partial(
    transcript: Transcript, ended: Outcome
) -> None:
    assert outcome(transcript, read(transcript)) is ended


def reply(status: ReplyStatus, probe: str = "load", subject: str = "") -> Reply:
    return Reply(probe=probe, status=status, subject=subject)


def found(severity: Severity, probe: str = "load") -> Finding:
    words = Words("高", "high")
    return Finding(probe=probe, subject="x", severity=severity, message=words)


@pytest.mark.parametrize("status", sorted(set(ReplyStatus) - {ReplyStatus.READ}))
def test_no_gap_is_ever_normal(status: ReplyStatus) -> None:
    state = cells([reply(status)], [])["load"]
    absent = status is ReplyStatus.ABSENT  # there is no such thing to be ill
    assert state is (State.NORMAL if absent else State.UNKNOWN)
    both = [reply(ReplyStatus.READ, subject="a"), reply(status, subject="b")]
    assert cells(both, [])["load"] is state
    assert cells(both[::-1], [])["load"] is state


def test_the_worst_finding_is_the_state_of_the_cell() -> None:
    answered = [reply(ReplyStatus.READ)]
    warning, critical = found(Severity.WARNING), found(Severity.CRITICAL)
    assert cells(answered, []) == {"load": State.NORMAL}
    assert cells(answered, [warning]) == {"load": State.ATTENTION}
    assert cells(answered, [critical, warning]) == {"load": State.ABNORMAL}
    unknown = [reply(ReplyStatus.TIMED_OUT)]
    assert cells(unknown, [warning]) == {"load": State.UNKNOWN}
    assert cells(unknown, [critical]) == {"load": State.ABNORMAL}


def server(kind: Kind = Kind.OTHER, **more: object) -> Server:
    fields: dict[str, object] = {"zone": "z", "address": "192.0.2.1", **more}
    return Server(name="s", kind=kind, **fields)  # type: ignore[arg-type]


def test_a_limit_is_the_probes_own_then_the_kinds_then_the_servers() -> None:
    probe = probe_of("memory")
    assert probe is not None
    own = limits_for(probe, server())["memory_used_percent"]
    assert (own.warning, own.critical, own.clear) == (85, 95, 80)
    database = server(Kind.CLASS_1_DATABASE)
    kinds = limits_for(probe, database)["memory_used_percent"]
    assert (kinds.warning, kinds.critical, kinds.clear) == (95, 98, 92)
    told = {"memory_used_percent": Thresholds(critical=99)}
    mine = server(Kind.CLASS_1_DATABASE, thresholds=told)
    servers = limits_for(probe, mine)["memory_used_percent"]
    assert (servers.warning, servers.critical, servers.clear) == (95, 99, 92)


def test_the_rules_have_another_hash_when_a_limit_or_an_expectation_changes() -> None:
    told = {"load_per_core": Thresholds(warning=9)}
    hashes = {
        rules_sha256(server()),
        rules_sha256(server(thresholds=told)),
        rules_sha256(server(expect=Expectations(ports=(22,)))),
        rules_sha256(server(Kind.VIDEO)),
    }
    assert len(hashes) == 4
    assert rules_sha256(server()) == rules_sha256(server(zone="elsewhere"))


def names(asked: Server, *, weekly: bool = False) -> set[str]:
    return {probe.name for probe in questions(asked, weekly=weekly)}


def test_only_what_concerns_a_server_is_asked() -> None:
    plain = names(server())
    assert plain.isdisjoint({"paths", "certificates", "backups", "packages", "host"})
    assert names(server(), weekly=True) - plain == {"packages"}
    everything = Expectations(
        paths=(PathExpectation(host="db", port=1, label="x"),),
        certificates=("/a",),
        backups=(BackupExpectation(glob="/b"),),
    )
    more = names(server(expect=everything)) - plain
    assert more == {"paths", "certificates", "backups"}
