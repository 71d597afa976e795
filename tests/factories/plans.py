"""A small plan for tests and measurements: every kind of step, as many as one likes."""

from __future__ import annotations

from datetime import date, timedelta

from runbooks.plan import (
    Action,
    Clock,
    Closing,
    Contact,
    Doing,
    Drill,
    Evidence,
    Level,
    LevelRule,
    Mode,
    Objectives,
    Part,
    Phase,
    Plan,
    Proof,
    Question,
    Role,
    Scenario,
    Step,
    Title,
)

MINUTE = timedelta(minutes=1)


def t(zh: str, en: str = "") -> Title:
    return Title(zh=zh, en=en or f"English of {zh.encode('unicode_escape').decode()}")


def a_step(key: str, title: str, part: Part = Part.OPERATOR, **more: object) -> Step:
    """Return a manual step; `more` says otherwise."""
    given = {
        "phase": Phase.CONTAIN,
        "doing": Doing.MANUAL,
        "title": t(title),
        "target": 20 * MINUTE,
        **more,
    }
    return Step(key=key, part=part, **given)  # type: ignore[arg-type]


STEPS = (
    a_step(
        "report",
        "电话报告指挥",
        Part.LIAISON,
        phase=Phase.DETECT,
        target=5 * MINUTE,
    ),
    a_step("block", "封禁攻击来源", marks=Clock.CONTAINED),
    a_step(
        "shoot",
        "截图取证",
        phase=Phase.PRESERVE,
        evidence=Evidence(kinds=(Proof.PHOTO,), least=1),
    ),
    a_step(
        "allow",
        "批准恢复",
        Part.COMMANDER,
        phase=Phase.RESTORE,
        doing=Doing.APPROVAL,
        ttl=30 * MINUTE,
    ),
    a_step(
        "restore",
        "恢复服务",
        phase=Phase.RESTORE,
        marks=Clock.RESTORED,
        after=("allow",),
        two_people=True,
    ),
    a_step(
        "verify",
        "业务验证",
        Part.SCRIBE,
        phase=Phase.VERIFY,
        marks=Clock.VERIFIED,
        after=("restore",),
    ),
    a_step(
        "port",
        "查端口",
        phase=Phase.VERIFY,
        doing=Doing.AUTOMATIC,
        action=Action.TCP_CHECK,
        arguments={"server": "app-1", "port": "8080"},
        expect={"open": "true"},
    ),
)

LEVELS = tuple(
    LevelRule(
        level=level,
        when=(t(f"{level.value} 级的判定一"), t(f"{level.value} 级的判定二")),
        commander=t("乙方项目经理"),
        first_report=30 * MINUTE,
        report_every=60 * MINUTE,
        recovery=t("当天"),
    )
    for level in Level
)


def a_plan(
    name: str = "hacker-attack",
    *,
    steps: tuple[Step, ...] = STEPS,
    scenario: Scenario = Scenario.HACKER_ATTACK,
) -> Plan:
    """Return a plan with these steps."""
    return Plan(
        id=name,
        scenario=scenario,
        title=t("黑客攻击应急预案", "Plan for a hacker attack"),
        version="V1.0",
        issued=date(2026, 1, 5),
        purpose=t("先报后处，先保全再清除。"),
        scope=t("全部对外系统"),
        principles=(t("先报后处"),),
        activation=(t("发现异常登录"),),
        levels=LEVELS,
        roles=tuple(
            Role(part=part, title=t(part.value), duty=t("职责"), from_roster=post)
            for part, post in (
                (Part.LEADERS, "customer"),
                (Part.COMMANDER, "lead"),
                (Part.OPERATOR, "primary"),
                (Part.LIAISON, "backup"),
                (Part.SCRIBE, ""),
            )
        ),
        objectives=Objectives(
            acknowledge=15 * MINUTE,
            on_site=60 * MINUTE,
            contain=20 * MINUTE,
            recovery_time=300 * MINUTE,
            recovery_point=15 * MINUTE,
            report_every=60 * MINUTE,
        ),
        resources=(t("备用服务器"),),
        contacts=(Contact(title=t("甲方值班"), reach=t("见通讯录")),),
        parameters=(),
        prechecks=(),
        steps=steps,
        roll_back=(a_step("undo", "撤回封禁"),),
        closing=Closing(requires=(t("证据齐全"),), least_notes=1),
        drills=tuple(
            Drill(
                mode=mode,
                title=t("演练"),
                scene=t("某应用服务器出现未知文件并外联"),
                safety=t("只在演练环境操作"),
                parts=(Part.COMMANDER, Part.OPERATOR),
                planned=60 * MINUTE,
            )
            for mode in (Mode.TABLETOP, Mode.LIVE)
        ),
        evaluation=(t("首报是否按时"),),
        quiz=(
            Question(
                text=t("先做什么"),
                answers=(t("先报告"), t("先重启")),
                right=0,
            ),
        ),
    )
