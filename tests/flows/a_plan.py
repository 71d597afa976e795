"""A small plan for tests of what happens by itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from runbooks.plan import (
    Action,
    Clock,
    Closing,
    Doing,
    Drill,
    Failing,
    Level,
    LevelRule,
    Mode,
    Objectives,
    Part,
    Phase,
    Plan,
    Precheck,
    Role,
    Scenario,
    Step,
    Title,
)

MINUTE = timedelta(minutes=1)


def title(text: str) -> Title:
    return Title(text, text)


def automatic(key: str, action: Action, **more: Any) -> Step:
    """Return a step that the desk does by itself; going on where it fails."""
    known: dict[str, Any] = {
        "phase": Phase.DETECT,
        "doing": Doing.AUTOMATIC,
        "part": Part.OPERATOR,
        "title": title(key),
        "action": action,
        "failing": Failing.GO_ON,
        "timeout": timedelta(seconds=20),
    }
    return Step(key=key, **(known | more))


def manual(key: str, **more: Any) -> Step:
    known: dict[str, Any] = {
        "phase": Phase.CONTAIN,
        "doing": Doing.MANUAL,
        "part": Part.OPERATOR,
        "title": title(key),
    }
    return Step(key=key, **(known | more))


def approval(key: str, ttl: timedelta) -> Step:
    return Step(
        key=key,
        phase=Phase.ASSESS,
        doing=Doing.APPROVAL,
        part=Part.COMMANDER,
        title=title(key),
        ttl=ttl,
        failing=Failing.GO_ON,
    )


def a_plan(
    *steps: Step,
    scenario: Scenario = Scenario.WAN_OUTAGE,
    prechecks: tuple[Precheck, ...] = (),
    **more: Any,
) -> Plan:
    """Return a plan of these steps; reports every half an hour."""
    known: dict[str, Any] = {
        "id": scenario.value.replace("_", "-"),
        "scenario": scenario,
        "title": title("线路中断"),
        "version": "V1.0",
        "issued": date(2026, 1, 1),
        "purpose": title("试验"),
        "scope": title("试验"),
        "principles": (),
        "activation": (),
        "levels": tuple(_rule(level) for level in Level),
        "roles": (
            Role(
                part=Part.COMMANDER,
                title=title("应急指挥"),
                duty=title("指挥"),
                from_roster="lead",
            ),
            Role(
                part=Part.OPERATOR,
                title=title("处置"),
                duty=title("处置"),
                from_roster="primary",
            ),
        ),
        "objectives": Objectives(
            acknowledge=5 * MINUTE,
            on_site=15 * MINUTE,
            contain=30 * MINUTE,
            recovery_time=timedelta(hours=4),
            recovery_point=timedelta(hours=24),
            report_every=30 * MINUTE,
        ),
        "resources": (),
        "contacts": (),
        "parameters": (),
        "prechecks": prechecks,
        "steps": steps or (manual("look", marks=Clock.CONTAINED),),
        "roll_back": (),
        "closing": Closing(requires=()),
        "drills": (
            Drill(
                mode=Mode.TABLETOP,
                title=title("桌面推演"),
                scene=title("光缆挖断"),
                safety=title("不操作设备"),
                parts=(Part.COMMANDER,),
                planned=timedelta(hours=1),
            ),
        ),
        "evaluation": (title("定位正确"),),
        "quiz": (),
    }
    return Plan(**(known | more))


def _rule(level: Level) -> LevelRule:
    return LevelRule(
        level=level,
        when=(title("试验"),),
        commander=title("指挥"),
        first_report=30 * MINUTE,
        report_every=30 * MINUTE,
        recovery=title("当天"),
    )
