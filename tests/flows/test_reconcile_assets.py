"""A round is compared with the library, and what no change explains is raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opsdesk.assets import operations, queries
from opsdesk.assets.fields import spelled
from opsdesk.assets.item_types import DEVICE, checked
from opsdesk.assets.models import CauseKind, Drift, DriftState, Item, Type
from opsdesk.assets.operations.reconciling import Explained
from opsdesk.assets.queries.drifts import drifts, last_reconciliation
from opsdesk.core.database import Database
from opsdesk.core.language import RefusedInWords
from opsdesk.flows import reconcile_assets
from opsdesk.inspections.models import Slot, Visit
from probes.server import Server
from probes.transcript import Outcome
from tests.factories.assets import ZONE, an_item
from tests.factories.rounds import AT, judged_round, server, verdict

NAMES = ("db-1", "db-2", "db-3", "db-4")
SERVERS = [server(name, address=f"10.1.0.{n}") for n, name in enumerate(NAMES, 11)]
SLOTS = {0: Slot.MORNING, 1: Slot.NOON, 2: Slot.EVENING}


def machine(**changes: Any) -> Mapping[str, Any]:
    """Return the facts of one visit."""
    facts: dict[str, Any] = {
        "identity": {"os": "Debian 12", "kernel": "6.1.0-28", "cores": 8},
        "memory": {"total_kib": 16 << 20},
        "filesystems": [{"mount": "/", "type": "xfs", "size_kib": 100 << 20}],
        "ports": {
            "listening": [
                {"protocol": "tcp", "address": "0.0.0.0", "port": 22},
                {"protocol": "tcp", "address": "127.0.0.1", "port": 631},
                {"protocol": "udp", "address": "0.0.0.0", "port": 45555},
            ]
        },
        "drift": {"accounts": ["root:0:0:/bin/bash"]},
    }
    return {"facts": {**facts, **changes}, "gaps": {}}


def addressed(unit: Session, servers: Sequence[Server]) -> None:
    """Let every visit have been at its server's own address."""
    for one in servers:
        unit.execute(
            update(Visit).where(Visit.server == one.name).values(address=one.address)
        )


def held(
    unit: Session,
    *names: str,
    nth: int = 0,
    facts: Mapping[str, Mapping[str, Any]] | None = None,
    explained: Explained = reconcile_assets.unexplained,
    **more: Any,
) -> Any:
    """Hold a round over these servers and compare it; returns the kept result."""
    told = {name: (facts or {}).get(name, machine()) for name in names or NAMES}
    at = AT + timedelta(hours=6 * nth)
    round_ = judged_round(
        unit,
        {name: verdict(facts=said) for name, said in told.items()},
        slot=SLOTS.get(nth, Slot.ADHOC),
        at=at,
    )
    servers = more.get("servers", SERVERS)
    addressed(unit, servers)
    return reconcile_assets.reconcile(
        unit,
        round_.number,
        servers=servers,
        explained=explained,
        at=at,
    )


def kernel(version: str) -> Mapping[str, Any]:
    return machine(identity={"os": "Debian 12", "kernel": version, "cores": 8})


def test_the_first_round_enrols_the_servers_and_fills_what_it_saw(
    database: Database,
) -> None:
    with database.unit() as unit:
        row = held(unit)
        item = queries.of_server(unit, "db-1")
        assert item is not None
        first, *_ = queries.revisions_of(unit, item.code)
    assert (row.refused, row.result["matched"]) == (False, 4)
    assert item.fields["kernel"] == "6.1.0-28"
    assert item.fields["memory_mib"] == 16384
    assert item.fields["disks"] == ["/ xfs 100 GiB"]
    assert item.fields["listening"] == ["tcp/22"]
    assert item.fields["accounts"] == ["root (0, /bin/bash)"]
    assert (first.cause, first.reference) == (CauseKind.FOUND, row.round)


def test_enrolling_twice_adds_nothing(database: Database) -> None:
    with database.unit() as unit:
        held(unit)
        assert reconcile_assets.enrol(unit, SERVERS, by="lead", at=AT) == []
        assert reconcile_assets.not_enrolled(unit, SERVERS) == []


def test_a_difference_no_change_explains_is_raised_and_not_recorded(
    database: Database,
) -> None:
    with database.unit() as unit:
        held(unit)
        for nth in (1, 2):
            held(unit, nth=nth, facts={"db-2": kernel("6.1.0-31")})
        (drift,) = drifts(unit, None)
        item = queries.of_server(unit, "db-2")
    assert (drift.field, drift.was, drift.found) == ("kernel", "6.1.0-28", "6.1.0-31")
    assert drift.state is DriftState.OPEN
    assert drift.seen_last_at > drift.seen_at
    assert item is not None
    assert item.fields["kernel"] == "6.1.0-28"


def test_a_difference_a_change_explains_is_recorded_under_its_number(
    database: Database,
) -> None:
    with database.unit() as unit:
        held(unit)
        code = queries.of_server(unit, "db-2").code  # type: ignore[union-attr]
        held(
            unit,
            nth=1,
            facts={"db-2": kernel("6.1.0-31"), "db-3": kernel("6.1.0-31")},
            explained=lambda one: "CHG-20261122-0001" if one == code else "",
        )
        states = {drift.name: drift.state for drift in drifts(unit, None)}
        newest = queries.revisions_of(unit, code)[0]
    assert states == {"db-2": DriftState.EXPLAINED, "db-3": DriftState.OPEN}
    assert (newest.cause, newest.reference) == (CauseKind.CHANGE, "CHG-20261122-0001")


def test_what_is_as_recorded_again_is_no_difference_any_more(
    database: Database,
) -> None:
    with database.unit() as unit:
        held(unit)
        held(unit, nth=1, facts={"db-2": kernel("6.1.0-31")})
        held(unit, nth=2)
        assert [d.state for d in drifts(unit, None)] == [DriftState.GONE]


def test_what_was_not_obtained_is_no_difference(database: Database) -> None:
    with database.unit() as unit:
        held(unit)
        held(unit, nth=1, facts={"db-2": {"facts": {}, "gaps": {}}})
        held(unit, nth=2, facts={"db-2": machine(drift={"accounts": []})})
        assert drifts(unit, None) == []


def test_an_unreached_server_is_matched_and_not_missing(database: Database) -> None:
    with database.unit() as unit:
        held(unit)
        gone = verdict(outcome=Outcome.UNREACHED)
        told = dict.fromkeys(NAMES, gone)
        round_ = judged_round(unit, told, slot=Slot.NOON, at=AT + timedelta(hours=6))
        addressed(unit, SERVERS)
        row = reconcile_assets.reconcile(unit, round_.number, at=AT)
    assert (row.result["matched"], row.result["missing"]) == (4, [])


def test_where_more_than_half_would_vanish_nothing_is_changed(
    database: Database,
) -> None:
    others = [server(f"new-{n}", address=f"10.9.0.{n}") for n in range(4)]
    with database.unit() as unit:
        held(unit)
        before = queries.view_at(unit, AT + timedelta(days=9))
        row = held(unit, *[one.name for one in others], nth=1, servers=others)
        assert queries.view_at(unit, AT + timedelta(days=9)) == before
        last = last_reconciliation(unit)
    assert row.refused
    assert last is not None
    assert last.refused
    assert len(last.result["missing"]) == 4


def test_an_ad_hoc_round_of_one_server_makes_nobody_missing(
    database: Database,
) -> None:
    with database.unit() as unit:
        held(unit)
        row = held(unit, "db-3", nth=9, facts={"db-3": kernel("6.1.0-31")})
        assert not row.refused
        assert len(drifts(unit, DriftState.OPEN)) == 1


def test_two_devices_of_one_name_are_said_to_be_ambiguous(database: Database) -> None:
    with database.unit() as unit:
        codes = [an_item(unit, "db-1", address="10.7.0.1").code for _ in range(2)]
        row = held(unit)
        assert row.result["ambiguous"] == {"db-1": codes}
        assert all(
            "kernel" not in one.fields for one in queries.by_codes(unit, codes).values()
        )


def test_a_device_recorded_by_hand_stands_for_the_server_of_its_name(
    database: Database,
) -> None:
    with database.unit() as unit:
        code = an_item(unit, "db-1", address="10.1.0.11").code
        held(unit)
        item = queries.of_server(unit, "db-1")
        devices = unit.scalars(select(Item.id).where(Item.type == Type.DEVICE)).all()
    assert item is not None
    assert (item.code, len(devices)) == (code, 4)


def test_a_server_renamed_in_the_configuration_keeps_its_item(
    database: Database,
) -> None:
    renamed = [server("db-one", address="10.1.0.11"), *SERVERS[1:]]
    with database.unit() as unit:
        held(unit)
        code = queries.of_server(unit, "db-1").code  # type: ignore[union-attr]
        held(unit, "db-one", *NAMES[1:], nth=1, servers=renamed)
        item = queries.of_server(unit, "db-one")
    assert item is not None
    assert item.code == code


def test_people_explain_or_accept_and_the_record_follows(database: Database) -> None:
    with database.unit() as unit:
        held(unit)
        changed = {name: kernel("6.1.0-31") for name in ("db-2", "db-3")}
        held(unit, nth=1, facts=changed)
        one, two = unit.scalars(select(Drift.id).order_by(Drift.id)).all()
        done = operations.explain(unit, one, "CHG-20261122-0007", by="zhiban", at=AT)
        operations.accept(unit, two, "厂家现场升级", by="zhiban", at=AT)
        causes = [queries.revisions_of(unit, done)[0].cause]
        item = queries.by_code(unit, done)
        with pytest.raises(RefusedInWords):
            operations.accept(unit, one, "再来一次", by="zhiban", at=AT)
    assert causes == [CauseKind.CHANGE]
    assert item is not None
    assert item.fields["kernel"] == "6.1.0-31"


def test_a_difference_is_not_accepted_without_a_word(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as unit:
        held(unit)
        held(unit, nth=1, facts={"db-2": kernel("6.1.0-31")})
        drift = unit.scalars(select(Drift.id)).one()
        with pytest.raises(RefusedInWords):
            operations.accept(unit, drift, " ", by="zhiban", at=AT)
        with pytest.raises(RefusedInWords):
            operations.explain(unit, drift, "", by="zhiban", at=AT)


def test_what_a_machine_says_is_kept_whatever_bytes_it_holds(
    database: Database,
) -> None:
    evil = "Debian\x00\ud800; \x1b[31m" + "x" * 900
    facts = machine(
        identity={"os": evil, "kernel": 7, "cores": "many"},
        filesystems=[{"mount": evil, "size_kib": 1 << 30}, {"size_kib": 5}, "no"],
        ports={"listening": [{"port": "x"}, {"port": 22}]},
        drift={"accounts": [evil, 5]},
    )
    with database.unit() as unit:
        held(unit, facts={"db-1": facts})
        item = queries.of_server(unit, "db-1")
    assert item is not None
    assert item.fields["os"].startswith("Debian\u2400")
    assert "kernel" not in item.fields
    texts = {name: spelled(value) for name, value in item.fields.items()}
    assert checked(DEVICE, texts, ZONE, whole=True) == item.fields
