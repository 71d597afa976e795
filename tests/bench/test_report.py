"""The report does not make a run look better than it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench import report
from bench.rivals import OPSDESK, POOL, RAW, XARGS


def a_run(rival: str, wall: float, cpu: float, answered: int = 30) -> dict[str, Any]:
    return {
        "rival": rival,
        "servers": 30,
        "answered": answered,
        "wall": wall,
        "cpu": cpu,
        "rss_kib": 90 << 10,
        "pss_kib": 80 << 10,
        "load": 1.5,
    }


def a_sweep(*, ours: float = 3.0, raw_answered: int = 30) -> dict[str, Any]:
    runs = [
        a_run(OPSDESK, ours, 1.0),
        a_run(POOL, 2.0, 0.5),
        a_run(XARGS, 5.0, 2.0),
        a_run(RAW, 8.0, 5.0, raw_answered),
    ]
    return {
        "servers": 30,
        "rounds": 1,
        "namespaces": False,
        "script_bytes": 19000,
        "at": "2026-11-22 08:00 UTC",
        "machine": [["processor", "2 × any"]],
        "runs": runs,
        "memory": runs,
        "few": {"1": [a_run(OPSDESK, 2.0, 0.7), a_run(POOL, 1.0, 0.2)]},
    }


def written(tmp_path: Path, part: dict[str, Any]) -> str:
    (tmp_path / "sweep-30.json").write_text(json.dumps(part))
    report.write(tmp_path, tmp_path / "RESULTS.md")
    return (tmp_path / "RESULTS.md").read_text()


def test_a_missed_target_is_said_to_be_missed(tmp_path: Path) -> None:
    row = "30 servers: wall ≤ 0.5 × ansible -m raw, 30 forks"
    assert f"| {row} | 0.38 × | yes |" in written(tmp_path, a_sweep())
    assert f"| {row} | 0.75 × | **no** |" in written(tmp_path, a_sweep(ours=6.0))


def test_a_run_without_every_answer_is_no_comparison(tmp_path: Path) -> None:
    assert "not comparable" not in written(tmp_path, a_sweep())
    assert "**29/30: not comparable**" in written(tmp_path, a_sweep(raw_answered=29))


def test_the_report_says_where_there_were_no_namespaces(tmp_path: Path) -> None:
    assert "loopback ports (not root)" in written(tmp_path, a_sweep())


def test_start_up_is_not_counted_per_server(tmp_path: Path) -> None:
    ours = report.per_server(a_sweep(), OPSDESK)
    assert round(ours, 1) == 10.3  # (1.0 - 0.7) / 29


def test_a_sweep_of_a_few_rows_claims_only_what_they_show(tmp_path: Path) -> None:
    part = a_sweep()
    part["runs"] = [run for run in part["runs"] if run["rival"] in (OPSDESK, XARGS)]
    part["few"] = {"1": []}
    said = written(tmp_path, part)
    assert f"30 servers: wall ≤ 1 × {XARGS}" in said
    assert "ansible -m raw, 30 forks |" not in said
    assert "the bare pool" not in said


def test_growth_is_held_against_a_small_round_of_the_same_estate(
    tmp_path: Path,
) -> None:
    thirty = [a_run(OPSDESK, 2.4, 1.05), a_run(POOL, 2.0, 0.5)]
    many = [a_run(OPSDESK, 20.0, 4.6, 300), a_run(POOL, 18.0, 2.6, 300)]
    part = {**a_sweep(), "servers": 300, "runs": many}
    part["few"]["30"] = thirty
    (tmp_path / "growth.json").write_text(json.dumps(part))
    said = written(tmp_path, a_sweep())
    # (4.6 - 0.7) / 299 beside (1.05 - 0.7) / 29
    assert "| CPU per server at 300 ≤ 1.1 × that at 30 | 1.08 × | yes |" in said
    assert "| 30 | 300 | 12.1 | 10.3 | 1.17 |" in said
