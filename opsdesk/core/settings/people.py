"""`security` and `roster`: who people must prove to be, and when they are on duty."""

from __future__ import annotations

from opsdesk.core.settings.forms import RosterForm, SecurityForm
from opsdesk.core.settings.mistakes import Notebook
from opsdesk.core.settings.model import Roster, Security, Shift
from probes.finding import Words

_DAY = 24 * 60


def security(form: SecurityForm) -> Security:
    """Return `security`."""
    return Security(
        password_policy=form.password_policy,
        second_factor=frozenset(form.second_factor),
    )


def roster(form: RosterForm, book: Notebook) -> Roster:
    """Return `roster`; its shifts have names of their own and do not overlap."""
    if form.shifts is None:
        return Roster()
    where = ("roster", "shifts")
    shifts = [Shift(one.name, one.from_, one.to) for one in form.shifts]
    if len({one.name for one in shifts}) < len(shifts):
        book.note(where, _TWICE)
    shifts.sort(key=lambda one: one.starts)
    for one, other in zip(shifts, [*shifts[1:], shifts[0]], strict=True):
        begins = _minute(one)
        following = _minute(other) + (_DAY if _minute(other) <= begins else 0)
        if begins + _length(one) > following:
            book.note(where, _OVERLAP.fill(one=one.name, other=other.name))
    return Roster(shifts=tuple(shifts))


def _minute(shift: Shift) -> int:
    return shift.starts.hour * 60 + shift.starts.minute


def _length(shift: Shift) -> int:
    ends = shift.ends.hour * 60 + shift.ends.minute
    return (ends - _minute(shift)) % _DAY or _DAY


_TWICE = Words("班次名称不能重复。", "Each shift needs a name of its own.")
_OVERLAP = Words(
    "{one} 还没结束，{other} 就开始了；班次不能重叠。",
    "{other} begins before {one} has ended; shifts must not overlap.",
)
