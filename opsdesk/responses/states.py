"""What a run is for, and how far it and its steps and its ladder have come."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What a run is for; the engine is one."""

    DRILL = "drill"  # 演练: 「演练」 on every page, message and paper
    EMERGENCY = "emergency"  # 应急响应
    RESTORE = "restore"  # 恢复演练
    PATCHING = "patching"  # 补丁升级


class RunState(StrEnum):
    """How far a run has come."""

    PLANNED = "planned"  # 已计划
    READY = "ready"  # 就绪: prechecks held, roles are taken
    RUNNING = "running"  # 进行中
    PAUSED = "paused"  # 已暂停
    STABLE = "stable"  # 稳定观察
    REVIEW = "review"  # 待总结
    SIGNED = "signed"  # 已签
    FAILED = "failed"  # 失败
    ABORTED = "aborted"  # 已中止


OPEN = (
    RunState.PLANNED,
    RunState.READY,
    RunState.RUNNING,
    RunState.PAUSED,
    RunState.STABLE,
    RunState.REVIEW,
)


class Section(StrEnum):
    """Which list of the plan a step stands in."""

    PRECHECK = "precheck"
    STEP = "step"
    ROLL_BACK = "roll_back"


class StepState(StrEnum):
    """How far a step has come; `unknown` is for a person to resolve."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"  # with a reason
    EXPIRED = "expired"  # an approval nobody gave in time
    UNKNOWN = "unknown"  # the desk died while it ran by itself


OVER = (StepState.DONE, StepState.FAILED, StepState.SKIPPED, StepState.EXPIRED)


AWAITS_SECOND = "awaits-second"
"""Stands in `leased_by` while one of two people has acted, and the other has not."""


class What(StrEnum):
    """What an entry of a run's timeline tells."""

    OPENED = "opened"
    MOVED = "moved"  # the run's state
    STEP = "step"  # a step's state
    NOTED = "noted"  # the scribe
    EVIDENCE = "evidence"
    CLOCK = "clock"  # one of T0–T7 was marked
    RECOVERY_POINT = "recovery-point"  # the last moment whose data was saved
    LEVEL = "level"
    ROLE = "role"  # taken or handed over
    REPORTED = "reported"  # to the customer
    ESCALATED = "escalated"
    ALARMED = "alarmed"  # an escalation or report that did not happen
    EVALUATED = "evaluated"
    ATTENDED = "attended"
    SIGNED = "signed"
    LINKED = "linked"
    PRINTED = "printed"


class Rung(StrEnum):
    """The ladder of escalation, from the first to the last."""

    PRIMARY = "primary"  # 0'
    SECONDARY = "secondary"  # 5'
    LEAD = "lead"  # 15'
    CUSTOMER = "customer"  # 30'


class RungState(StrEnum):
    """What became of one rung."""

    WAITING = "waiting"
    TOLD = "told"
    SPARED = "spared"  # somebody had acknowledged before
    NOBODY = "nobody"  # there was no one to tell; the next rung was told at once
