"""The 29 devices of the contract, with made-up addresses, as a configuration."""

from __future__ import annotations

from collections.abc import Iterator

from probes.server import SHELL_LESS, Kind

DEVICES = (
    ("db", Kind.CLASS_1_DATABASE, "private", 2),
    ("publish", Kind.PUBLISHING_APPLICATION, "internet", 4),
    ("cache", Kind.CACHE, "internet", 2),
    ("filing", Kind.FILING_APPLICATION, "internet", 4),
    ("exchange", Kind.EXCHANGE, "internet", 2),
    ("web", Kind.WEB_APPLICATION, "internet", 2),
    ("video", Kind.VIDEO, "internet", 1),
    ("stream", Kind.STREAMING, "internet", 1),
    ("graphics", Kind.GRAPHICS_WORKSTATION, "office", 2),
    ("nms", Kind.NETWORK_MANAGEMENT, "office", 1),
    ("audit", Kind.AUDIT, "security", 1),
    ("ips", Kind.INTRUSION_PREVENTION, "security", 1),
    ("nas", Kind.NAS, "private", 1),
    ("fw-security", Kind.SECURITY_ZONE_FIREWALL, "security", 3),
    ("fw-data", Kind.DATA_ZONE_FIREWALL, "private", 2),
)

_HEAD = """\
# 演示配置：29 台设备、地址和数据都是虚构的；这个台子不会去连接任何设备。
# A demonstration: devices, addresses and data are made up; nothing is ever connected to.
desk:
  name: 运维服务台（演示）
  listen: "127.0.0.1:8610"
  timezone: Asia/Shanghai
  language: zh_CN
  data: .
contract:
  customer: （演示）甲方单位
  contractor: （演示）运维单位
  project: 全国污染源监测数据管理与共享系统 运维服务
  number: DEMO-2026-001
  start: "2026-01-01"
  end: "2028-12-31"
credentials:
  demo: {user: demo, password: "env:OPSDESK_DEMO"}
servers:
"""


def config() -> str:
    """Return the demonstration's config.yaml."""
    return _HEAD + "".join(_entries())


def _entries() -> Iterator[str]:
    number = 10
    for stem, kind, zone, count in DEVICES:
        for index in range(1, count + 1):
            number += 1
            name = f"{stem}-{index}" if count > 1 else stem
            lines = [
                f"  - name: {name}",
                f"    kind: {kind.value}",
                f"    zone: {zone}",
                f"    address: 192.0.2.{number}",
            ]
            if kind in SHELL_LESS:
                lines.append("    checks: [{icmp: true}, {tcp: 443}]")
            else:
                lines.append("    credential: demo")
                lines.append(f"    expect: {_expected(kind)}")
            yield "\n".join(lines) + "\n"


def _expected(kind: Kind) -> str:
    if kind is Kind.CLASS_1_DATABASE:
        return (
            "{services: [postgresql], ports: [5432], mounts: [/data], "
            'backups: [{glob: "/data/backup/*.dump"}]}'
        )
    return "{services: [sshd], ports: [22], mounts: [/data]}"
