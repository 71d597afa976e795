"""The figures of a month, counted a second time from every row of every table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.archive.models import Document
from opsdesk.assets.models import Drift, Item
from opsdesk.core.database import Row
from opsdesk.inspections.models import Condition, Judgement, Round, Visit
from opsdesk.people.handover.models import Handover
from opsdesk.people.models import Person, SignInFailure, SignInSession
from opsdesk.people.roster.models import Duty
from opsdesk.responses.models import Run
from opsdesk.tickets.models import Kind, Ticket
from tests.flows.test_issue_monthly_report import KINDS, SINCE, UNTIL

TABLES: tuple[type[Row], ...] = (
    *(Ticket, Round, Visit, Judgement, Condition, Run, Item, Drift, Document),
    *(Person, Duty, Handover, SignInSession, SignInFailure),
)
DAYS = [date(2026, 10, n) for n in range(1, 32)]
Facts = dict[type[Row], list[Any]]


def everything(session: Session) -> Facts:
    return {
        one: list(session.scalars(select(one).order_by(*one.__table__.primary_key)))
        for one in TABLES
    }


@dataclass(frozen=True)
class Again:
    """Counts everything again, from every row of every table."""

    facts: Facts

    def tickets(self, kind: Kind) -> list[Ticket]:
        return [t for t in self.facts[Ticket] if t.kind is kind and t.state != "void"]

    def opened(self, kind: Kind) -> list[Ticket]:
        return [t for t in self.tickets(kind) if SINCE <= t.opened_at < UNTIL]

    def closed(self, kind: Kind) -> list[Ticket]:
        return [
            t
            for t in self.tickets(kind)
            if t.closed_at is not None and SINCE <= t.closed_at < UNTIL
        ]

    def scheduled(self) -> list[Round]:
        return [
            r
            for r in self.facts[Round]
            if r.day in DAYS and r.slot.value in ("morning", "noon", "evening")
        ]

    def held(self) -> list[Round]:
        done = ("judged", "reviewed", "signed")
        return [r for r in self.scheduled() if r.status.value in done]

    def visits(self) -> list[Visit]:
        ids = {r.id for r in self.scheduled()}
        return [
            v for v in self.facts[Visit] if v.round_id in ids and v.outcome is not None
        ]

    def stood(self) -> list[Condition]:
        return [
            c
            for c in self.facts[Condition]
            if c.opened_at < UNTIL and (c.closed_at is None or c.closed_at >= SINCE)
        ]

    def drifts(self) -> list[Drift]:
        return [d for d in self.facts[Drift] if SINCE <= d.seen_at < UNTIL]

    def runs(self, purpose: str) -> list[Run]:
        return [
            r
            for r in self.facts[Run]
            if r.purpose.value == purpose
            and r.started_at is not None
            and SINCE <= r.started_at < UNTIL
        ]

    def ended(self, purpose: str) -> int:
        over = ("review", "signed")
        return sum(r.state.value in over for r in self.runs(purpose))

    def duties(self) -> list[Duty]:
        return [d for d in self.facts[Duty] if d.day in DAYS and d.removed_at is None]

    def heads(self) -> int:
        return sum(
            p.role.value in ("engineer", "lead")
            and p.created_at < UNTIL
            and (p.disabled_at is None or p.disabled_at >= UNTIL)
            for p in self.facts[Person]
        )

    def handovers(self, *states: str) -> int:
        return sum(
            h.day in DAYS and h.state.value in states for h in self.facts[Handover]
        )

    def items(self) -> int:
        return sum(i.created_at < UNTIL for i in self.facts[Item])

    def disks(self) -> dict[tuple[str, str], list[tuple[datetime, float]]]:
        judged = {j.id: j for j in self.facts[Judgement]}
        found: dict[tuple[str, str], list[tuple[datetime, float]]] = {}
        for visit in self.visits():
            readings = judged[visit.judgement_id].readings if visit.judgement_id else {}
            for name, value in (readings or {}).items():
                if name.startswith("filesystem_used_percent{") and visit.began_at:
                    found.setdefault((visit.server, name), []).append(
                        (visit.began_at, value)
                    )
        return found

    def clock(self, name: str) -> tuple[int, int]:
        return self.kept(self.opened(Kind.INCIDENT), name)

    @staticmethod
    def kept(some: list[Ticket], name: str) -> tuple[int, int]:
        ended = [
            t.result["clocks"][name]
            for t in some
            if t.result and name in t.result["clocks"]
        ]
        return len(ended), sum(one["met"] for one in ended)


Second = Callable[[Again], float | None]


def carried(kind: Kind, a: Again) -> int:
    return sum(
        t.opened_at < SINCE and (t.closed_at is None or t.closed_at >= SINCE)
        for t in a.tickets(kind)
    )


def left(kind: Kind, a: Again) -> int:
    return sum(
        t.opened_at < UNTIL and (t.closed_at is None or t.closed_at >= UNTIL)
        for t in a.tickets(kind)
    )


def void(kind: Kind, a: Again) -> int:
    return sum(
        t.kind is kind and t.state == "void" and SINCE <= t.opened_at < UNTIL
        for t in a.facts[Ticket]
    )


def opened(kind: Kind, a: Again) -> int:
    return len(a.opened(kind))


def closed(kind: Kind, a: Again) -> int:
    return len(a.closed(kind))


def clock(name: str, part: int, a: Again) -> int:
    return a.clock(name)[part]


def of_registers() -> dict[str, Second]:
    found: dict[str, Second] = {}
    for name, kind in KINDS.items():
        for count in (opened, closed, carried, left, void):
            found[f"{name}.{count.__name__}"] = partial(count, kind)
    for name in ("response", "restored", "released", "plan"):
        found[f"clocks.{name}.n"] = partial(clock, name, 0)
        found[f"clocks.{name}.met"] = partial(clock, name, 1)
    return found


def back(tickets: list[Ticket]) -> int:
    return sum(bool(t.sheet.get("rolled_back_at")) for t in tickets)


OF_ROUNDS: dict[str, Second] = {
    "health.asked": lambda a: len(a.visits()),
    "health.heard": lambda a: sum(v.outcome == "answered" for v in a.visits()),
    "capacity.filesystems": lambda a: len(a.disks()),
    "capacity.filling": lambda a: sum(
        rows[-1][1] > rows[0][1] for rows in a.disks().values()
    ),
    "rounds.due": lambda _a: 3 * len(DAYS),
    "rounds.done": lambda a: len(a.held()),
    "rounds.late": lambda a: sum(r.late for r in a.held()),
    "rounds.signed": lambda a: sum(r.status.value == "signed" for r in a.held()),
    "rounds.missed": lambda a: sum(r.status.value == "missed" for r in a.scheduled()),
    "rounds.unrecorded": lambda a: 3 * len(DAYS) - len(a.scheduled()),
    "rounds.adhoc": lambda a: sum(
        r.day in DAYS and r.slot.value == "adhoc" for r in a.facts[Round]
    ),
    "findings.stood": lambda a: len(a.stood()),
    "findings.opened": lambda a: sum(c.opened_at >= SINCE for c in a.stood()),
    "findings.closed": lambda a: sum(
        c.closed_at is not None and c.closed_at < UNTIL for c in a.stood()
    ),
    "findings.left": lambda a: sum(
        c.closed_at is None or c.closed_at >= UNTIL for c in a.stood()
    ),
    "security.login_findings": lambda a: sum(
        c.probe in ("logins", "accounts", "identity") for c in a.stood()
    ),
}
OF_WORKS: dict[str, Second] = {
    "changes.rolled_back": lambda a: back(a.closed(Kind.CHANGE)),
    "releases.rolled_back": lambda a: back(a.closed(Kind.RELEASE)),
    "changes.unauthorised": lambda a: sum(d.state.value == "open" for d in a.drifts()),
    "security.drifts": lambda a: len(a.drifts()),
    "library.items": lambda a: a.items(),
    "requests.rated": lambda a: sum(
        str(t.sheet.get("satisfaction", "")).isdigit() for t in a.closed(Kind.REQUEST)
    ),
    "drills.done": lambda a: a.ended("drill"),
    "drills.restore": lambda a: a.ended("restore"),
    "drills.emergencies": lambda a: len(a.runs("emergency")),
}
OF_PEOPLE: dict[str, Second] = {
    "security.sign_ins": lambda a: sum(
        SINCE <= s.created_at < UNTIL for s in a.facts[SignInSession]
    ),
    "security.failures": lambda a: sum(
        SINCE <= f.at < UNTIL for f in a.facts[SignInFailure]
    ),
    "staff.heads": lambda a: a.heads(),
    "staff.duties": lambda a: len(a.duties()),
    "staff.attended": lambda a: sum(d.arrived_at is not None for d in a.duties()),
    "staff.handovers": lambda a: a.handovers("draft", "given", "taken"),
    "staff.taken": lambda a: a.handovers("taken"),
}


def ever_closed(tickets: list[Ticket]) -> tuple[int, int]:
    return len(tickets), sum(t.closed_at is not None for t in tickets)


def by_complexity(a: Again, *, is_complex: bool) -> list[Ticket]:
    return [
        t
        for t in a.opened(Kind.INCIDENT)
        if bool(t.sheet.get("complex_at")) is is_complex
    ]


def planned(a: Again) -> tuple[int, int]:
    owed = [t for t in a.opened(Kind.INCIDENT) if t.sheet.get("plan_due_at")]
    return len(owed), sum(bool(t.sheet.get("plan_reported_at")) for t in owed)


def on_site(a: Again) -> tuple[int, int]:
    came = [t for t in a.opened(Kind.INCIDENT) if t.sheet.get("on_site_at")]
    limit = timedelta(minutes=15)
    within = [
        datetime.fromisoformat(t.sheet["on_site_at"]) - t.opened_at <= limit
        for t in came
    ]
    return len(came), sum(within)


def both(count: Callable[[Again], int]) -> Callable[[Again], tuple[int, int]]:
    return lambda a: (count(a), count(a))


OF_DUTIES: dict[str, Callable[[Again], tuple[int, int]]] = {
    "D01": lambda a: ever_closed(a.opened(Kind.INCIDENT)),
    "D02": lambda a: ever_closed(a.opened(Kind.REQUEST)),
    "D04": lambda a: (1, a.ended("drill")),
    "D06": lambda a: (1, bool(a.disks())),
    "D08": lambda a: a.clock("response"),
    "D09": lambda a: a.kept(by_complexity(a, is_complex=False), "restored"),
    "D10": lambda a: a.kept(by_complexity(a, is_complex=True), "restored"),
    "D11": planned,
    "D16": lambda a: (3 * len(DAYS), len(a.held())),
    "D17": both(lambda a: sum(len(a.opened(kind)) for kind in Kind)),
    "D19": on_site,
    "D20": lambda a: (8, a.heads()),
    "D25": both(lambda a: a.items()),
    "D26": both(lambda a: len(a.opened(Kind.CHANGE))),
    "D27": lambda a: (
        len(a.closed(Kind.RELEASE)),
        len(a.closed(Kind.RELEASE)) - back(a.closed(Kind.RELEASE)),
    ),
    "D28": lambda a: (
        len(DAYS),
        len({d.day for d in a.facts[Document] if d.kind == "daily_record"} & {*DAYS}),
    ),
    "D29": lambda _a: (1, 1),
    "D30": both(lambda a: len(a.opened(Kind.CHANGE))),
    "D31": both(lambda a: len(a.opened(Kind.REPAIR))),
    "D32": both(lambda a: len(a.runs("emergency"))),
    "D33": both(lambda a: len(a.opened(Kind.PROBLEM))),
    "D34": lambda a: ever_closed(a.opened(Kind.REQUEST)),
}


def duty(name: str, part: int, a: Again) -> int | None:
    return OF_DUTIES[name](a)[part] if name in OF_DUTIES else None


def of_duties() -> dict[str, Second]:
    return {
        f"duties.D{n:02d}.{name}": partial(duty, f"D{n:02d}", part)
        for n in range(1, 35)
        for part, name in enumerate(("due", "done"))
    }


SECOND = {**of_registers(), **OF_ROUNDS, **OF_WORKS, **OF_PEOPLE, **of_duties()}
