"""What a round saw is compared with what is recorded; what nobody explains is raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.assets.fields import Value, spelled
from opsdesk.assets.item_types import DEVICE
from opsdesk.assets.models import (
    CauseKind,
    Drift,
    DriftState,
    Item,
    Reconciliation,
    State,
    Type,
)
from opsdesk.assets.operations.items import revise
from opsdesk.assets.operations.revisions import Cause
from opsdesk.core import audit

Explained = Callable[[str], str]
"""Code of an item -> the number of the change that touches it now, "" for none."""

_NEAR = 0.02
"""Share by which memory may differ: kernels keep a little for themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One server of a round. `values` by field; None and absent: not obtained."""

    name: str
    address: str
    values: Mapping[str, Value | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The round that looked. `whole`: it visited every configured server."""

    round: str
    whole: bool
    at: datetime
    by: str = "scheduler"


@dataclass(slots=True, kw_only=True)
class Matches:
    """Which item stands for which sighting: one, none or several."""

    matched: dict[str, Item] = field(default_factory=dict)  # by sighting's name
    unmatched: list[str] = field(default_factory=list)  # 实物无台账
    ambiguous: dict[str, list[str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)  # 台账无实物


def match(items: Sequence[Item], sightings: Sequence[Sighting]) -> Matches:
    """Match by the name inspections use, then by name, then by address.

    An item that stands for another server of the round is no candidate.
    """
    found = Matches()
    names = {sighting.name for sighting in sightings}
    for sighting in sightings:
        candidates = _candidates(items, sighting, names)
        if len(candidates) == 1:
            found.matched[sighting.name] = candidates[0]
        elif candidates:
            codes = sorted(item.code for item in candidates)
            found.ambiguous[sighting.name] = codes
        else:
            found.unmatched.append(sighting.name)
    seen = {item.code for item in found.matched.values()}
    seen |= {code for codes in found.ambiguous.values() for code in codes}
    found.missing = sorted(i.code for i in items if i.server and i.code not in seen)
    return found


def _candidates(
    items: Sequence[Item], sighting: Sighting, names: set[str]
) -> list[Item]:
    free = [item for item in items if item.server not in names]
    for candidates in (
        [item for item in items if item.server == sighting.name],
        [item for item in free if item.name == sighting.name],
        [item for item in free if item.address and item.address == sighting.address],
    ):
        if candidates:
            return candidates
    return []


def would_vanish(
    items: Sequence[Item], sightings: Sequence[Sighting], found: Matches, *, whole: bool
) -> bool:
    """Tell whether more than half of either side stands alone: then nothing is true."""
    enrolled = [item for item in items if item.server]
    if not enrolled:
        return False
    lost = whole and 2 * len(found.missing) > len(enrolled)
    return lost or 2 * len(found.unmatched) > len(sightings)


def reconcile(
    session: Session,
    sightings: Sequence[Sighting],
    occasion: Occasion,
    *,
    explained: Explained,
) -> Reconciliation:
    """Compare a round with the library, and keep what it came to.

    What was not recorded yet is filled in; what differs is recorded where a change
    explains it, and raised as an unauthorised change where none does. Where more than
    half would stand alone nothing is changed, and the row says so.
    """
    items = living_devices(session)
    found = match(items, sightings)
    refused = would_vanish(items, sightings, found, whole=occasion.whole)
    counts = {"filled": 0, "opened": 0, "explained": 0, "gone": 0}
    if not refused:
        standing = _standing(session)
        for sighting in sightings:
            item = found.matched.get(sighting.name)
            if item is not None:
                look = _Look(session, item, occasion, standing.get(item.id, {}))
                _add(counts, look.compare(sighting, explained))
    return _keep(session, occasion, found, counts, refused=refused)


def living_devices(session: Session) -> list[Item]:
    """Return the devices that may be met: neither out of use nor scrapped."""
    query = select(Item).where(
        Item.type == Type.DEVICE,
        Item.state.not_in([State.STOPPED, State.SCRAPPED]),
    )
    return list(session.scalars(query.order_by(Item.id)))


def _standing(session: Session) -> dict[int, dict[str, Drift]]:
    """Return the open differences by item and field."""
    found: dict[int, dict[str, Drift]] = {}
    query = select(Drift).where(Drift.state == DriftState.OPEN).with_for_update()
    rows = session.scalars(query)
    for drift in rows:
        found.setdefault(drift.item_id, {})[drift.field] = drift
    return found


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for name, number in more.items():
        counts[name] += number


@dataclass(slots=True)
class _Look:
    """One look at one item."""

    session: Session
    item: Item
    occasion: Occasion
    standing: Mapping[str, Drift]

    def compare(self, sighting: Sighting, explained: Explained) -> dict[str, int]:
        values = {"address": sighting.address or None, **sighting.values}
        known = {name: v for name, v in values.items() if v not in (None, [])}
        new = {n: v for n, v in known.items() if self.item.fields.get(n) is None}
        other = {
            name: value
            for name, value in known.items()
            if name not in new and not same(name, self.item.fields[name], value)
        }
        gone = [
            drift
            for name, drift in self.standing.items()
            if name in known and name not in other
        ]
        for drift in gone:
            self._close(drift, DriftState.GONE, "")
        reference = explained(self.item.code) if other else ""
        for name, value in other.items():
            self._differs(name, value, reference)
        self._record(new, CauseKind.FOUND, self.occasion.round)
        if reference:
            self._record(other, CauseKind.CHANGE, reference)
        opened = 0 if reference else len(set(other) - set(self.standing))
        return {
            "filled": len(new),
            "opened": opened,
            "explained": len(other) if reference else 0,
            "gone": len(gone),
        }

    def _differs(self, name: str, value: Value | None, reference: str) -> None:
        drift = self.standing.get(name)
        if drift is None:
            drift = Drift(
                item_id=self.item.id,
                field=name,
                was=spelled(self.item.fields[name]),
                round=self.occasion.round,
                seen_at=self.occasion.at,
                state=DriftState.OPEN,
            )
            self.session.add(drift)
        drift.found = {"value": value}
        drift.seen_last_at = self.occasion.at
        if reference:
            self._close(drift, DriftState.EXPLAINED, reference)

    def _close(self, drift: Drift, state: DriftState, why: str) -> None:
        drift.state = state
        drift.explanation = why
        drift.by = self.occasion.by
        drift.at = self.occasion.at

    def _record(
        self, values: Mapping[str, Value | None], kind: CauseKind, reference: str
    ) -> None:
        if values:
            cause = Cause(kind=kind, reference=reference, batch=self.occasion.round)
            by, at = self.occasion.by, self.occasion.at
            revise(self.session, self.item.code, values, cause=cause, by=by, at=at)


def same(name: str, recorded: Any, found: Any) -> bool:
    """Tell whether what was found is what is recorded; the order of a list is none."""
    if isinstance(recorded, list) and isinstance(found, list):
        return set(recorded) == set(found)
    if name == "memory_mib" and isinstance(recorded, int | float):
        return bool(abs(recorded - found) <= _NEAR * max(recorded, found))
    return bool(recorded == found)


def _keep(
    session: Session,
    occasion: Occasion,
    found: Matches,
    counts: Mapping[str, int],
    *,
    refused: bool,
) -> Reconciliation:
    result = {
        "matched": len(found.matched),
        "unmatched": found.unmatched,
        "ambiguous": found.ambiguous,
        "missing": found.missing,
        **counts,
    }
    row = Reconciliation(
        round=occasion.round, at=occasion.at, refused=refused, result=result
    )
    session.add(row)
    session.flush()
    audit.write(
        session,
        actor=occasion.by,
        action="assets-reconciled",
        subject=occasion.round,
        at=occasion.at,
        detail={"refused": refused, **counts},
    )
    return row


COMPARED = tuple(field.name for field in DEVICE.fields if field.found)
"""What a round may say of a device."""
