"""What a right configuration becomes."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from opsdesk.core import settings
from opsdesk.core.vault import Vault
from probes.check import (
    HttpCheck,
    IcmpCheck,
    RedisCheck,
    SnmpCheck,
    SqlCheck,
    TcpCheck,
    TlsCheck,
)
from probes.server import Kind, PathExpectation, Thresholds, Transport
from tests.opsdesk.core.configured import KEY, loaded

ROOT = Path(__file__).parents[3]

FULL = f"""
desk: {{name: 值班台, listen: "[::1]:9000", timezone: Asia/Urumqi, language: en, data: d}}
contract: {{customer: 甲, contractor: 乙, project: 丙, start: 2026-03-01, end: 2027-02-28}}
database: {{url: null}}
inspections:
  times: [08:00, 14:00, 20:00]
  catch_up: 1h30m
  weekly_day: sunday
  workers: 8
  per_gateway: 2
  limits: {{connect: 5s, script: 45s, server: 80s, output: 1MiB}}
  thresholds: {{filesystem_used_percent: {{warning: 85, critical: 92, clear: 80}}}}
  kind_thresholds:
    class_1_database: {{memory_used_percent: {{critical: 99}}}}
metrics: {{token: "secret:metrics"}}
credentials:
  ops: {{user: opsdesk, key_file: key, passphrase: "secret:ops-passphrase"}}
servers:
  - {{name: gw, address: 192.0.2.1, credential: ops, host_key: "{KEY}"}}
  - {{name: app-1, kind: web_application, zone: internet, address: app.example,
      credential: ops, via: [gw]}}
  - name: db-1
    kind: class_1_database
    zone: private
    address: 10.1.0.11
    port: 2222
    credential: ops
    host_key: "{KEY}"
    via: [app-1]
    expect:
      services: [postgresql]
      ports: [5432]
      processes: [postgres]
      mounts: [/data]
      certificates: [/etc/ssl/db.pem]
      paths: [{{from: app-1, to: "db-1:5432"}}]
      backups: [{{glob: "/backup/*.dump", newer_than: 26h, at_least: 1MiB}}]
    thresholds: {{filesystem_used_percent: {{critical: 95}}}}
    checks:
      - {{http: "https://db.example/", status: 204, contains: 完成, warn_ms: 800}}
      - {{tcp: 443}}
      - {{tls: 443, name: db.example}}
      - {{icmp: true}}
      - {{snmp: {{version: 3, user: ops, auth_key: "env:SNMP"}}}}
      - {{sql: {{engine: postgresql, user: monitor, password: "file:db.pw"}}}}
      - {{redis: {{port: 6380}}}}
    note: 主库
"""


@pytest.fixture
def full(tmp_path: Path) -> settings.Settings:
    return loaded(tmp_path, FULL)


def test_the_desk_is_where_the_file_says(
    full: settings.Settings, tmp_path: Path
) -> None:
    assert (full.desk.listen_host, full.desk.listen_port) == ("::1", 9000)
    assert full.desk.timezone.key == "Asia/Urumqi"
    assert full.desk.data == tmp_path / "d"
    assert full.database_url == f"sqlite:///{tmp_path}/d/opsdesk.sqlite3"


def test_the_contract_has_its_first_and_last_day(full: settings.Settings) -> None:
    assert full.contract.start == date(2026, 3, 1)
    assert full.contract.end == date(2027, 2, 28)


def test_times_need_no_quotes(full: settings.Settings) -> None:
    assert full.inspections.slots == (
        ("morning", time(8)),
        ("noon", time(14)),
        ("evening", time(20)),
    )


def test_durations_and_sizes_are_read_with_their_units(
    full: settings.Settings,
) -> None:
    assert full.inspections.catch_up == timedelta(minutes=90)
    assert full.inspections.limits.connect == timedelta(seconds=5)
    assert full.inspections.limits.banner == timedelta(seconds=30)
    assert full.inspections.limits.output_bytes == 1024 * 1024
    assert full.inspections.weekly_day == 6


def test_a_server_has_all_its_jump_hosts_outermost_first(
    full: settings.Settings,
) -> None:
    server = full.server("db-1")
    assert server is not None
    assert [hop.name for hop in server.via] == ["gw", "app-1"]


def test_a_path_is_asked_from_the_server_it_names(full: settings.Settings) -> None:
    app, db = full.server("app-1"), full.server("db-1")
    assert app is not None
    assert db is not None
    assert app.expect.paths == (
        PathExpectation(host="10.1.0.11", port=5432, label="db-1:5432"),
    )
    assert db.expect.paths == ()


def test_a_server_carries_what_holds_for_all_for_its_kind_and_for_itself(
    full: settings.Settings,
) -> None:
    database, application = full.server("db-1"), full.server("app-1")
    assert database is not None
    assert application is not None
    everywhere = Thresholds(warning=85, critical=92, clear=80)
    assert application.thresholds == {"filesystem_used_percent": everywhere}
    assert database.thresholds == {
        "filesystem_used_percent": Thresholds(warning=85, critical=95, clear=80),
        "memory_used_percent": Thresholds(critical=99),
    }


def test_every_kind_of_check_can_be_written(full: settings.Settings) -> None:
    server = full.server("db-1")
    assert server is not None
    http, tcp, tls, icmp, snmp, sql, redis = server.checks
    assert isinstance(http, HttpCheck)
    assert (http.status, http.contains, http.warn_ms) == (204, "完成", 800)
    assert tcp == TcpCheck(port=443)
    assert tls == TlsCheck(port=443, name="db.example")
    assert icmp == IcmpCheck()
    assert isinstance(snmp, SnmpCheck)
    assert snmp.version == "3"
    assert isinstance(sql, SqlCheck)
    assert sql.port == 5432
    assert redis == RedisCheck(port=6380)


def test_secrets_are_fetched_when_used_and_never_shown(
    full: settings.Settings,
) -> None:
    passphrase = full.credentials["ops"].passphrase
    assert passphrase is not None
    Vault(full.desk.data, {}).set("ops-passphrase", "hunter2")
    assert passphrase.reveal() == "hunter2"
    assert "hunter2" not in repr(full)


def test_without_servers_this_machine_inspects_itself(tmp_path: Path) -> None:
    found = loaded(tmp_path, "desk: {name: 值班台}")
    assert found.servers_are_default
    assert [server.transport for server in found.servers] == [Transport.LOCAL]


def test_loading_creates_nothing(tmp_path: Path) -> None:
    loaded(tmp_path, FULL)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "key"]


def test_a_key_without_a_value_takes_its_default(tmp_path: Path) -> None:
    found = loaded(tmp_path, "desk:\ncontract:\n  start:\nservers:\n")
    assert found.desk.listen_port == 8600
    assert found.contract.start is None


def test_devices_without_a_shell_need_no_credential(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """
        servers:
          - {name: fw-1, kind: data_zone_firewall, address: 10.0.0.1,
             checks: [icmp: true]}
          - {name: here, transport: local}
        """,
    )
    assert [server.transport for server in found.servers] == [
        Transport.NONE,
        Transport.LOCAL,
    ]


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        'desk: {listen: "127.0.0.1:1"}',
        {
            "OPSDESK_DESK__LISTEN": "0.0.0.0:8600",
            "OPSDESK_DATABASE__URL": "postgresql+psycopg://u:pw@db/opsdesk",
            "OPSDESK_CONFIG": "other.yaml",
        },
    )
    assert found.desk.listen_host == "0.0.0.0"
    assert found.database_url == "postgresql+psycopg://u:pw@db/opsdesk"
    assert "pw@" not in repr(found)


def test_lists_and_switches_may_come_from_the_environment_too(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "desk:\n",
        {"OPSDESK_DESK__HOSTS": "a.example, b.example", "OPSDESK_DESK__HTTPS": "true"},
    )
    assert found.desk.hosts == ("a.example", "b.example")
    assert found.desk.https is True


def test_the_database_address_may_be_a_reference(tmp_path: Path) -> None:
    url = "postgresql+psycopg:///opsdesk"
    found = loaded(tmp_path, "database: {url: 'env:DB'}", {"DB": url})
    assert found.database_url == url


def test_servers_may_share_lines_by_an_anchor(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        """
        credentials: {ops: {user: a, key_file: key}}
        servers:
          - &web {name: a, address: 192.0.2.1, credential: ops, zone: z}
          - {<<: *web, name: b, address: 192.0.2.2}
        """,
    )
    assert [(s.name, s.zone) for s in found.servers] == [("a", "z"), ("b", "z")]


def test_a_public_key_line_loses_its_comment_only(tmp_path: Path) -> None:
    blob = "AAAAC3NzaC1lZDI1NTE5AAAAIGluZyBhIGtleSB0aGF0IG5vYm9keSBoYXMgIQ=="
    found = loaded(
        tmp_path,
        f"""
        credentials: {{ops: {{user: a, key_file: key}}}}
        servers:
          - {{name: a, address: 192.0.2.1, credential: ops,
             host_key: ["ssh-ed25519 {blob} root@a", "{KEY}"]}}
        """,
    )
    assert found.servers[0].host_keys == (f"ssh-ed25519 {blob}", KEY)


def test_the_configuration_we_ship_loads_as_it_is() -> None:
    found = settings.load(ROOT / "config.yaml", environ={})
    assert found.servers_are_default


def test_the_example_holds_the_contracts_29_devices(tmp_path: Path) -> None:
    text = (ROOT / "examples" / "config.yaml").read_text(encoding="utf-8")
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "ops_ed25519").touch(0o600)
    found = loaded(tmp_path, text)
    devices = [server for server in found.servers if server.kind is not Kind.OTHER]
    assert len(devices) == 29
    assert {server.kind for server in devices} == set(Kind) - {Kind.OTHER}
    assert {server.zone for server in devices} == {
        "internet",
        "private",
        "office",
        "security",
    }
