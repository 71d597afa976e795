"""The alert rules and the dashboard, read by the tools that will read them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess  # noqa: TID251 - promtool, on files of ours
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULES = ROOT / "examples/prometheus/alerts.yaml"
DASHBOARD = ROOT / "examples/grafana/opsdesk.json"

with_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="promtool is missing: install Debian's package `prometheus` to check rules",
)


def promtool(*arguments: str) -> str:
    done = subprocess.run(
        ["promtool", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@with_promtool
def test_prometheus_takes_the_alert_rules() -> None:
    assert "SUCCESS" in promtool("check", "rules", str(RULES))


@with_promtool
def test_the_alerts_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    cases = (Path(__file__).parent / "alerts_test.yaml").read_text("utf-8")
    here = tmp_path / "alerts_test.yaml"
    here.write_text(cases.replace("[ALERTS]", f"[{RULES}]"), "utf-8")
    promtool("test", "rules", str(here))


@with_promtool
def test_prometheus_takes_every_query_of_the_dashboard(tmp_path: Path) -> None:
    queries = [query.replace("$server", ".*") for query in dashboard_queries()]
    rules = [
        {"record": f"dashboard:{number}", "expr": query}
        for number, query in enumerate(queries)
    ]
    file = tmp_path / "queries.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"{len(queries)} rules found" in promtool("check", "rules", str(file))


def test_every_alert_speaks_both_languages() -> None:
    for rule in rules():
        assert re.search(r"[\u4e00-\u9fff]", rule["annotations"]["summary"])
        assert re.search(r"[A-Za-z]{3}", rule["annotations"]["description"])
        assert rule["labels"]["severity"] in {"warning", "critical"}


def test_rules_and_dashboard_name_only_figures_the_desk_has() -> None:
    said = "\n".join([*(rule["expr"] for rule in rules()), *dashboard_queries()])
    asked = set(re.findall(r"\bopsdesk_\w+", said))
    assert asked
    assert asked - set(exposed()) == set()


def test_the_dashboards_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard_queries() -> list[str]:
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def exposed() -> Iterator[str]:
    """Yield every metric's name as the sources of the desk and its probes write it."""
    measure = (ROOT / "opsdesk/flows/measure.py").read_text("utf-8")
    for name in re.findall(r'"(opsdesk_\w+)"', measure):
        yield from (name, f"{name}_total")
    for file in (ROOT / "probes").rglob("*.py"):
        for name in re.findall(r'Reading\(\s*"(\w+)"', file.read_text("utf-8")):
            yield f"opsdesk_{name}"
