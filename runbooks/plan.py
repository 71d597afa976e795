"""A plan: what is done when the worst happens, by whom, by when, and how one can tell.

Everything is frozen and plain, so that a plan can be written down as JSON, hashed, and
carried by a run that later edits of the file can no longer reach. Durations are
`timedelta`, moments of a plan are counted from its detection (T0 of the contract's
plans). Levels and roles follow the national four-level scheme for network security
incidents (特别重大, 重大, 较大, 一般) and the customary emergency organisation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Title:
    """The same words in Chinese and in English; the English may be shorter."""

    zh: str
    en: str


class Scenario(StrEnum):
    """The seven the contract names, and what uses the same engine besides."""

    HACKER_ATTACK = "hacker_attack"  # 黑客攻击
    VIRUS = "virus"  # 病毒安全
    DESTRUCTIVE_ATTACK = "destructive_attack"  # 业务系统遭受破坏性攻击
    DATABASE_SECURITY = "database_security"  # 数据库安全
    WAN_OUTAGE = "wan_outage"  # 广域网外部线路中断
    DEVICE_SAFETY = "device_safety"  # 设备安全
    STAFF_ABSENT = "staff_absent"  # 运维人员不在岗
    RESTORE = "restore"  # 恢复演练
    PATCHING = "patching"  # 补丁升级


SEVEN = tuple(Scenario)[:7]
"""The scenarios that a year of drills must cover."""


class Level(StrEnum):
    """How grave it is, gravest first."""

    ONE = "I"  # 特别重大
    TWO = "II"  # 重大
    THREE = "III"  # 较大
    FOUR = "IV"  # 一般


class Mode(StrEnum):
    """How a drill is held; an emergency has none."""

    TABLETOP = "tabletop"  # 桌面推演
    SANDBOX = "sandbox"  # 沙箱
    LIVE = "live"  # 实操


class Part(StrEnum):
    """The parts people play; a person may play two, but never direct and sign."""

    LEADERS = "leaders"  # 应急领导小组 (the customer's)
    COMMANDER = "commander"  # 应急指挥
    OPERATOR = "operator"  # 技术处置组
    LIAISON = "liaison"  # 联络组
    SCRIBE = "scribe"  # 记录组
    SUPPORT = "support"  # 保障组


class Doing(StrEnum):
    """Who does a step."""

    MANUAL = "manual"
    AUTOMATIC = "automatic"
    APPROVAL = "approval"


class Phase(StrEnum):
    """Where in the course of things a step stands."""

    DETECT = "detect"  # 发现
    ASSESS = "assess"  # 判级与报告
    CONTAIN = "contain"  # 抑制
    PRESERVE = "preserve"  # 取证与保全
    ERADICATE = "eradicate"  # 根除
    RESTORE = "restore"  # 恢复
    VERIFY = "verify"  # 验证
    REPORT = "report"  # 报告与告知
    CLOSE = "close"  # 总结


class Proof(StrEnum):
    """What a step must leave behind."""

    TEXT = "text"
    FILE = "file"
    PHOTO = "photo"


class Failing(StrEnum):
    """What happens to the run when a step fails."""

    STOP = "stop"  # the run pauses until a person decides
    GO_ON = "go_on"
    ROLL_BACK = "roll_back"


class Clock(StrEnum):
    """The moments a run measures; a step may mark one when it is done."""

    FAULT = "fault"  # T0 故障发生
    DETECTED = "detected"  # T1 发现
    ACKNOWLEDGED = "acknowledged"  # T2 响应
    ON_SITE = "on_site"  # T3 到场
    CONTAINED = "contained"  # T4 抑制
    RESTORED = "restored"  # T5 恢复
    VERIFIED = "verified"  # T6 验证
    CLOSED = "closed"  # T7 关闭


class Action(StrEnum):
    """The closed list of what the desk can do by itself. A plan holds no commands."""

    SSH_CHECK = "ssh.check"  # inspect one server: server, probes
    SERVICE_STATUS = "service.status"  # is a service active: server, service
    TCP_CHECK = "tcp.check"  # does a port accept: server, port
    HTTP_CHECK = "http.check"  # does a page answer: server, url, status
    RESTORE_RUN = "restore.run"  # a backup into a scratch target: backup, target
    RESTORE_VERIFY = (
        "restore.verify"  # what was restored against its list: backup, target
    )
    SWITCH = "switch"  # a switch-over that config.yaml names: switch, to


class Kind(StrEnum):
    """What a parameter holds; typed when a run is opened, never text in a shell."""

    SERVER = "server"  # a server of config.yaml
    SERVICE = "service"  # the name of a unit
    BACKUP = "backup"  # a backup set of config.yaml
    TARGET = "target"  # a scratch target of config.yaml
    SWITCH = "switch"
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Something a run must be told. `pattern` is matched against the whole value."""

    name: str
    title: Title
    kind: Kind
    required: bool = True
    default: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    confirm: bool = False  # typed a second time by hand, for what a mistake destroys


@dataclass(frozen=True, slots=True, kw_only=True)
class Objectives:
    """What is promised, from detection on."""

    acknowledge: timedelta
    on_site: timedelta
    contain: timedelta
    recovery_time: timedelta  # RTO
    recovery_point: timedelta  # RPO
    report_every: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRule:
    """When a level holds, and what it asks."""

    level: Level
    when: tuple[Title, ...]  # any of them
    commander: Title
    first_report: timedelta
    report_every: timedelta | None  # None: once, when it is over
    recovery: Title


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A part in this plan: what it does, and who takes it by the roster.

    `from_roster` is primary, backup, leader, customer or lead; empty: chosen by hand.
    """

    part: Part
    title: Title
    duty: Title
    from_roster: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to call. The number stands in config.yaml or the roster, not in a plan."""

    title: Title
    reach: Title


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What must be attached before a step is done, and how much of it."""

    kinds: tuple[Proof, ...] = ()
    least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do. `target` counts from detection; `within` bounds the step itself.

    Automatic steps name an action and its arguments; `{parameter}` in an argument is
    replaced as a whole value. `expect` is compared with what the action answers.
    """

    key: str
    phase: Phase
    doing: Doing
    part: Part
    title: Title
    detail: Title | None = None
    target: timedelta | None = None
    evidence: Evidence = Evidence()
    failing: Failing = Failing.STOP
    after: tuple[str, ...] = ()  # keys of steps that must be over before
    modes: tuple[Mode, ...] = ()  # empty: in every drill; emergencies do all
    marks: Clock | None = None
    action: Action | None = None
    arguments: dict[str, str] = field(default_factory=dict)
    expect: dict[str, str] = field(default_factory=dict)
    timeout: timedelta = timedelta(seconds=60)
    idempotent: bool = True
    ttl: timedelta | None = None  # of an approval: expired means refused
    two_people: bool = False  # done by one, confirmed by another


@dataclass(frozen=True, slots=True, kw_only=True)
class Precheck:
    """What must hold before a run begins; refusing is safer than going on."""

    key: str
    title: Title
    action: Action
    arguments: dict[str, str] = field(default_factory=dict)
    tolerance: dict[str, str] = field(default_factory=dict)
    modes: tuple[Mode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """How a plan may be rehearsed."""

    mode: Mode
    title: Title
    scene: Title  # what is played
    safety: Title  # its bounds, and when it is broken off
    parts: tuple[Part, ...]
    planned: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of the quiz; `right` counts from 0."""

    text: Title
    answers: tuple[Title, ...]
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What a run needs before it can be signed."""

    requires: tuple[Title, ...]
    least_notes: int = 3
    review_within_working_days: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One emergency plan 应急预案."""

    id: str
    scenario: Scenario
    title: Title
    version: str  # V1.0
    issued: date
    purpose: Title
    scope: Title
    principles: tuple[Title, ...]
    activation: tuple[Title, ...]
    levels: tuple[LevelRule, ...]
    roles: tuple[Role, ...]
    objectives: Objectives
    resources: tuple[Title, ...]
    contacts: tuple[Contact, ...]
    parameters: tuple[Parameter, ...]
    prechecks: tuple[Precheck, ...]
    steps: tuple[Step, ...]
    roll_back: tuple[Step, ...]
    closing: Closing
    drills: tuple[Drill, ...]
    evaluation: tuple[Title, ...]
    quiz: tuple[Question, ...]
    review_every: timedelta = timedelta(days=180)
    rehearse_every: timedelta = timedelta(days=365)

    def step(self, key: str) -> Step | None:
        """Return a step or a step of the way back by its key."""
        return next((s for s in (*self.steps, *self.roll_back) if s.key == key), None)

    def level(self, level: Level) -> LevelRule | None:
        """Return what a level asks in this plan."""
        return next((rule for rule in self.levels if rule.level is level), None)
