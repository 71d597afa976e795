"""A change between two rounds is a finding that names what changed."""

from __future__ import annotations

from probes.catalogue.drift import PROBE, Drift, Item
from tests.probes.judging import here, judged, levels

A, B = "a" * 64, "b" * 64


def seen(name: str, sha256: str = A) -> Item:
    return Item(name=name, state="seen", sha256=sha256)


def test_the_first_round_finds_no_drift() -> None:
    assert levels(PROBE, Drift(items=(seen("/etc/passwd"),)), here(PROBE)) == {}


def test_an_unchanged_server_has_no_drift() -> None:
    facts = Drift(items=(seen("/etc/passwd"), seen("/etc/shadow")))
    assert levels(PROBE, facts, here(PROBE, previous=facts)) == {}


def test_a_new_account_is_named_with_its_shell() -> None:
    before = Drift(items=(seen("/etc/passwd"),), accounts=("root:0:0:/bin/bash",))
    now = Drift(
        items=(seen("/etc/passwd", B),),
        accounts=("root:0:0:/bin/bash", "eve:1001:1001:/bin/bash"),
    )
    found = judged(PROBE, now, here(PROBE, previous=before))["/etc/passwd"]
    assert found.severity.value == "warning"
    assert "新增 eve:1001:1001:/bin/bash" in found.message.zh
    assert "added eve:1001:1001:/bin/bash" in found.message.en


def test_a_second_root_is_critical() -> None:
    before = Drift(items=(seen("/etc/passwd"),), accounts=("root:0:0:/bin/bash",))
    now = Drift(
        items=(seen("/etc/passwd", B),),
        accounts=("root:0:0:/bin/bash", "toor:0:0:/bin/sh"),
    )
    around = here(PROBE, previous=before)
    assert levels(PROBE, now, around) == {"/etc/passwd": "critical"}


def test_a_removed_key_is_named_by_its_owner_and_comment() -> None:
    name = "authorized_keys of oracle"
    one, two = "oracle ssh-rsa AAAA a@pc", "oracle ssh-rsa BBBB b@pc"
    before = Drift(items=(seen(name),), keys=(one, two, "root ssh-rsa CCCC c@pc"))
    now = Drift(items=(seen(name, B),), keys=(one,))
    message = judged(PROBE, now, here(PROBE, previous=before))[name].message
    assert f"删除 {two}" in message.zh
    assert "CCCC" not in message.zh


def test_a_lost_permission_is_not_a_drift() -> None:
    before = Drift(items=(seen("/etc/shadow"), seen("/etc/sudoers.d/ops")))
    now = Drift(
        items=(
            Item(name="/etc/shadow", state="denied"),
            Item(name="/etc/sudoers.d/", state="denied"),
        )
    )
    assert levels(PROBE, now, here(PROBE, previous=before)) == {}
    assert levels(PROBE, before, here(PROBE, previous=now)) == {}


def test_a_new_schedule_and_a_vanished_one_are_both_named() -> None:
    before = Drift(items=(seen("/etc/cron.d/backup"),))
    now = Drift(items=(seen("/etc/cron.d/miner"),))
    found = judged(PROBE, now, here(PROBE, previous=before))
    assert "计划任务 /etc/cron.d/miner 自上次巡检以来新出现" in (
        found["/etc/cron.d/miner"].message.zh
    )
    assert "is gone" in found["/etc/cron.d/backup"].message.en


def test_a_library_forced_into_every_program_is_critical() -> None:
    name = "/etc/ld.so.preload"
    before = Drift(items=(Item(name=name, state="absent"),))
    around = here(PROBE, previous=before)
    assert levels(PROBE, Drift(items=(seen(name),)), around) == {name: "critical"}


def test_changed_firewall_rules_are_a_warning() -> None:
    before = Drift(items=(seen("firewall:nft"),), rules=12)
    now = Drift(items=(seen("firewall:nft", B),), rules=11)
    message = judged(PROBE, now, here(PROBE, previous=before))["firewall:nft"].message
    assert message.zh.startswith("防火墙规则")
