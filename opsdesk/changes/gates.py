"""What a change must hold before each step; asked in the transaction that moves it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from opsdesk.changes import risk
from opsdesk.changes.models import ChangeTemplate
from opsdesk.tickets import gates
from opsdesk.tickets.models import Freeze, Ticket
from opsdesk.tickets.operations.concerned import executors
from opsdesk.tickets.register import Attempt, filled, value
from probes.finding import Words

OBSERVED_HOURS = 24.0


def class_fits_risk(attempt: Attempt) -> Words | None:
    """Handle a change that is as risky as a major one as one."""
    found = risk.of(attempt.ticket.sheet)
    kind = value(attempt.ticket, "change_kind")
    if found.must_be_major and kind in ("standard", "normal"):
        return _MUST_BE_MAJOR.fill(score=found.score)
    return None


def major_described(attempt: Attempt) -> Words | None:
    """Want of a major change what its application has a star for: as it is, and where."""
    if value(attempt.ticket, "change_kind") != "major":
        return None
    whole = all(filled(attempt.ticket, name) for name in ("present", "items"))
    return None if whole else _NOT_DESCRIBED


def template_for_standard(attempt: Attempt) -> Words | None:
    """Only what follows a template both sides signed, still valid, is standard."""
    if value(attempt.ticket, "change_kind") != "standard":
        return None
    if not filled(attempt.ticket, "template"):
        return _NO_TEMPLATE
    name = value(attempt.ticket, "template")
    query = select(ChangeTemplate).where(
        ChangeTemplate.name == name, ChangeTemplate.ended_at.is_(None)
    )
    template = attempt.session.scalar(query)
    if template is None or not template.is_signed:
        return _NOT_AGREED
    if attempt.at >= template.ends_at:
        return _TEMPLATE_EXPIRED
    return None


def window_sound(attempt: Attempt) -> Words | None:
    """Want a window that ends after it begins; turning back is decided before."""
    since, until = _moment(attempt, "window_from"), _moment(attempt, "window_to")
    latest = _moment(attempt, "backout_latest")
    if since is None or until is None or since >= until:
        return _NO_WINDOW
    return _LATE_BACKOUT if latest is not None and latest > until else None


def in_window(attempt: Attempt) -> Words | None:
    """Nothing is carried out before its window, nor after it."""
    since, until = _moment(attempt, "window_from"), _moment(attempt, "window_to")
    if since is None or until is None:
        return _NO_WINDOW
    return None if since <= attempt.at <= until else _OUTSIDE


def not_frozen(attempt: Attempt) -> Words | None:
    """Let a window that touches a freeze wait; an emergency does not."""
    if value(attempt.ticket, "change_kind") == "emergency":
        return None
    since, until = _moment(attempt, "window_from"), _moment(attempt, "window_to")
    if since is None or until is None:
        return _NO_WINDOW
    query = select(Freeze.reason).where(
        Freeze.since < until, Freeze.until > since, Freeze.ended_at.is_(None)
    )
    reason = attempt.session.scalar(query.limit(1))
    if reason is None or filled(attempt.ticket, "freeze_leave"):
        return None
    plain = reason.replace("{", "(").replace("}", ")")
    return Words(_FROZEN.zh.format(reason=plain), _FROZEN.en.format(reason=plain))


def goes_first(ticket: Ticket) -> bool:
    """Tell whether a change may go before its approval."""
    return bool(value(ticket, "change_kind") == "emergency")


def is_emergency(attempt: Attempt) -> Words | None:
    """Only an emergency change may go before its approval."""
    return None if goes_first(attempt.ticket) else _NOT_EMERGENCY


def verified_by_another(attempt: Attempt) -> Words | None:
    """Whoever carried it out does not verify it."""
    verifier = value(attempt.ticket, "verified_by")
    return _OWN_WORK if verifier in executors(attempt.ticket) else None


def observed_long_enough(attempt: Attempt) -> Words | None:
    """Want the observation over; what was rolled back needs none."""
    if attempt.ticket.state != "observing":
        return None
    ended = _moment(attempt, "ended_doing_at")
    given = value(attempt.ticket, "observe_hours")
    hours = OBSERVED_HOURS if given is None else float(given)
    if ended is None or attempt.at < ended + timedelta(hours=hours):
        return _TOO_EARLY.fill(hours=f"{hours:g}")
    return None


def items_green(attempt: Attempt) -> Words | None:
    """Want the servers it touched inspected again, and found sound."""
    if not filled(attempt.ticket, "items"):
        return None
    return gates.checked_green(why=_NOT_GREEN)(attempt)


def _moment(attempt: Attempt, name: str) -> datetime | None:
    held = value(attempt.ticket, name)
    return None if held is None else datetime.fromisoformat(held)


_NOT_DESCRIBED = Words(
    "重大变更的申请表要写明「现状」和「涉及配置项」。没有提交；请补上再提交。",
    "The application for a major change says how things are and which items it "
    "touches. Nothing was submitted; fill in both and submit again.",
)
_MUST_BE_MAJOR = Words(
    "风险评分 {score}（≥8 或不可回退）应按重大变更办理：请把级别改为「重大」再提交。",
    "Its risk ({score}; 8 and more, or no way back) makes it a major change: set the "
    "class to major, then submit.",
)
_NO_TEMPLATE = Words(
    "标准变更要选定预先批准的模板；没有模板请改为一般变更。",
    "A standard change follows a template agreed to before; without one, make it a "
    "normal change.",
)
_NOT_AGREED = Words(
    "这个名称的标准变更模板不存在、已停用，或还没有双方签署：请换一个模板，或改为一般变更。",
    "There is no template of this name that both sides have signed: choose another, or "
    "make it a normal change.",
)
_TEMPLATE_EXPIRED = Words(
    "标准变更模板已过有效期：请先续期并由双方重新签署，或改为一般变更。",
    "The template has expired: have it renewed and signed again, or make this a normal "
    "change.",
)
_NO_WINDOW = Words(
    "计划窗口的结束应晚于开始，请核对。", "The window must end after it begins."
)
_LATE_BACKOUT = Words(
    "回退的最晚决策时点应在窗口结束之前。",
    "The last moment to decide on the way back must lie before the window ends.",
)
_OUTSIDE = Words(
    "现在不在批准的窗口内，不能开始实施。请等到窗口，或撤回后改期再批。",
    "This is not within the approved window. Wait for it, or take the change back and "
    "have another window approved.",
)
_FROZEN = Words(
    "窗口落在变更冻结期内（{reason}）：请改期，或写明甲方的例外许可。",
    "The window lies in a freeze ({reason}): move it, or give the customer's leave.",
)
_NOT_EMERGENCY = Words(
    "只有紧急变更可以先实施后补批。",
    "Only an emergency change goes before its approval.",
)
_OWN_WORK = Words(
    "验证人不能是实施人，请由另一人验证。",
    "Whoever carried it out cannot verify it; somebody else must.",
)
_TOO_EARLY = Words(
    "观察期 {hours} 小时还没有到，不能关闭。",
    "The observation of {hours} hours is not over yet.",
)
_NOT_GREEN = Words(
    "涉及的服务器还没有复检正常：请先「实施后巡检」，没有异常才能关闭。",
    "The servers it touched have not been found sound again: inspect them after the "
    "change first.",
)
