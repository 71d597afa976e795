"""A path is asked from the server itself; what is not open is broken."""

from __future__ import annotations

from probes.catalogue.paths import PROBE, Path, Paths
from probes.server import Expectations, PathExpectation
from tests.probes.judging import here, judged, levels

EXPECT = Expectations(
    paths=(PathExpectation(host="10.1.0.11", port=5432, label="db-1:5432"),)
)


def tried(result: str) -> Paths:
    path = Path(label="db-1:5432", host="10.1.0.11", port=5432, result=result)
    return Paths(tool="bash", paths=(path,))


def test_an_open_path_is_normal_and_a_reading_of_one() -> None:
    assert levels(PROBE, tried("open"), here(PROBE, expect=EXPECT)) == {}
    assert [reading.value for reading in PROBE.readings(tried("open"))] == [1]


def test_each_way_of_not_being_open_is_critical_and_says_which() -> None:
    for result, word in (
        ("refused", "被拒绝"),
        ("timed_out", "超时"),
        ("unreachable", "不可达"),
        ("unresolved", "无法解析"),
        ("failed", "失败"),
    ):
        found = judged(PROBE, tried(result), here(PROBE, expect=EXPECT))["db-1:5432"]
        assert found.severity.value == "critical"
        assert word in found.message.zh


def test_a_server_without_a_tool_knows_nothing_of_the_path() -> None:
    around = here(PROBE, expect=EXPECT)
    assert levels(PROBE, tried("no_tool"), around) == {"db-1:5432": "warning"}
    assert list(PROBE.readings(tried("no_tool"))) == []


def test_a_path_nobody_answered_for_is_not_open() -> None:
    nothing = Paths(tool="bash", paths=())
    assert levels(PROBE, nothing, here(PROBE, expect=EXPECT)) == {
        "db-1:5432": "warning"
    }
