"""Which devices the rounds began or ceased to ask in a period: new, renamed, retired."""

from __future__ import annotations

from collections.abc import Iterator

from opsdesk.flows.month.material import SLOTS, Material
from opsdesk.flows.month.told import column
from opsdesk.inspections.paper_words import SLOTS as SLOT_WORDS
from opsdesk.inspections.queries.month import VisitRow
from reports.documents.monthly import Table
from reports.documents.words import Text, Words

_NONE_BEFORE = Words("此前的巡检没有这台设备", "no round before asked it")
_NONE_AFTER = Words("此后的巡检没有这台设备", "no round after asked it")


def came_and_went(m: Material) -> Table:
    """Return the devices that the first or the last round of the period did not ask.

    A name is what the configuration called a device at that time. Another name at the
    same address is told and nothing is concluded from it.
    """
    visits = sorted((v for v in m.visits if v.slot in SLOTS), key=_when)
    return Table(
        title=Words("本期增减与改名的设备", "Devices that came, went or were renamed"),
        columns=(
            column("设备", "Device", 2),
            column("地址", "Address", 1.8),
            column("首次巡检", "First asked", 1.6),
            column("末次巡检", "Last asked", 1.6),
            column("登记所见", "What the rounds show", 5),
        ),
        lines=tuple(_changed(visits)),
        nothing=Words(
            "本期首次与末次定时巡检的设备相同，没有增减。",
            "The first and the last scheduled round asked the same devices.",
        ),
        formula=Words(
            "按每次巡检当时配置的设备名称；同一地址前后名称不同的可能是改名，以变更登记为准。",
            "by the names configured at each round; another name at the same address may be "
            "a renaming: the register of changes tells.",
        ),
    )


def _changed(visits: list[VisitRow]) -> Iterator[tuple[Text, ...]]:
    first: dict[str, VisitRow] = {}
    last: dict[str, VisitRow] = {}
    for visit in visits:
        first.setdefault(visit.server, visit)
        last[visit.server] = visit
    for name, began in first.items():
        ended = last[name]
        said = []
        if _when(began) != _when(visits[0]):
            former = [
                n for n, v in last.items() if _same(v, began) and _earlier(v, began)
            ]
            said.append(_before(former))
        if _when(ended) != _when(visits[-1]):
            later = [
                n for n, v in first.items() if _same(v, ended) and _earlier(ended, v)
            ]
            said.append(_after(later))
        if said:
            zh, en = "；".join(w.zh for w in said), "; ".join(w.en for w in said)
            yield name, ended.address, _said(began), _said(ended), Words(zh, en)


def _when(visit: VisitRow) -> tuple[str, int]:
    return f"{visit.day}", SLOTS.index(visit.slot)


def _earlier(one: VisitRow, other: VisitRow) -> bool:
    return _when(one) < _when(other)


def _same(one: VisitRow, other: VisitRow) -> bool:
    return one.server != other.server and one.address == other.address


def _said(visit: VisitRow) -> Words:
    slot = SLOT_WORDS[visit.slot]
    return Words(f"{visit.day:%m-%d} {slot.zh}", f"{visit.day:%m-%d} {slot.en}")


def _before(names: list[str]) -> Words:
    if not names:
        return _NONE_BEFORE
    listed = "、".join(names)
    return Words(
        f"此前同一地址的设备为 {listed}", f"the address was that of {listed} before"
    )


def _after(names: list[str]) -> Words:
    if not names:
        return _NONE_AFTER
    listed = "、".join(names)
    return Words(
        f"此后同一地址的设备为 {listed}", f"the address is that of {listed} after"
    )
