"""The contract's duties: what fell due in the period, what was done, and where it shows.

A duty whose records the desk does not keep says 未取得 and why; nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from opsdesk.flows.month.clauses import CLAUSES, Clause
from opsdesk.flows.month.material import Material
from opsdesk.flows.month.told import NONE, column, share
from opsdesk.reporting.queries.tickets import TicketRow, attained
from opsdesk.reporting.span import Sort
from opsdesk.tickets.models import Kind
from reports.documents.monthly import ReportSection, Table
from reports.documents.words import Text, Words, not_obtained

Figures = dict[str, float | None]
Counted = Mapping[str, tuple[int, int]]
"""Due and done, by a duty's id; one that is not there is not known."""
ON_SITE = 15
LEAST_STAFF = 8


def chapter(m: Material, figures: Figures) -> ReportSection:
    """Return the table of every duty."""
    counted = {**_faults(m), **_running(m, figures), **_registers(m, figures)}
    counted.update(_papers(m, figures))
    for one in CLAUSES:
        due, done = counted.get(one.id, (None, None))
        figures[f"duties.{one.id}.due"] = due
        figures[f"duties.{one.id}.done"] = done
    return ReportSection(
        key="duties",
        title=Words("合同条款履约一览", "The contract's duties"),
        blocks=(_table(counted),),
    )


def _table(counted: Counted) -> Table:
    return Table(
        title=Words("D01–D34 履约情况", "D01–D34: due and done"),
        columns=(
            column("编号", "Id", 0.9),
            column("条款", "Clause", 1.5),
            column("要求", "Duty", 4),
            column("应完成", "Due", 1.1, right=True),
            column("已完成", "Done", 1.1, right=True),
            column("完成率", "Share", 1.2, right=True),
            column("依据与说明", "Evidence", 4.2),
        ),
        lines=tuple(_line(one, counted) for one in CLAUSES),
        formula=Words(
            "由登记簿计算；应完成为 0 时完成率记「—」；没有登记簿的写「未取得」，不计为完成。",
            "computed from the registers; — where nothing was due; what no register "
            "holds is not obtained, and counts as done nowhere.",
        ),
    )


def _line(one: Clause, counted: Counted) -> tuple[Text, ...]:
    if one.id not in counted:
        unknown = not_obtained(one.note)
        return (one.id, one.clause, one.duty, NONE, NONE, NONE, unknown)
    due, done = counted[one.id]
    shown = share(done, due)
    return (one.id, one.clause, one.duty, str(due), str(done), shown, one.note)


def _faults(m: Material) -> Counted:
    rows = m.registers[Kind.INCIDENT].opened
    complex_ = [r for r in rows if r.sheet.get("complex_at")]
    ordinary = [r for r in rows if not r.sheet.get("complex_at")]
    owed = [r for r in rows if r.sheet.get("plan_due_at")]
    came = [r for r in rows if r.sheet.get("on_site_at")]
    return {
        "D01": _closed(rows),
        "D02": _closed(m.registers[Kind.REQUEST].opened),
        "D08": _kept(rows, "response"),
        "D09": _kept(ordinary, "restored"),
        "D10": _kept(complex_, "restored"),
        "D11": (len(owed), sum(bool(r.sheet.get("plan_reported_at")) for r in owed)),
        "D19": (len(came), sum(_minutes_to_site(r) <= ON_SITE for r in came)),
    }


def _closed(rows: tuple[TicketRow, ...]) -> tuple[int, int]:
    return len(rows), sum(row.closed_at is not None for row in rows)


def _kept(rows: tuple[TicketRow, ...] | list[TicketRow], name: str) -> tuple[int, int]:
    kept = attained(rows, name)
    return kept.n, kept.met


def _minutes_to_site(row: TicketRow) -> float:
    arrived = datetime.fromisoformat(row.sheet["on_site_at"])
    return (arrived - row.opened_at).total_seconds() / 60


def _running(m: Material, figures: Figures) -> Counted:
    begun = [day for day in m.span.days if day <= m.today and m.in_contract(day)]
    months = {(day.year, day.month) for day in begun}
    return {
        "D04": (len(months), _n(figures, "drills.done")),
        "D06": (1, int(_n(figures, "capacity.filesystems") > 0)),
        "D16": (_n(figures, "rounds.due"), _n(figures, "rounds.done")),
    }


def _n(figures: Figures, name: str) -> int:
    return int(figures[name] or 0)


def _registers(m: Material, figures: Figures) -> Counted:
    opened = sum(len(register.opened) for register in m.registers.values())
    changes = len(m.registers[Kind.CHANGE].opened)
    released = len(m.registers[Kind.RELEASE].closed)
    return {
        "D17": (opened, opened),
        "D20": (LEAST_STAFF, _n(figures, "staff.heads")),
        "D25": (m.drift.items, m.drift.items),
        "D26": (changes, changes),
        "D27": (released, released - _n(figures, "releases.rolled_back")),
    }


def _papers(m: Material, figures: Figures) -> Counted:
    forms = {"D30": Kind.CHANGE, "D31": Kind.REPAIR, "D33": Kind.PROBLEM}
    emergencies = _n(figures, "drills.emergencies")
    return {
        "D28": (len(m.days), sum(day in m.records for day in m.days)),
        "D29": _monthly(m),
        **{id_: (n := len(m.registers[kind].opened), n) for id_, kind in forms.items()},
        "D32": (emergencies, emergencies),
        "D34": _closed(m.registers[Kind.REQUEST].opened),
    }


def _monthly(m: Material) -> tuple[int, int]:
    """Count this report, or those of the months of a longer period."""
    if m.span.sort is Sort.MONTHLY:
        return 1, 1
    months = m.months
    return len(months), sum(one in m.monthly for one in months)
