"""What the rest of the desk sees of its configuration: frozen, typed, complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from zoneinfo import ZoneInfo

from opsdesk.core.language import Language
from probes.secret import Secret
from probes.server import Credential, Limits, Server, Thresholds

SLOT_NAMES = ("morning", "noon", "evening")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What this desk is called, where it listens and where it keeps its data."""

    name: str
    listen_host: str
    listen_port: int
    timezone: ZoneInfo
    language: Language
    data: Path  # absolute
    hosts: tuple[str, ...] = ()  # names browsers may call this desk by
    https: bool = False  # a proxy in front ends TLS and says who asked
    idle: timedelta = timedelta(minutes=15)  # a session unused for as long ends

    @property
    def listen(self) -> str:
        """Return `host:port`, IPv6 in square brackets."""
        host = self.listen_host
        return f"{f'[{host}]' if ':' in host else host}:{self.listen_port}"

    @property
    def address(self) -> str:
        """Return how a browser reaches this desk, for links that leave it."""
        name = self.hosts[0] if self.hosts else self.listen
        return f"{'https' if self.https else 'http'}://{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What stands at the head of the papers; empty or None: not filled in."""

    customer: str = ""
    contractor: str = ""
    project: str = ""
    number: str = ""
    form_prefix: str = "WRY"  # what the numbers of printed forms begin with
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspections:
    """When the rounds are, how they are done and how they are judged."""

    times: tuple[time, ...]  # morning, noon, evening; the desk's local time
    catch_up: timedelta
    weekly_day: int  # as date.weekday(): Monday is 0
    workers: int
    per_gateway: int
    limits: Limits
    thresholds: Mapping[str, Thresholds]

    @property
    def slots(self) -> tuple[tuple[str, time], ...]:
        """The day's three slots: their names (`Slot` values) and local times."""
        return tuple(zip(SLOT_NAMES, self.times, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Who may read /metrics without signing in; None: nobody from elsewhere."""

    token: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way to people outside the desk. Its address is a secret as a whole."""

    name: str
    kind: str  # "email", "dingtalk", "wecom", "feishu" or "webhook"
    url: Secret
    sender: str = ""  # what an e-mail says it is from
    server: str = ""  # in place of the service's own, such as "https://im.example"
    roles: frozenset[str] = frozenset()

    @property
    def personal(self) -> bool:
        """Tell whether each person is told alone; a room hears a thing once."""
        return self.kind == "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Through what people are told, and when they are not to be."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    quiet: tuple[time, time] | None = (time(22), time(7))  # the desk's local time
    urgent_breaks_quiet: bool = True
    digest: time = time(8, 30)
    per_hour: int = 20  # messages to one person (or room), and as many urgent ones
    timeout: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """How strict signing in is."""

    password_policy: str = "dengbao3"  # noqa: S105 - or "asvs"
    second_factor: frozenset[str] = frozenset()  # roles that may not do without


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift in local time; one that ends no later than it starts ends tomorrow."""

    name: str
    starts: time
    ends: time


DAY_AND_NIGHT = (Shift("白班", time(8), time(20)), Shift("夜班", time(20), time(8)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The shifts of a day, by when they start."""

    shifts: tuple[Shift, ...] = DAY_AND_NIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """How the contract's deadlines are counted."""

    policy: str = "legal_days"  # or "rest_block", "always"
    same_day_cutoff: time | None = None
    complex_in_hours: bool = False  # 72 h of service time instead of D+3


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSet:
    """Files of backups, and what they are of: what is never restored over."""

    name: str
    engine: str  # "postgresql" or "sqlite"
    files: str  # a glob; the newest match is "the backup"
    source_database: str = ""
    source_system: str = ""  # PostgreSQL's system identifier, where it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """A place to restore into: a database of its own, or a folder."""

    name: str
    engine: str
    host: str = ""
    port: int = 5432
    user: str = ""
    password: Secret | None = None
    database: str = ""
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A switch-over: the words that are run on a server, for each way it can go."""

    name: str
    server: str
    ways: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything config.yaml says, with the defaults filled in."""

    path: Path  # of the file itself, absolute
    desk: Desk
    contract: Contract
    inspections: Inspections
    metrics: Metrics
    credentials: Mapping[str, Credential]
    servers: tuple[Server, ...]
    servers_are_default: bool  # nothing configured: this machine inspects itself
    database_url: str = field(repr=False)  # may carry a password
    clocks: Clocks = Clocks()
    notices: Notices = Notices()
    security: Security = Security()
    roster: Roster = Roster()
    plans_folder: Path | None = None
    wall_from: tuple[IPv4Network | IPv6Network, ...] = ()
    backups: Mapping[str, BackupSet] = field(default_factory=dict)
    scratch_targets: Mapping[str, Scratch] = field(default_factory=dict)
    switches: Mapping[str, Switch] = field(default_factory=dict)

    @property
    def embedded_database(self) -> bool:
        return self.database_url.startswith("sqlite")

    def server(self, name: str) -> Server | None:
        """Return the server of a name, or None."""
        return next((one for one in self.servers if one.name == name), None)
