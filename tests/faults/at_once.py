"""Several things at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable


def at_once(*deeds: Callable[[], object]) -> list[BaseException | None]:
    """Do things at the same moment; returns what each of them raised."""
    raised: list[BaseException | None] = [None] * len(deeds)
    together = threading.Barrier(len(deeds))

    def run(place: int) -> None:
        together.wait(30)
        try:
            deeds[place]()
        except Exception as error:  # noqa: BLE001 - it is looked at below
            raised[place] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(deeds))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return raised
