"""The clock against a slow, obviously right one that walks step by step."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from opsdesk.tickets.promises import tables
from opsdesk.tickets.promises.calendar import Calendar, Policy
from opsdesk.tickets.promises.clock import budget_of, clock
from opsdesk.tickets.promises.promise import (
    ByEndOf,
    Occurrence,
    Promise,
    State,
    What,
    Within,
)
from probes.finding import Words

SHANGHAI = ZoneInfo("Asia/Shanghai")
STEP = timedelta(minutes=10)

# around long holidays, made-up days, the turn of a year, and anywhere
anchors = st.sampled_from(
    [
        datetime(2021, 9, 30, tzinfo=UTC),
        datetime(2022, 1, 29, tzinfo=UTC),
        datetime(2022, 12, 30, tzinfo=UTC),
        datetime(2024, 9, 13, tzinfo=UTC),
        datetime(2025, 1, 27, tzinfo=UTC),
        datetime(2026, 2, 13, tzinfo=UTC),
        datetime(2026, 6, 17, tzinfo=UTC),
    ]
)
starts = st.builds(
    lambda anchor, steps: anchor + steps * STEP,
    anchors,
    st.integers(0, 3 * 24 * 6),
)
policies = st.sampled_from(list(Policy))
targets = st.one_of(
    st.builds(Within, st.integers(1, 6 * 80).map(lambda n: n * STEP)),
    st.builds(
        ByEndOf,
        st.integers(0, 3),
        st.one_of(st.none(), st.sampled_from([time(0), time(18), time(23, 50)])),
    ),
)
heard = st.sampled_from(
    [What.WAITING, What.RESUMED, What.RESTORED, What.REOPENED, What.ENDED]
)


def in_order(history: list[tuple[int, What]]) -> list[tuple[int, What]]:
    return sorted(history, key=lambda one: one[0])


histories = st.lists(st.tuples(st.integers(0, 4 * 24 * 6), heard), max_size=8).map(
    in_order
)


def promise(target: Within | ByEndOf, *, pauses: bool = True) -> Promise:
    return Promise("fix", Words("", ""), target, What.RESTORED, pauses=pauses)


def runs_now(  # noqa: PLR0911 - a plain list of what leads where
    state: State, what: What, *, pauses: bool
) -> State:
    """Say again, as plainly as can be, where each occurrence leads."""
    if what is What.RESTORED and state in (State.RUNNING, State.PAUSED):
        return State.MET
    if what is What.ENDED and state in (State.RUNNING, State.PAUSED):
        return State.STOPPED
    if what is What.WAITING and state is State.RUNNING and pauses:
        return State.PAUSED
    if what is What.RESUMED and state is State.PAUSED:
        return State.RUNNING
    if what is What.REOPENED and pauses:
        return State.RUNNING
    return state


def step_by_step(  # noqa: C901, PLR0912 - one plain walk, on purpose
    start: datetime,
    events: list[Occurrence],
    calendar: Calendar,
    now: datetime,
    budget: timedelta,
) -> tuple[timedelta, datetime, State]:
    """Walk step by step; on past `now` as if the clock went on."""
    at, state, counted = start, State.RUNNING, timedelta()
    deadline: datetime | None = start if not budget else None
    waiting = [one for one in events if one.at <= now]
    elapsed = timedelta()
    last_ran = start
    while at < now:
        while waiting and waiting[0].at <= at:
            state = runs_now(state, waiting.pop(0).what, pauses=True)
            if state is State.RUNNING:  # if only for this moment
                last_ran = at
        if state is State.RUNNING:
            if calendar.counts(calendar.local_day(at)):
                counted += STEP
            last_ran = at + STEP
            if counted == budget and deadline is None:
                deadline = at + STEP
        at += STEP
    while waiting:
        state = runs_now(state, waiting.pop(0).what, pauses=True)
        if state is State.RUNNING:
            last_ran = at
    elapsed = counted
    at = now if state in (State.RUNNING, State.PAUSED) else last_ran
    while deadline is None:
        if calendar.counts(calendar.local_day(at)):
            counted += STEP
        at += STEP
        if counted == budget:
            deadline = at
    return elapsed, deadline, state


@settings(max_examples=300, deadline=None)
@given(starts, policies, targets, histories, st.integers(0, 5 * 24 * 6))
@example(
    datetime(2021, 9, 30, tzinfo=UTC),
    Policy.LEGAL_DAYS,
    Within(STEP),
    in_order([(0, What.WAITING), (1, What.RESUMED), (1, What.RESTORED)]),
    1,
)
def test_elapsed_and_deadline_are_those_of_the_slow_clock(
    start: datetime,
    policy: Policy,
    target: Within | ByEndOf,
    history: list[tuple[int, What]],
    steps: int,
) -> None:
    calendar = Calendar(policy, SHANGHAI)
    now = start + steps * STEP
    events = [Occurrence(start + n * STEP, what) for n, what in history]
    reading = clock(
        [Occurrence(start, What.STARTED), *events], promise(target), calendar, now
    )
    assert reading is not None
    budget = budget_of(target, calendar, start)
    elapsed, deadline, state = step_by_step(start, events, calendar, now, budget)
    assert (reading.elapsed, reading.state) == (elapsed, state)
    assert reading.deadline == deadline


@settings(max_examples=150, deadline=None)
@given(starts, policies, targets, histories)
def test_the_elapsed_time_reaches_its_budget_exactly_at_the_deadline(
    start: datetime,
    policy: Policy,
    target: Within | ByEndOf,
    history: list[tuple[int, What]],
) -> None:
    calendar = Calendar(policy, SHANGHAI)
    pausing = [(n, what) for n, what in history if what in (What.WAITING, What.RESUMED)]
    events = [Occurrence(start, What.STARTED)]
    events += [Occurrence(start + n * STEP, what) for n, what in pausing]
    later = start + timedelta(days=5)
    owed = promise(target)
    reading = clock(events, owed, calendar, later)
    assert reading is not None
    if reading.state is not State.RUNNING:
        return
    then = clock(events, owed, calendar, max(reading.deadline, later))
    at_deadline = clock(events, owed, calendar, reading.deadline)
    assert then is not None
    assert at_deadline is not None
    assert then.deadline == reading.deadline
    if reading.deadline >= later:
        assert at_deadline.elapsed == reading.budget
        assert not at_deadline.breached


@given(starts, policies, st.integers(0, 6 * 24 * 6))
def test_time_counted_in_parts_is_time_counted_whole(
    start: datetime, policy: Policy, steps: int
) -> None:
    calendar = Calendar(policy, SHANGHAI)
    end = start + steps * STEP
    middle = start + steps // 2 * STEP
    whole = calendar.elapsed(start, end)
    assert calendar.elapsed(start, middle) + calendar.elapsed(middle, end) == whole


shuffled = st.lists(st.tuples(st.integers(0, 4 * 24 * 6), heard), max_size=8)


@given(starts, policies, targets, shuffled)
def test_a_clock_set_back_reads_as_if_it_had_stood_still(
    start: datetime,
    policy: Policy,
    target: Within | ByEndOf,
    history: list[tuple[int, What]],
) -> None:
    calendar, now = Calendar(policy, SHANGHAI), start + timedelta(days=5)
    stood = accumulate((n for n, _ in history), max)
    still = [(n, what) for n, (_, what) in zip(stood, history, strict=True)]
    readings = [
        clock(
            [
                Occurrence(start, What.STARTED),
                *(Occurrence(start + n * STEP, what) for n, what in told),
            ],
            promise(target),
            calendar,
            now,
        )
        for told in (history, still)
    ]
    assert readings[0] == readings[1]


@given(starts, policies, st.integers(1, 6 * 80))
def test_a_deadline_is_the_first_moment_at_which_the_time_is_up(
    start: datetime, policy: Policy, steps: int
) -> None:
    calendar, service = Calendar(policy, SHANGHAI), steps * STEP
    due = calendar.after(start, service)
    assert calendar.elapsed(start, due) == service
    assert calendar.elapsed(start, due - timedelta(microseconds=1)) < service


def test_every_shipped_table_reads_without_a_mistake() -> None:
    assert [tables.table(year).year for year in tables.years()] == list(tables.years())
    assert set(range(2021, 2028)) <= set(tables.years())
