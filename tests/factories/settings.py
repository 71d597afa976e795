"""Settings for tests: a desk with two servers, its data in a folder of the test's."""

from __future__ import annotations

from pathlib import Path

from opsdesk.core import settings

CONFIG = """\
desk: {{name: 测试运维台, data: "{data}", language: zh_CN}}
contract: {{customer: 甲方单位, contractor: 乙方单位, project: 运维服务项目}}
credentials: {{ops: {{user: opsdesk, password: "env:OPS_PASSWORD"}}}}
servers:
  - {{name: app-1, kind: other, zone: internet, address: 127.0.0.2, credential: ops}}
  - {{name: db-1, kind: class_1_database, zone: private, address: 127.0.0.3,
      credential: ops}}
"""


def some_settings(folder: Path) -> settings.Settings:
    """Write a config.yaml into a folder and load it."""
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "var"
    data.mkdir(mode=0o700, exist_ok=True)
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(data=data), encoding="utf-8")
    return settings.load(path, environ={"OPS_PASSWORD": "not-a-secret"})
