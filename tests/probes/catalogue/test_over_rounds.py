"""What only shows beside the round before: reboots, growth, what became worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from probes.catalogue import PROBES, Past, dump, judge
from probes.catalogue.backups import Backup
from probes.catalogue.filesystems import Filesystem
from probes.catalogue.forecast import days_to_full, slope
from probes.catalogue.identity import Identity
from probes.catalogue.kernel import Kernel
from probes.catalogue.memory import Memory
from probes.finding import Finding, Severity
from probes.probe import Sample
from probes.reply import Reply, ReplyStatus
from probes.server import BackupExpectation, Expectations, Kind, Server
from tests.probes.judging import AT

MACHINE = Identity(
    hostname="db-1",
    kernel="5.10",
    machine="x86_64",
    os="Kylin",
    os_id="kylin",
    boot_id="boot-1",
    uptime_seconds=7200,
    cores=4,
    container=False,
)
MEMORY = Memory(
    total_kib=1000,
    available_kib=900,
    swap_total_kib=0,
    swap_free_kib=0,
    oom_kills=2,
)
DISK = Filesystem(
    mount="/data",
    device="/dev/vdb",
    type="xfs",
    size_kib=1000,
    used_percent=40,
    inodes_used_percent=1,
    read_only=False,
    hung=False,
)
BACKUP = Backup(glob="/b/*", path="/b/2", age_hours=3.0, size_kib=1000)


def replies(facts: Mapping[str, Any]) -> list[Reply]:
    return [
        Reply(probe=name, status=ReplyStatus.READ, facts=each)
        for name, each in facts.items()
    ]


def judged(
    now: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
    *,
    standing: Mapping[tuple[str, str], Severity] | None = None,
    expect: Expectations | None = None,
    history: Sequence[Sample] = (),
) -> dict[str, Finding]:
    """Return findings by subject; `before` went through the store, as in life."""
    machine = (before or {}).get("identity")
    past = Past(
        facts=dump(replies(before or {}))["facts"],
        standing=standing or {},
        boot_id=machine.boot_id if machine else None,
        since_previous=timedelta(hours=6) if before else None,
        history=lambda _name, _label: history,
    )
    server = Server(
        name="db-1",
        kind=Kind.OTHER,
        zone="z",
        address="192.0.2.1",
        expect=expect or Expectations(),
    )
    found = judge(server, replies(now), past, at=AT)
    assert len({(each.probe, each.subject) for each in found}) == len(found)
    return {each.subject: each for each in found}


def levels(*args: Any, **more: Any) -> dict[str, str]:
    found = judged(*args, **more)
    return {subject: each.severity.value for subject, each in found.items()}


def test_a_reboot_since_the_last_round_is_said_once() -> None:
    after = replace(MACHINE, boot_id="boot-2")
    assert levels({"identity": MACHINE}) == {}
    assert levels({"identity": MACHINE}, {"identity": MACHINE}) == {}
    assert levels({"identity": after}, {"identity": MACHINE}) == {"boot": "warning"}
    assert levels({"identity": after}, {"identity": after}) == {}


def test_a_machine_without_a_boot_id_has_never_rebooted() -> None:
    nameless = replace(MACHINE, boot_id="")
    assert levels({"identity": nameless}, {"identity": MACHINE}) == {}
    assert levels({"identity": MACHINE}, {"identity": nameless}) == {}


def test_kills_since_the_last_round_are_counted() -> None:
    before = {"identity": MACHINE, "memory": MEMORY}
    now = {"identity": MACHINE, "memory": replace(MEMORY, oom_kills=5)}
    finding = judged(now, before)["oom"]
    assert (finding.severity, finding.measured) == (Severity.CRITICAL, 3)
    assert levels(before, before) == {}


def test_kills_of_another_boot_are_not_subtracted() -> None:
    before = {"identity": MACHINE, "memory": MEMORY}
    rebooted = replace(MACHINE, boot_id="boot-2")
    now = {"identity": rebooted, "memory": replace(MEMORY, oom_kills=9)}
    assert "oom" not in levels(now, before)


@pytest.mark.parametrize(
    ("percent", "stood", "level"),
    [
        (79, None, None),
        (80, None, "warning"),
        (90, None, "critical"),
        (79, Severity.WARNING, "warning"),
        (76, Severity.CRITICAL, "warning"),
        (75, Severity.WARNING, "warning"),
        (74, Severity.WARNING, None),
        (74, Severity.CRITICAL, None),
    ],
)
def test_a_full_disk_is_over_only_when_it_has_passed_clear(
    percent: int, stood: Severity | None, level: str | None
) -> None:
    standing = {("filesystems", "/data"): stood} if stood else {}
    rows = (replace(DISK, used_percent=percent),)
    assert levels({"filesystems": rows}, standing=standing).get("/data") == level


def test_where_another_probe_stood_does_not_matter() -> None:
    standing = {("disks", "/data"): Severity.CRITICAL}
    rows = (replace(DISK, used_percent=78),)
    assert levels({"filesystems": rows}, standing=standing) == {}


def test_a_file_system_that_became_read_only_is_critical() -> None:
    rows = (replace(DISK, read_only=True),)
    assert levels({"filesystems": rows}) == {"/data ro": "critical"}


@pytest.mark.parametrize(
    "more", [{"read_only_on_purpose": True}, {"type": "iso9660"}, {"remote": True}]
)
def test_read_only_on_purpose_is_no_finding_however_full(more: dict[str, Any]) -> None:
    rows = (replace(DISK, read_only=True, used_percent=100, **more),)
    assert levels({"filesystems": rows}) == {}


def test_an_expected_mount_that_is_not_there_is_critical() -> None:
    expect = Expectations(mounts=("/data", "/backup", "/export"))
    rows = (replace(DISK, also=("/export",)),)
    assert levels({"filesystems": rows}, expect=expect) == {"/backup": "critical"}


def test_a_hung_share_is_hung_and_not_unmounted() -> None:
    expect = Expectations(mounts=("/data",))
    rows = (replace(DISK, hung=True, used_percent=None),)
    found = judged({"filesystems": rows}, expect=expect)
    assert [each.severity for each in found.values()] == [Severity.CRITICAL]
    assert "没有应答" in found["/data"].message.zh


def test_a_kernel_error_is_news_only_once() -> None:
    old = "[1.0] sd 0:0:0:0: I/O error, dev sda"
    new = "[9.0] sd 0:0:0:0: I/O error, dev sdb"
    before = {"identity": MACHINE, "kernel": Kernel(source="dmesg", errors=(old,))}
    assert levels(before) == {"disk I/O error": "critical"}
    assert levels(before, before) == {}
    now = {"identity": MACHINE, "kernel": Kernel(source="dmesg", errors=(old, new))}
    finding = judged(now, before)["disk I/O error"]
    assert finding.measured == 1
    assert "sdb" in finding.message.en


def test_after_a_reboot_every_kernel_error_is_news() -> None:
    errors = ("[1.0] sd 0:0:0:0: I/O error, dev sda",)
    kernel = Kernel(source="dmesg", errors=errors)
    before = {"identity": MACHINE, "kernel": kernel}
    now = {"identity": replace(MACHINE, boot_id="boot-2"), "kernel": kernel}
    assert levels(now, before)["disk I/O error"] == "critical"


EXPECTED = Expectations(backups=(BackupExpectation(glob="/b/*", at_least_kib=10),))


@pytest.mark.parametrize(
    ("row", "level"),
    [
        (BACKUP, None),
        (replace(BACKUP, age_hours=26.1), "critical"),
        (replace(BACKUP, size_kib=9), "critical"),
        (replace(BACKUP, path="", age_hours=None, size_kib=None), "critical"),
        (replace(BACKUP, path="/b/3", size_kib=499), "warning"),
        (replace(BACKUP, path="/b/3", size_kib=500), None),
    ],
)
def test_a_backup_is_fresh_large_enough_and_does_not_shrink(
    row: Backup, level: str | None
) -> None:
    found = levels({"backups": (row,)}, {"backups": (BACKUP,)}, expect=EXPECTED)
    assert found.get("/b/*") == level


def test_the_same_backup_file_looked_at_twice_has_not_shrunk() -> None:
    growing = replace(BACKUP, size_kib=100)
    before = {"backups": (BACKUP,)}
    assert levels({"backups": (growing,)}, before, expect=EXPECTED) == {}


def test_facts_of_an_older_version_are_no_previous_round() -> None:
    past = Past(facts={"memory": {"total": "many"}}, boot_id="boot-1")
    server = Server(name="s", kind=Kind.OTHER, zone="z", address="192.0.2.1")
    assert judge(server, replies({"memory": MEMORY}), past, at=AT) == ()


@pytest.mark.parametrize("status", [ReplyStatus.DENIED, ReplyStatus.ABSENT])
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_what_may_not_or_cannot_be_seen_is_no_finding(
    probe: Any, status: ReplyStatus
) -> None:
    server = Server(name="s", kind=Kind.OTHER, zone="z", address="192.0.2.1")
    reply = Reply(probe=probe.name, status=status)
    assert judge(server, [reply], Past(), at=AT) == ()


def growing(
    per_day: float, *, days: float = 10, start: float = 50, times: int = 3
) -> list[Sample]:
    count = int(days * times)
    return [
        Sample(
            AT - timedelta(days=days) + timedelta(days=step / times),
            start + per_day * step / times,
        )
        for step in range(count)
    ]


def test_two_percent_a_day_from_seventy_is_full_in_fifteen_days() -> None:
    assert days_to_full(growing(2.0), 70.0, at=AT) == 15


def test_one_odd_reading_does_not_bend_the_slope() -> None:
    samples = growing(2.0)
    odd = [*samples]
    odd[20] = odd[20]._replace(value=99.0)
    assert slope(odd) == pytest.approx(2.0, abs=0.05)
    assert days_to_full(odd, 70.0, at=AT) in {14, 15}


def test_less_than_seven_days_say_nothing() -> None:
    assert days_to_full(growing(5.0, days=6.9), 90.0, at=AT) is None
    assert days_to_full(growing(5.0, days=7.0), 90.0, at=AT) is not None
    assert days_to_full([], 90.0, at=AT) is None


def test_a_few_readings_over_many_days_say_nothing() -> None:
    sparse = growing(2.0, days=10, times=1)[::3]
    assert days_to_full(sparse, 70.0, at=AT) is None


@pytest.mark.parametrize("per_day", [0.0, -1.0, 0.01])
def test_what_does_not_grow_is_never_full(per_day: float) -> None:
    last = 50 + per_day * 10
    assert days_to_full(growing(per_day), last, at=AT) is None


def test_what_was_filled_last_week_and_is_calm_now_is_not_filling_up() -> None:
    samples = growing(4.0, days=14)
    calm = [one._replace(value=min(one.value, 78.0)) for one in samples]
    assert days_to_full(calm, 78.0, at=AT) is None


def test_a_disk_that_fills_up_is_foretold_by_its_history() -> None:
    rows = (replace(DISK, used_percent=79),)
    found = judged({"filesystems": rows}, history=growing(2.9, start=50))
    assert found["/data growth"].severity is Severity.WARNING
    assert found["/data growth"].measured == 7
    assert judged({"filesystems": rows}, history=growing(2.9, days=3, start=70)) == {}
