"""Walks the servers: a bounded pool, one deadline each, every errand one transcript."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from probes.transcript import Transcript
from probes.transport import Call, Deadline, Errand
from probes.visit import Gateway, Patience, broken, visit

_STACK = 1 << 20
"""Bytes: of threads with the usual eight MiB the system keeps five for the next to use,
and a visit starts two."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One server has reached a stage: connect key auth script checks done."""

    server: str
    stage: str
    at_ms: int  # since the walk began


On = Callable[[Step], None]


def walk(
    errands: Sequence[Errand],
    *,
    workers: int,
    per_gateway: int,
    on: On | None = None,
    patience: Patience | None = None,
) -> Generator[Transcript, None, None]:
    """Yield each server's transcript as soon as that server has ended.

    Exactly one for every errand; a server's trouble is in its transcript, never
    raised. `on` is called from the workers. Leaving the loop early (close, Ctrl-C)
    hangs up every call and waits for the threads.
    """
    pool = _Pool(errands, per_gateway, on or _nobody, patience or Patience())
    names = range(min(max(1, workers), len(errands)))
    threads = [threading.Thread(target=pool.work, name=f"visit-{n}") for n in names]
    usual = threading.stack_size(_STACK)
    try:
        for thread in threads:
            thread.start()
        for _ in errands:
            yield pool.results.get()
    finally:
        threading.stack_size(usual)
        pool.stop()
        for thread in threads:
            if thread.ident is not None:
                thread.join()


def _nobody(_step: Step) -> None:
    """Tell nobody."""


class _Pool:
    """What the workers share. A worker takes the first errand whose way is free."""

    def __init__(
        self,
        errands: Sequence[Errand],
        per_gateway: int,
        on: On,
        patience: Patience,
    ) -> None:
        self.results: SimpleQueue[Transcript] = SimpleQueue()
        self._waiting = list(errands)
        self._per_gateway = max(1, per_gateway)
        self._on = on
        self._patience = patience
        self._began = time.monotonic()
        self._busy: Counter[str] = Counter()
        self._calls: set[Call] = set()
        self._stopped = False
        self._free = threading.Condition()
        self._gateways = {
            hop.name: Gateway() for errand in errands for hop in errand.server.via
        }

    def work(self) -> None:
        """Visit one server after the other until none is left."""
        while (errand := self._take()) is not None:
            try:
                self.results.put(self._visit(errand))
            except Exception as error:  # noqa: BLE001 – the wall around one server
                _log.exception("visit-broken", extra={"server": errand.server.name})
                self.results.put(broken(errand, error))
            finally:
                self._leave(errand)

    def stop(self) -> None:
        """Take no more, and end every call in progress."""
        with self._free:
            self._stopped = True
            self._waiting.clear()
            calls = list(self._calls)
            self._free.notify_all()
        for call in calls:
            call.hang_up()

    def _visit(self, errand: Errand) -> Transcript:
        name = errand.server.name
        call = Call(Deadline.after(errand.limits.server), lambda s: self._say(name, s))
        with self._free:
            self._calls.add(call)
            stopped = self._stopped
        if stopped:
            call.hang_up()
        try:
            with call:
                return visit(errand, call, self._gateways, self._patience)
        finally:
            with self._free:
                self._calls.discard(call)
            self._say(name, "done")

    def _say(self, server: str, stage: str) -> None:
        passed = int((time.monotonic() - self._began) * 1000)
        self._on(Step(server, stage, passed))

    def _take(self) -> Errand | None:
        with self._free:
            while self._waiting:
                for index, errand in enumerate(self._waiting):
                    if self._is_free(errand):
                        self._busy.update(_gateways_of(errand))
                        return self._waiting.pop(index)
                self._free.wait()
            return None

    def _leave(self, errand: Errand) -> None:
        with self._free:
            self._busy.subtract(_gateways_of(errand))
            self._free.notify_all()

    def _is_free(self, errand: Errand) -> bool:
        names = _gateways_of(errand)
        return all(self._busy[name] < self._per_gateway for name in names)


def _gateways_of(errand: Errand) -> set[str]:
    return {hop.name for hop in errand.server.via}
