"""Numbers are gap-free within a day, whoever asks at the same time."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from opsdesk.core.database import Database
from opsdesk.tickets.number_series import NumberSeries
from opsdesk.tickets.numbers import next_number

DAY = date(2026, 11, 22)


def test_a_day_begins_with_one_and_counts_up(database: Database) -> None:
    with database.unit() as session:
        taken = [next_number(session, "INS", DAY) for _ in range(3)]
    assert taken == [f"INS-20261122-{n:04d}" for n in (1, 2, 3)]


def test_each_prefix_and_each_day_has_a_series_of_its_own(database: Database) -> None:
    with database.unit() as session:
        next_number(session, "INS", DAY)
        assert next_number(session, "DOC", DAY) == "DOC-20261122-0001"
        assert next_number(session, "INS", date(2026, 11, 23)) == "INS-20261123-0001"


def test_a_number_whose_unit_failed_is_given_out_again(database: Database) -> None:
    class Undo(Exception):
        pass

    def take_and_fail() -> None:
        with database.unit() as session:
            next_number(session, "INS", DAY)
            raise Undo

    with pytest.raises(Undo):
        take_and_fail()
    with database.unit() as session:
        assert next_number(session, "INS", DAY) == "INS-20261122-0001"


def test_askers_at_the_same_time_leave_no_gap_and_no_double(database: Database) -> None:
    taken: list[str] = []

    def work() -> None:
        for _ in range(8):
            with database.unit() as session:
                taken.append(next_number(session, "INS", DAY))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == [f"INS-20261122-{n:04d}" for n in range(1, 49)]


def test_an_unknown_prefix_is_a_mistake_of_ours(sqlite_database: Database) -> None:
    with pytest.raises(ValueError, match="XYZ"), sqlite_database.unit() as session:
        next_number(session, "XYZ", DAY)


def test_the_ten_thousandth_number_of_a_day_is_simply_longer(
    sqlite_database: Database,
) -> None:
    with sqlite_database.unit() as session:
        session.add(NumberSeries(prefix="INC", day=DAY, last=9999))
        session.flush()
        assert next_number(session, "INC", DAY) == "INC-20261122-10000"
