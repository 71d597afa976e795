"""Automatic steps are carried out: taken by lease, bounded from outside, answered once.

Each step has a keeper, a thread that renews its lease while another carries the action
out. A keeper never waits longer than the step's limit and a little: what hangs beyond
it is left behind, and its step becomes unknown, as it does when this process dies.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from opsdesk.core import clock, runner
from opsdesk.core.desk import Desk, is_demo
from opsdesk.flows.acting import Answer, carry_out
from opsdesk.flows.acting.answer import unmet
from opsdesk.flows.itself import SELF
from opsdesk.responses.operations import leasing, noting
from probes.finding import Words

AT_ONCE = 4
"""How many steps one process carries out at the same time."""
MOST_HUNG = 8
"""With so many actions left behind, nothing new is begun until the desk is restarted."""
RENEWING = timedelta(seconds=10)
GRACE = timedelta(seconds=10)
LEAVING = timedelta(seconds=20)
"""How long a desk that is stopped waits for what is under way."""
WRITING = timedelta(minutes=2)
"""How long an answer is kept at hand while the database is away."""

log = structlog.get_logger(__name__)

Act = Callable[[Desk, leasing.Work], Answer]


@dataclass(slots=True)
class Workshop:
    """This process's keepers, and what they had to leave behind."""

    keepers: dict[int, threading.Thread] = field(default_factory=dict)
    hung: list[threading.Thread] = field(default_factory=list)

    def room(self) -> int:
        """Return how many steps may be begun now."""
        self.keepers = {n: one for n, one in self.keepers.items() if one.is_alive()}
        self.hung = [one for one in self.hung if one.is_alive()]
        if len(self.hung) >= MOST_HUNG:
            log.error("steps.hung", count=len(self.hung))
            return 0
        return AT_ONCE - len(self.keepers)

    def join(self, seconds: float) -> None:
        """Wait for everybody."""
        for thread in self.keepers.values():
            thread.join(seconds)


def act(desk: Desk, work: leasing.Work) -> Answer:
    """Carry out a step's action; a desk of made-up data connects to nothing."""
    if is_demo(desk.settings):
        return Answer(done=False, words=_DEMO, figures={"outcome": "demo"})
    return carry_out(desk.settings, work.action, work.arguments, limit=work.timeout)


def tick(
    desk: Desk, workshop: Workshop, *, stop: threading.Event, do: Act = act
) -> int:
    """Take as many waiting steps as there is room for; return how many."""
    room = workshop.room()
    if room <= 0 or stop.is_set():
        return 0
    with desk.database.reading() as session:
        waiting = leasing.queued(session, most=room)
    taken = 0
    for step_id in waiting:
        with desk.database.unit() as session:
            work = leasing.lease(session, step_id, worker=runner.me(), at=clock.now())
        if work is None:
            continue
        keeper = _Keeper(desk, workshop, work, stop, do)
        thread = threading.Thread(target=keeper.keep, name=f"step-{work.key}")
        workshop.keepers[step_id] = thread
        thread.start()
        taken += 1
    return taken


@dataclass(slots=True)
class _Keeper:
    """Watches over one step from its lease to its answer."""

    desk: Desk
    workshop: Workshop
    work: leasing.Work
    stop: threading.Event
    do: Act
    came: Answer | None = None
    bug: str = ""

    def keep(self) -> None:
        """Have the action carried out, and write down what came of it, or let go."""
        try:
            self._keep()
        except Exception:  # the wall around one step; its lease runs out
            log.exception("step.unkept", run=self.work.number, step=self.work.key)

    def _keep(self) -> None:
        hand = threading.Thread(target=self._act, name="action", daemon=True)
        hand.start()
        if not self._watch(hand):
            self.workshop.hung.append(hand)
            self._let_go(_HUNG)
        elif self.came is None:
            self._let_go(_BROKE.fill(why=self.bug))
        elif self.came.certain:
            self._patiently(self._write)
        else:
            self._let_go(self.came.words)

    def _act(self) -> None:
        try:
            self.came = self.do(self.desk, self.work)
        except Exception as bug:
            log.exception("step.broke", run=self.work.number, step=self.work.key)
            self.bug = type(bug).__name__

    def _watch(self, hand: threading.Thread) -> bool:
        """Renew the lease until the hand is done; False: it never was."""
        end = monotonic() + (self.work.timeout + GRACE).total_seconds()
        beat = monotonic()
        while hand.is_alive() and monotonic() < end:
            if self.stop.is_set():
                end = min(end, monotonic() + LEAVING.total_seconds())
                hand.join(max(0.0, end - monotonic()))
                break
            hand.join(0.2)
            if monotonic() - beat >= RENEWING.total_seconds():
                beat = monotonic()
                self._renew(leasing.LEASE)
        return not hand.is_alive()

    def _renew(self, last: timedelta) -> None:
        """Renew; a beat that cannot be written is one beat less."""
        try:
            with self.desk.database.unit() as session:
                leasing.renew(
                    session,
                    self.work,
                    worker=runner.me(),
                    at=clock.now(),
                    last=last,
                )
        except (OperationalError, InterfaceError):
            log.warning("step.unrenewed", run=self.work.number, step=self.work.key)

    def _let_go(self, why: Words) -> None:
        """Say why nobody knows what came of it, and end the lease: a person decides."""

        def say() -> None:
            with self.desk.database.unit() as session:
                self._keep_raw(session)
                said = noting.Note(text=_LET_GO.format(why=why.zh), step=self.work.key)
                noting.note(session, self.work.number, said, by=SELF, at=clock.now())

        self._patiently(say)
        self._renew(timedelta())

    def _write(self) -> None:
        assert self.came is not None
        with self.desk.database.unit() as session:
            sha256 = self._keep_raw(session)
            came = judged(self.work, self.came, sha256)
            kept = leasing.answer(
                session, self.work, came, worker=runner.me(), at=clock.now()
            )
        if not kept:
            log.warning("step.lost", run=self.work.number, step=self.work.key)

    def _keep_raw(self, session: Session) -> str:
        """Keep what the action brought back under its hash, tied to the step."""
        if self.came is None or not self.came.raw:
            return ""
        sha256 = self.desk.store.put(self.came.raw)
        ending = _ENDINGS.get(self.came.media_type, "bin")
        evidence = noting.Evidence(
            name=f"{self.work.key}-{self.work.attempt}.{ending}",
            media_type=self.came.media_type,
            size=len(self.came.raw),
            sha256=sha256,
            step=self.work.key,
        )
        noting.attach(session, self.work.number, evidence, by=SELF, at=clock.now())
        return sha256

    def _patiently(self, write: Callable[[], None]) -> None:
        """Write, again and again while the database is away."""
        end = monotonic() + WRITING.total_seconds()
        while True:
            try:
                return write()
            except (OperationalError, InterfaceError):
                if monotonic() > end or self.stop.wait(1):
                    raise


def judged(work: leasing.Work, came: Answer, sha256: str) -> leasing.Answer:
    """Return the answer with what the plan expects of it held against it."""
    wanting = list(unmet(work.expect, came.figures)) if came.done else []
    zh = [came.words.zh, *(one.zh for one in wanting)]
    en = [came.words.en, *(one.en for one in wanting)]
    return leasing.Answer(
        ok=came.done and not wanting,
        text="；".join(zh),
        detail={
            "figures": dict(came.figures),
            "expect": dict(work.expect),
            "unmet": [list(one) for one in wanting],
            "words": ["；".join(zh), "; ".join(en)],
            "evidence": sha256,
        },
    )


_ENDINGS = {
    "application/json": "json",
    "text/plain": "txt",
    "application/x-opsdesk-transcript": "transcript",
}
_DEMO = Words(
    "演示数据：不连接任何服务器，没有执行。请改为人工完成。",
    "Made-up data: nothing is connected, and nothing was done. Do the step by hand.",
)
_HUNG = Words(
    "动作超过时限后仍没有停下", "the action did not stop after its limit had passed"
)
_BROKE = Words(
    "服务台程序出错（{why}），请把日志交给管理员",
    "a mistake in the desk itself ({why}); give the log to the administrator",
)
_LET_GO = "结果不明：{why}。请核实后填写结果；计划允许时可重新执行。"
