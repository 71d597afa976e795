"""The register of changes: fields, states, moves, and who signs what."""

from __future__ import annotations

from opsdesk.changes import gates as own
from opsdesk.changes.fields import GROUPS
from opsdesk.people.models import Role
from opsdesk.tickets import gates
from opsdesk.tickets import wording as w
from opsdesk.tickets.models import Kind, Ticket
from opsdesk.tickets.register import LEAD, Move, Register, Signer, State, value
from probes.finding import Words

NEEDED = (
    *("change_kind", "reason", "content", "impact_analysis", "test_result"),
    *("window_from", "window_to", "steps", "backup_before"),
    *("backout_trigger", "backout_latest", "backout_steps", "backout_data"),
    *("backout_minutes", "backout_by", "verification_plan", "executors"),
    *("risk_scope", "risk_reversible", "risk_experience", "risk_window"),
)

STATES = (
    State(name="draft", label=Words("草稿", "Draft")),
    State(name="submitted", label=Words("待审核", "Submitted"), mark="attention"),
    State(name="approved", label=Words("已批准", "Approved"), mark="attention"),
    State(name="rejected", label=Words("已驳回", "Rejected"), mark="abnormal"),
    State(name="scheduled", label=Words("已排期", "Scheduled"), mark="attention"),
    State(name="implementing", label=Words("实施中", "Implementing"), mark="abnormal"),
    State(name="observing", label=Words("观察期", "Observing"), mark="waiting"),
    State(name="closed", label=Words("已关闭", "Closed"), is_open=False, mark="normal"),
    State(name="rolled-back", label=Words("已回退", "Rolled back"), mark="abnormal"),
    w.VOID_STATE,
)

MOVES = (
    Move(
        name="submit",
        label=Words("提交审批", "Submit for approval"),
        before=("draft", "rejected"),
        after="submitted",
        needs=NEEDED,
        asks=("present", "items"),
        gates=(
            own.class_fits_risk,
            own.major_described,
            own.window_sound,
            own.template_for_standard,
        ),
        approval="change",
        main=True,
    ),
    Move(
        name="withdraw",
        label=Words("撤回修改", "Take back"),
        before=("submitted", "approved", "scheduled"),
        after="draft",
        noted=Words("为什么撤回", "Why it is taken back"),
    ),
    Move(
        name="schedule",
        label=Words("排期", "Schedule"),
        before=("approved",),
        after="scheduled",
        gates=(gates.signed, own.not_frozen),
        main=True,
    ),
    Move(
        name="implement",
        label=Words("开始实施", "Start"),
        before=("scheduled",),
        after="implementing",
        gates=(gates.signed, own.in_window, own.not_frozen),
        sets="began_doing_at",
        main=True,
    ),
    Move(
        name="implement-first",
        label=Words("紧急实施（事后补批）", "Do now, approve after"),
        before=("draft", "submitted"),
        after="implementing",
        needs=("change_kind", "reason", "content", "backout_steps", "executors"),
        noted=Words("谁口头批准、依据", "Who agreed by word of mouth, and why"),
        gates=(own.is_emergency,),
        offered=own.goes_first,
        sets="began_doing_at",
    ),
    Move(
        name="ask-afterwards",
        label=Words("补交审批", "Ask for approval afterwards"),
        before=("implementing", "observing", "rolled-back"),
        after="",
        needs=NEEDED,
        gates=(own.is_emergency,),
        offered=own.goes_first,
        approval="change",
    ),
    Move(
        name="observe",
        label=Words("实施完成，进入观察", "Done, observe"),
        before=("implementing",),
        after="observing",
        needs=("actual_result", "verified_by"),
        asks=("deviation", "observe_hours"),
        gates=(own.verified_by_another,),
        sets="ended_doing_at",
        main=True,
    ),
    Move(
        name="roll-back",
        label=Words("回退", "Roll back"),
        before=("implementing", "observing"),
        after="rolled-back",
        needs=("rollback_record",),
        noted=Words("为什么回退", "Why it is rolled back"),
        sets="rolled_back_at",
    ),
    Move(
        name="close",
        label=Words("关闭", "Close"),
        before=("observing", "rolled-back"),
        after="closed",
        needs=("register_updated", "observation_result"),
        asks=("review_result", "leftover"),
        gates=(gates.signed, own.observed_long_enough, own.items_green),
        main=True,
    ),
    Move(
        name="void",
        label=Words("作废", "Make void"),
        before=("draft", "submitted", "approved", "rejected", "scheduled"),
        after="void",
        roles=LEAD,
        noted=w.WHY_VOID,
    ),
)


def signers(ticket: Ticket) -> tuple[Signer, ...]:
    """Return the lead for every change, and the customer for major and emergency ones.

    A standard change was agreed to with its template; the lead confirms that it is one.
    """
    lead = Signer(title=Words("项目经理审批", "Lead"), role=Role.LEAD)
    if value(ticket, "change_kind") in ("standard", "normal"):
        return (lead,)
    return (lead, Signer(title=Words("甲方批准", "Customer"), role=Role.CUSTOMER))


REGISTER = Register(
    kind=Kind.CHANGE,
    prefix="CHG",
    title=Words("变更", "Changes"),
    path="/changes",
    groups=GROUPS,
    states=STATES,
    moves=MOVES,
    short=("title", "change_kind", "reason", "content", "items"),
    signers=signers,
    decided={("submitted", True): "approved", ("submitted", False): "rejected"},
    voided={"submitted": "draft", "approved": "draft", "scheduled": "draft"},
)
