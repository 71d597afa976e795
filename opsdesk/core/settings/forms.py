"""The shape of config.yaml, key by key. Field names are the file's own keys."""

from __future__ import annotations

from datetime import date, time, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from opsdesk.core.settings import quantities

Duration = Annotated[timedelta, BeforeValidator(quantities.duration)]
Size = Annotated[int, BeforeValidator(quantities.size)]
Clock = Annotated[time, BeforeValidator(quantities.clock)]
Hours = Annotated[tuple[time, time] | None, BeforeValidator(quantities.hours)]
Day = Annotated[date, BeforeValidator(quantities.day)]
Zone = Annotated[ZoneInfo, BeforeValidator(quantities.zone)]
Name = Annotated[str, BeforeValidator(quantities.name)]
Host = Annotated[str, BeforeValidator(quantities.host)]
Endpoint = Annotated[tuple[str, int], BeforeValidator(quantities.endpoint)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(quantities.network)]
Url = Annotated[str, BeforeValidator(quantities.url)]
HostKey = Annotated[str, BeforeValidator(quantities.host_key)]
HostKeys = Annotated[
    list[HostKey], BeforeValidator(lambda key: [key] if isinstance(key, str) else key)
]
Reference = Annotated[str, BeforeValidator(quantities.reference)]
Port = Annotated[int, Field(ge=1, le=65535)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Line = Annotated[str, Field(max_length=500)]
FormPrefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,12}$")]
Number = Annotated[float, Field(allow_inf_nan=False)]
Milliseconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Form(BaseModel):
    """A section: unknown keys are refused, nothing is silently converted."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_the_default(cls, value: Any) -> Any:
        """Read `key:` with nothing behind it as if the key were not there."""
        if not isinstance(value, dict):
            return value
        names = cls.known()
        return {k: v for k, v in value.items() if v is not None or k not in names}

    @classmethod
    def known(cls) -> frozenset[str]:
        """Return the keys as the file writes them."""
        fields = cls.model_fields.items()
        return frozenset(field.alias or name for name, field in fields)


class DeskForm(Form):
    """`desk`: what this desk is called and where it listens."""

    name: Text = "运维台"
    listen: Endpoint = ("127.0.0.1", 8600)
    timezone: Zone = ZoneInfo("Asia/Shanghai")
    language: Literal["zh_CN", "en"] = "zh_CN"
    data: Text = "var"
    hosts: list[Host] = []
    https: bool = False
    idle: Duration = timedelta(minutes=15)


class ContractForm(Form):
    """`contract`: what is printed at the head of every paper."""

    customer: Line = ""
    contractor: Line = ""
    project: Line = ""
    number: Line = ""
    form_prefix: FormPrefix = "WRY"
    start: Day | None = None
    end: Day | None = None


class DatabaseForm(Form):
    """`database`: null for the embedded one."""

    url: Text | None = None


class LimitsForm(Form):
    """`inspections.limits`: how long and how much one visit may take."""

    connect: Duration = timedelta(seconds=10)
    banner: Duration = timedelta(seconds=30)
    auth: Duration = timedelta(seconds=20)
    script: Duration = timedelta(seconds=60)
    server: Duration = timedelta(seconds=90)
    output: Size = 4 << 20


class ThresholdsForm(Form):
    """One threshold: when it is a warning, when critical, when it is over."""

    warning: Number | None = None
    critical: Number | None = None
    clear: Number | None = None


Weekday = Literal[
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
]


class InspectionsForm(Form):
    """`inspections`: when, how many at once, how long, and how bad is bad."""

    times: list[Clock] = [time(8), time(14), time(20)]
    catch_up: Duration = timedelta(hours=2)
    weekly_day: Weekday = "monday"
    workers: Annotated[int, Field(ge=1, le=512)] = 32
    per_gateway: Annotated[int, Field(ge=1, le=64)] = 6
    limits: LimitsForm = LimitsForm()
    thresholds: dict[str, ThresholdsForm] = {}
    kind_thresholds: dict[str, dict[str, ThresholdsForm]] = {}


class MetricsForm(Form):
    """`metrics`: who may read /metrics."""

    token: Reference | None = None


class WallForm(Form):
    """`wall`: which machines see the wall without anybody signed in."""

    addresses: list[Network] = []


RoleName = Literal["engineer", "lead", "customer", "system", "security", "audit"]
ROLE_NAMES: list[RoleName] = [
    "engineer",
    "lead",
    "customer",
    "system",
    "security",
    "audit",
]


class ChannelForm(Form):
    """One of `notices.channels`: a way to people outside the desk."""

    kind: Literal["email", "dingtalk", "wecom", "feishu", "webhook"]
    url: Reference
    from_: Annotated[Line, Field(alias="from")] = ""
    server: Url | None = None
    roles: list[RoleName] = ROLE_NAMES


class NoticesForm(Form):
    """`notices`: through what people are told, and when they are not to be."""

    channels: dict[Name, ChannelForm] = {}
    quiet: Hours = (time(22), time(7))
    urgent_breaks_quiet: bool = True
    digest: Clock = time(8, 30)
    per_hour: Annotated[int, Field(ge=1, le=1000)] = 20
    timeout: Duration = timedelta(seconds=20)


class CredentialForm(Form):
    """One of `credentials`: who we are on a server."""

    user: Annotated[str, Field(min_length=1, max_length=64)]
    key_file: Text | None = None
    passphrase: Reference | None = None
    password: Reference | None = None


class PathForm(Form):
    """One of `expect.paths`: a connection that must work, asked from `from`."""

    from_: Annotated[Name | None, Field(alias="from")] = None
    to: Endpoint


class BackupForm(Form):
    """One of `expect.backups`: files that must be fresh."""

    glob: Text
    newer_than: Duration = timedelta(hours=26)
    at_least: Size = 1024


class ExpectForm(Form):
    """`expect`: what must be there."""

    services: list[Text] = []
    ports: list[Port] = []
    processes: list[Text] = []
    mounts: list[Annotated[str, Field(pattern="^/")]] = []
    paths: list[PathForm] = []
    certificates: list[Annotated[str, Field(pattern="^/")]] = []
    backups: list[BackupForm] = []


class ServerForm(Form):
    """One of `servers`."""

    name: Name
    kind: Text = "other"
    zone: Name = "default"
    address: Host | None = None
    port: Port = 22
    transport: Literal["ssh", "openssh", "local", "none"] | None = None
    credential: Name | None = None
    host_key: HostKeys = []
    via: list[Name] = []
    expect: ExpectForm = ExpectForm()
    thresholds: dict[str, ThresholdsForm] = {}
    checks: list[Any] = []
    note: Line = ""


class SecurityForm(Form):
    """`security`: how strict signing in is."""

    password_policy: Literal["dengbao3", "asvs"] = "dengbao3"  # noqa: S105 - a name
    second_factor: list[RoleName] = []


class ShiftForm(Form):
    """One of `roster.shifts`: local times; one that ends no later ends tomorrow."""

    name: Annotated[str, Field(min_length=1, max_length=32)]
    from_: Annotated[Clock, Field(alias="from")]
    to: Clock


class RosterForm(Form):
    """`roster`: the shifts of a day."""

    shifts: Annotated[list[ShiftForm], Field(min_length=1, max_length=8)] | None = None


class ClocksForm(Form):
    """`clocks`: how the contract's deadlines are counted."""

    policy: Literal["legal_days", "rest_block", "always"] = "legal_days"
    same_day_cutoff: Clock | None = None
    complex: Literal["d3", "72h"] = "d3"


class PlansForm(Form):
    """`plans`: the customer's own emergency plans, beside the shipped ones."""

    folder: Text | None = None


SECTIONS: dict[str, type[Form]] = {
    "desk": DeskForm,
    "contract": ContractForm,
    "database": DatabaseForm,
    "inspections": InspectionsForm,
    "clocks": ClocksForm,
    "metrics": MetricsForm,
    "wall": WallForm,
    "notices": NoticesForm,
    "security": SecurityForm,
    "roster": RosterForm,
    "plans": PlansForm,
}
NAMED = ("credentials", "servers", "backups", "scratch_targets", "switches")
TOP_LEVEL = (*SECTIONS, *NAMED)
