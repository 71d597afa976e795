"""Questions about the machine's own state, asked for real with tools of our choice."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from probes.catalogue import (
    backups,
    certificates,
    filesystems,
    identity,
    kernel,
    packages,
    raid,
)
from probes.probe import Probe, Unreadable
from probes.server import BackupExpectation, Expectations
from tests.probes.shells import ask, before, every_shell, only, tool, willing_sudo

AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an ordinary account may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="tools-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def certificate(name: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=90))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def touched(file: Path, *, hours_ago: int, size: int) -> None:
    file.write_bytes(b"x" * size)
    now = time.time()  # noqa: TID251 - what the shell must agree with
    os.utime(file, (now - hours_ago * 3600, now - hours_ago * 3600))


@every_shell
def test_the_newest_file_of_each_glob_is_told_under_the_glob_as_configured(
    shell: str, folder: Path
) -> None:
    touched(folder / "full 1.dmp", hours_ago=50, size=9000)
    touched(folder / "full 2.dmp", hours_ago=2, size=4096)
    touched(folder / "full 3.dmp", hours_ago=30, size=9000)
    globs = (f"{folder}/full *.dmp", f"{folder}/none-*", "/no/such/*")
    expect = Expectations(backups=tuple(BackupExpectation(glob=g) for g in globs))
    facts = backups.PROBE.read(ask(backups.PROBE, shell, expect=expect))
    assert tuple(row.glob for row in facts) == globs
    assert [row.path for row in facts] == [f"{folder}/full 2.dmp", "", ""]
    assert facts[0].size_kib == 4
    assert facts[0].age_hours == pytest.approx(2.0, abs=0.2)


def test_a_folder_of_backups_that_may_not_be_read_is_no_missing_backup(
    folder: Path,
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become an account that may not read the folder")
    shut = folder / "shut"
    shut.mkdir(mode=0o700)
    expect = Expectations(backups=(BackupExpectation(glob=f"{shut}/*"),))
    (row,) = backups.PROBE.read(ask(backups.PROBE, "dash", expect=expect))
    assert row.denied


@every_shell
def test_every_certificate_is_read_behind_one_that_is_too_long(
    shell: str, folder: Path
) -> None:
    pem = certificate("甲")
    (folder / "a bundle.pem").write_text(pem * (70_000 // len(pem) + 1))
    (folder / "b.pem").write_text(certificate("b"))
    expect = Expectations(certificates=(f"{folder}/*.pem", f"{folder}/c.pem"))
    facts = certificates.PROBE.read(ask(certificates.PROBE, shell, expect=expect))
    assert [(Path(row.path).name, row.state) for row in facts] == [
        ("a bundle.pem", "read"),
        ("b.pem", "read"),
        ("c.pem", "missing"),
    ]
    ends = (AT + timedelta(days=90)).isoformat()
    assert [row.ends for row in facts[:2]] == [ends, ends]


def with_multipath(folder: Path) -> Probe:
    """Return the question put to a machine that has a multipath device and no array."""
    device = folder / "dm-2" / "dm"
    device.mkdir(parents=True)
    (device / "uuid").write_text("mpath-3600508b4000\n")
    text = raid.PROBE.ask or ""
    text = text.replace("/sys/block", str(folder)).replace("/proc/mdstat", "/none")
    return replace(raid.PROBE, ask=text)


@every_shell
def test_multipath_that_may_not_be_looked_at_is_denied_and_not_absent(
    shell: str, folder: Path
) -> None:
    tool(folder, "sudo", status=1)
    section = ask(with_multipath(folder), shell, path=before(folder))
    assert section.status == 77


@every_shell
def test_multipath_is_asked_through_sudo(shell: str, folder: Path) -> None:
    willing_sudo(folder)
    tool(
        folder,
        "multipath",
        "mpatha (3600508b4) dm-2 HP,HSV210",
        "size=10G features=0 hwhandler=0 wp=rw",
        "`-+- policy=round-robin prio=50 status=active",
        "  |- 2:0:0:1 sdb 8:16 active ready running",
        "  `- 3:0:0:1 sdc 8:32 failed faulty running",
    )
    facts = raid.PROBE.read(ask(with_multipath(folder), shell, path=before(folder)))
    (device,) = facts.multipaths
    assert (device.name, device.paths, device.failed) == ("mpatha", 2, 1)


BARE = ("grep", "head", "tail", "cat", "sed")


@every_shell
def test_waiting_packages_are_listed_although_dnf_ends_with_100(
    shell: str, folder: Path
) -> None:
    row = "openssl-libs.x86_64      1:1.1.1k-12.el8_9     baseos"
    tool(folder, "dnf", row, "", status=100)
    section = ask(packages.PROBE, shell, path=only(folder, *BARE))
    facts = packages.PROBE.read(section)
    assert facts.manager == "dnf"
    assert facts.pending == ("openssl-libs.x86_64",)


@every_shell
@pytest.mark.parametrize("manager", ["apt-get", "dnf", "yum"])
def test_a_package_manager_that_fails_is_not_one_with_nothing_to_do(
    manager: str, shell: str, folder: Path
) -> None:
    tool(folder, manager, "Error: no cache", status=1)
    section = ask(packages.PROBE, shell, path=only(folder, *BARE))
    with pytest.raises(Unreadable):
        packages.PROBE.read(section)


@every_shell
def test_a_kernel_log_without_journal_is_read_by_dmesg(
    shell: str, folder: Path
) -> None:
    bad = "[9.1] blk_update_request: I/O error, dev sdb, sector 8"
    option = "[1.0] EXT4-fs (sda1): mounted filesystem, opts: errors=remount-ro"
    tool(folder, "dmesg", "[0.0] Linux version 2.6.32", option, bad)
    facts = kernel.PROBE.read(ask(kernel.PROBE, shell, path=only(folder, *BARE)))
    assert (facts.source, facts.errors) == ("dmesg", (bad,))


@every_shell
def test_a_journal_that_shows_nothing_at_all_is_not_a_kernel_without_errors(
    shell: str, folder: Path
) -> None:
    with_systemd = (kernel.PROBE.ask or "").replace("/run/systemd/system", str(folder))
    probe = replace(kernel.PROBE, ask=with_systemd)
    tool(folder, "dmesg", "dmesg: read kernel buffer failed", status=1)
    tool(folder, "journalctl")
    section = ask(probe, shell, path=only(folder, *BARE))
    assert section.status == 77
    assert b"needs root" in section.stderr
    tool(folder, "journalctl", "2026-11-23T01:00:00+0800 db-1 kernel: I/O error")
    facts = probe.read(ask(probe, shell, path=str(folder)))
    assert (facts.source, len(facts.errors)) == ("journal", 1)


@every_shell
def test_an_expected_mount_of_any_type_is_measured(shell: str) -> None:
    with Path("/proc/mounts").open() as lines:
        types = {line.split()[1]: line.split()[2] for line in lines}
    place = "/dev/shm"
    if types.get(place) != "tmpfs":
        pytest.skip("this machine has no /dev/shm to expect")
    expect = Expectations(mounts=(place,))
    facts = filesystems.PROBE.read(ask(filesystems.PROBE, shell, expect=expect))
    assert place in {row.mount for row in facts}
    plain = filesystems.PROBE.read(ask(filesystems.PROBE, shell))
    assert place not in {row.mount for row in plain}


@every_shell
def test_the_whole_boot_id_comes_and_not_its_first_byte(shell: str) -> None:
    facts = identity.PROBE.read(ask(identity.PROBE, shell))
    told = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert facts.boot_id == told
    assert len(told) == 36
