"""A round on screen: what its pages say, what they ask for, and what they refuse."""

from __future__ import annotations

import dataclasses
import typing

import pytest

from opsdesk.core.database import Database
from opsdesk.inspections.models import Round
from opsdesk.people.models import Role
from opsdesk.web.fact_values import fact_number
from opsdesk.web.fact_words import FACTS
from opsdesk.web.reading_words import READINGS
from opsdesk.web.spark import spark
from probes import catalogue
from probes.finding import fingerprint
from probes.transcript import Outcome
from tests.factories.people import PASSWORD
from tests.factories.rounds import finding, judged_round, verdict
from tests.web.conftest import SignedIn


@pytest.fixture
def number(sqlite_database: Database) -> str:
    """Give a finished round: db-1 has a full disk, app-1 is well."""
    with sqlite_database.unit() as unit:
        sick = verdict(finding())
        round_: Round = judged_round(unit, {"db-1": sick, "app-1": verdict()})
        return round_.number


def _fields(kind: object, seen: set[object]) -> set[str]:
    names: set[str] = set()
    for part in typing.get_args(kind):
        names |= _fields(part, seen)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind not in seen:
        seen.add(kind)
        hints = typing.get_type_hints(kind)
        for field in dataclasses.fields(kind):
            names |= {field.name} | _fields(hints[field.name], seen)
    return names


def test_every_fact_a_probe_reads_has_a_word() -> None:
    seen: set[object] = set()
    fields = set().union(*(_fields(probe.facts, seen) for probe in catalogue.PROBES))
    assert len(fields) > 100
    assert fields - FACTS.keys() == set()


def test_every_word_is_in_both_languages() -> None:
    both = [*FACTS.values(), *READINGS.values()]
    assert [words for words in both if not words.zh or not words.en] == []


def test_sizes_and_percents_are_shown_as_people_say_them() -> None:
    assert fact_number(3.5 * 1024**2, "total_kib") == "3.5 GiB"
    assert fact_number(512, "used_memory_bytes") == "512 B"
    assert fact_number(93, "used_percent") == "93 %"


def test_one_value_alone_makes_no_line() -> None:
    assert spark([1.0]) is None
    line = spark([1.0, 1.0])
    assert line is not None
    assert line.points == "3.0,12.0 117.0,12.0"


def test_an_unexplained_abnormality_takes_the_password_field_away(
    number: str, signed_in_as: SignedIn
) -> None:
    page = signed_in_as(Role.ENGINEER).get(f"/rounds/{number}").text
    assert "还有 1 项没有说明，不能签名" in page
    assert 'name="password"' not in page


def test_an_explained_round_is_signed_with_the_right_password_only(
    number: str, signed_in_as: SignedIn
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    item = fingerprint("db-1", "filesystems", "/data")
    where = f"/rounds/{number}"
    told = browser.post(f"{where}/explain", where, item=item, text="已清理日志")
    assert told.status_code == 303
    page = browser.get(where).text
    version = page.split('name="version" value="')[1].split('"')[0]
    wrong = browser.post(f"{where}/sign", where, version=version, password="wrong")
    assert wrong.status_code >= 400
    assert 'name="password"' in browser.get(where).text
    browser.post(f"{where}/sign", where, version=version, password=PASSWORD)
    assert "巡检人：" in browser.get(where).text


def test_an_explanation_of_nothing_is_answered_beside_the_form_with_its_text(
    signed_in_as: SignedIn, number: str
) -> None:
    browser, where = signed_in_as(Role.ENGINEER), f"/rounds/{number}"
    answer = browser.post(f"{where}/explain", where, text="已清理 <日志>")
    assert answer.status_code == 409
    form = answer.text[answer.text.index('id="items"') :]
    assert "没有勾选任何异常项" in form
    assert "已清理 &lt;日志&gt;</textarea>" in form
    item = fingerprint("db-1", "filesystems", "/data")
    told = browser.post(f"{where}/explain", where, item=item, text="已清理")
    assert told.status_code == 303


def test_an_explanation_that_another_overtook_keeps_its_text_and_its_ticks(
    signed_in_as: SignedIn, number: str
) -> None:
    browser, where = signed_in_as(Role.ENGINEER), f"/rounds/{number}"
    item = fingerprint("db-1", "filesystems", "/data")
    other = signed_in_as(Role.LEAD)
    other.post(f"{where}/explain", where, item=item, text="主管写的")
    answer = browser.post(f"{where}/explain", where, item=item, text="值班写的")
    assert answer.status_code == 409
    assert "主管写的" in answer.text
    assert "值班写的</textarea>" in answer.text
    assert f'value="{item}" checked' in answer.text


def test_the_customer_sees_a_round_and_may_not_explain_it(
    number: str, signed_in_as: SignedIn
) -> None:
    browser = signed_in_as(Role.CUSTOMER)
    where = f"/rounds/{number}"
    assert "已用 97%" in browser.get(where).text
    assert "<textarea" not in browser.get(where).text
    said = browser.post(f"{where}/explain", where, item="x", text="好")
    assert said.status_code == 403


def test_a_row_opens_in_place_without_the_frame_of_a_page(
    number: str, signed_in_as: SignedIn
) -> None:
    part = signed_in_as(Role.LEAD).get(f"/rounds/{number}/servers/db-1/summary").text
    assert "/data 已用 97%" in part
    assert "<html" not in part


def test_a_server_without_answer_is_never_called_well(
    sqlite_database: Database, signed_in_as: SignedIn
) -> None:
    with sqlite_database.unit() as unit:
        silent = verdict(outcome=Outcome.UNREACHED, answered=())
        made = judged_round(unit, {"db-1": silent}).number
    page = signed_in_as(Role.LEAD).get(f"/rounds/{made}/servers/db-1").text
    assert "没有数据不等于正常" in page


def test_what_a_server_wrote_is_text_on_every_page(
    sqlite_database: Database, signed_in_as: SignedIn
) -> None:
    evil = "/<script>alert(1)</script>{{7*7}}\x1b[31m\u202e"
    with sqlite_database.unit() as unit:
        made = judged_round(unit, {"db-1": verdict(finding(subject=evil))}).number
    browser = signed_in_as(Role.LEAD)
    paths = ("/board", "/findings", f"/rounds/{made}", "/servers/db-1")
    for path in (*paths, f"/rounds/{made}/servers/db-1"):
        page = browser.get(path).text
        assert "&lt;script&gt;alert(1)" in page, path
        assert "<script>alert" not in page, path
        assert "/49" not in page, path
        assert "\x1b" not in page, path
        assert "\u202e" not in page, path


def test_a_maintenance_window_is_ended_before_its_time(signed_in_as: SignedIn) -> None:
    browser = signed_in_as(Role.LEAD)
    where = "/servers/db-1"
    window = {"begins": "2026-01-01T00:00", "ends": "2099-01-01T00:00"}
    browser.post(f"{where}/maintenance", where, reason="换内存", **window)
    assert "换内存" in browser.get(where).text
    browser.post(f"{where}/maintenance/1/end", where)
    assert "没有登记的维护窗口" in browser.get(where).text


@pytest.mark.parametrize("place", ["rounds?status=judged&slot=noon", "findings?all=1"])
def test_filters_survive_a_change_of_language(
    place: str, signed_in_as: SignedIn
) -> None:
    browser = signed_in_as(Role.LEAD)
    page = browser.get(f"/{place}").text
    assert f'name="next" value="/{place.replace("&", "&amp;")}"' in page
