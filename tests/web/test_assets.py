"""The configuration library on screen: lists, items, two who save at once, imports."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from opsdesk.assets import operations, queries
from opsdesk.assets.models import Drift, DriftState, Kind, Type
from opsdesk.assets.queries import ItemFilter
from opsdesk.assets.queries.items import PAGE
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.database import Database
from opsdesk.core.settings import Settings
from opsdesk.people.models import Role
from opsdesk.tickets.models import Kind as TicketKind
from tests.factories.assets import CHANGED, NOON, an_item, hang
from tests.factories.tickets import a_ticket
from tests.web.conftest import Browser, SignedIn

WHY = {"cause": "correction", "cause_note": "现场核对"}


@pytest.fixture
def engineer(signed_in_as: SignedIn) -> Browser:
    return signed_in_as(Role.ENGINEER)


@pytest.fixture
def web_1(sqlite_database: Database) -> str:
    with sqlite_database.unit() as unit:
        return an_item(unit, "web-1", model="旧型号").code


def item(database: Database, code: str) -> queries.ItemView:
    with database.reading() as reading:
        found = queries.by_code(reading, code)
    assert found is not None
    return found


def test_the_configured_servers_are_recorded_by_one_press(
    engineer: Browser, sqlite_database: Database
) -> None:
    assert "app-1" in engineer.get("/assets").text
    assert engineer.post("/assets/enrol", "/assets").status_code == 303
    with sqlite_database.reading() as reading:
        names = [one.name for one in queries.items(reading, ItemFilter())]
    assert names == ["app-1", "db-1"]
    assert "登记这些服务器" not in engineer.get("/assets").text


def test_filters_are_the_address_and_pages_go_on_where_they_ended(
    engineer: Browser, sqlite_database: Database
) -> None:
    with sqlite_database.unit() as unit:
        for n in range(PAGE + 3):
            an_item(unit, f"web-{n:03}")
        an_item(unit, "oracle", Type.DATABASE)
    first = engineer.get("/assets?type=device")
    assert "oracle" not in first.text
    after = re.search(r'href="(/assets\?[^"]*after=[^"]+)"', first.text)
    assert after is not None
    second = engineer.get(after[1].replace("&amp;", "&")).text
    assert "web-050" in second
    assert "web-000" not in second
    assert "oracle" in engineer.get("/assets?q=ORA").text


def test_an_item_shows_the_records_that_name_it_and_leads_to_all_of_a_register(
    engineer: Browser, sqlite_database: Database, web_1: str, settings: Settings
) -> None:
    page = f"/assets/{web_1}"
    assert "还没有单据涉及本项" in engineer.get(page).text
    with sqlite_database.unit() as unit:
        typed = {
            "change_kind": "normal",
            "reason": "慢",
            "content": "x",
            "items": web_1,
        }
        about = a_ticket(unit, settings, TicketKind.CHANGE, typed).number
        other = a_ticket(unit, settings, TicketKind.CHANGE, {**typed, "items": ""})
        elsewhere = other.number
    shown = engineer.get(page).text
    assert f"/changes/{about}" in shown
    assert elsewhere not in shown
    listed = engineer.get(f"/changes?scope=all&item={web_1}").text
    assert about in listed
    assert elsewhere not in listed


def test_an_item_shows_what_it_is_what_hangs_on_it_and_what_it_was(
    engineer: Browser, sqlite_database: Database, web_1: str
) -> None:
    with sqlite_database.unit() as unit:
        software = an_item(unit, "填报系统", Type.SOFTWARE, version="2.7.3").code
        hang(unit, software, web_1, Kind.RUNS_ON)
        operations.revise(
            unit, web_1, {"model": "新型号"}, cause=CHANGED, by="x", at=NOON
        )
    page = engineer.get(f"/assets/{web_1}").text
    for told in ("新型号", "旧型号", "填报系统", "运行于", CHANGED.reference):
        assert told in page
    graph = engineer.get(f"/assets/{web_1}/graph.json").json
    assert graph is not None
    assert {node["code"] for node in graph["nodes"]} == {web_1, software}
    assert graph["edges"][0] | {"label": ""} == {
        "from": software,
        "to": web_1,
        "label": "",
    }


def test_an_edit_is_saved_with_its_cause(
    engineer: Browser, sqlite_database: Database, web_1: str
) -> None:
    edit = f"/assets/{web_1}/edit"
    answer = engineer.post(edit, edit, version="1", model="新型号", **WHY)
    assert answer.status_code == 303
    assert item(sqlite_database, web_1).fields["model"] == "新型号"
    assert "现场核对" in engineer.get(f"/assets/{web_1}").text


def test_a_form_with_mistakes_comes_back_as_it_was_filled(
    engineer: Browser, sqlite_database: Database, web_1: str
) -> None:
    edit = f"/assets/{web_1}/edit"
    answer = engineer.post(
        edit, edit, version="1", model="写了很多", warranty_until="下周", **WHY
    )
    assert answer.status_code == 422
    assert "写了很多" in answer.text
    assert "不是日期" in answer.text
    assert item(sqlite_database, web_1).version == 1


def test_of_two_who_save_at_once_the_second_sees_both_sides_and_loses_nothing(
    engineer: Browser, sqlite_database: Database, web_1: str
) -> None:
    edit = f"/assets/{web_1}/edit"
    engineer.post(edit, edit, version="1", model="甲的型号", vendor="甲", **WHY)
    mine = {"model": "乙的型号", "location": "乙的机柜", "vendor": ""}
    answer = engineer.post(edit, edit, version="1", **mine, **WHY)
    assert answer.status_code == 409
    for told in ("旧型号", "甲的型号", "乙的型号", "乙的机柜"):
        assert told in answer.text
    fields = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text)
    )
    fields.pop("csrf_token")
    assert engineer.post(edit, edit, **fields).status_code == 303
    now = item(sqlite_database, web_1).fields
    assert (now["model"], now["location"], now["vendor"]) == (
        "乙的型号",
        "乙的机柜",
        "甲",
    )


def test_relations_begin_and_end_on_the_page(
    engineer: Browser, sqlite_database: Database, web_1: str
) -> None:
    with sqlite_database.unit() as unit:
        nas = an_item(unit, "nas-1").code
    page = f"/assets/{web_1}"
    edge = {"kind": "backed_up_by", "other": nas.lower()}
    assert engineer.post(f"{page}/relations", page, **edge, **WHY).status_code == 303
    assert "nas-1" in engineer.get(page).text
    ended = engineer.post(f"{page}/relations/end", page, **edge, **WHY)
    assert ended.status_code == 303
    with sqlite_database.reading() as reading:
        assert queries.relations_of(reading, web_1) == []


def test_the_past_and_what_changed_since_are_shown(
    engineer: Browser, sqlite_database: Database, web_1: str
) -> None:
    edit = f"/assets/{web_1}/edit"
    engineer.post(edit, edit, version="1", model="新型号", **WHY)
    assert "旧型号" in engineer.get("/assets/past?at=2026-11-22").text
    compared = engineer.get("/assets/compare?a=2026-11-22").text
    assert "旧型号" in compared
    assert "新型号" in compared
    assert engineer.get("/assets/past?at=nonsense").status_code == 409


def upload(browser: Browser, name: str, content: bytes) -> str:
    answer = browser.client.post(
        "/assets/import",
        data={
            "csrf_token": browser.token("/assets/transfer"),
            "file": (io.BytesIO(content), name),
        },
    )
    return answer.text


def test_an_import_is_first_shown_and_then_done(
    engineer: Browser, sqlite_database: Database, web_1: str
) -> None:
    sheet = f"编号,类型,名称,规格型号,运行于\n{web_1},,,新型号,\n,软件,填报,,nowhere\n"
    shown = upload(engineer, "台账.csv", sheet.encode("gb18030"))
    assert "新型号" in shown
    assert "nowhere" in shown
    assert item(sqlite_database, web_1).version == 1
    fields = dict(re.findall(r'name="(sha256|name|revision)" value="([^"]*)"', shown))
    done = engineer.post("/assets/import/apply", "/assets/transfer", **fields)
    assert done.status_code == 200
    assert item(sqlite_database, web_1).fields["model"] == "新型号"
    again = engineer.post("/assets/import/apply", "/assets/transfer", **fields)
    assert again.status_code == 409


def test_a_file_that_is_no_table_is_refused_with_a_sentence(engineer: Browser) -> None:
    assert "没有任何改动" in upload(engineer, "x.xlsx", b"PK\x03\x04nothing")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_is_a_file_and_is_recorded(
    engineer: Browser, sqlite_database: Database, web_1: str, kind: str
) -> None:
    answer = engineer.get(f"/assets/export.{kind}?type=device")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    with sqlite_database.reading() as reading:
        actions = reading.scalars(select(AuditEntry.action)).all()
    assert "assets-exported" in actions


def test_a_customer_reads_and_is_offered_nothing_to_change(
    signed_in_as: SignedIn, web_1: str
) -> None:
    customer = signed_in_as(Role.CUSTOMER)
    for path in ("", f"/{web_1}", "/baselines", "/audits", "/drift", "/transfer"):
        page = customer.get(f"/assets{path}")
        assert page.status_code == 200
        main = page.text.partition('<main id="main"')[2]
        assert 'method="post"' not in main
    assert customer.get(f"/assets/{web_1}/edit").status_code == 403


def test_baselines_and_audits_are_drawn_and_closed_on_screen(
    engineer: Browser, sqlite_database: Database
) -> None:
    with sqlite_database.unit() as unit:
        an_item(unit, "fw-1", kind="data_zone_firewall")
    engineer.post("/assets/baselines", "/assets/baselines", name="一月", kind="monthly")
    assert "与历史核对一致" in engineer.get("/assets/baselines/1").text
    engineer.post("/assets/audits", "/assets/audits", name="一月", day="2026-11-22")
    page = "/assets/audits/1"
    engineer.post(f"{page}/rows/1", page, outcome="consistent", note="")
    engineer.post(f"{page}/found", page, name="交换机", note="机柜 3")
    engineer.post(f"{page}/close", page, conclusion="一致")
    shown = engineer.get(page).text
    assert "100.0%" in shown
    assert "交换机" in shown
    assert "审计结论" not in shown


def test_what_people_type_is_shown_as_text(
    engineer: Browser, sqlite_database: Database
) -> None:
    evil = "<script>alert(1)</script>"
    with sqlite_database.unit() as unit:
        code = an_item(unit, evil, model=evil, note=evil).code
    for path in ("/assets", f"/assets/{code}", f"/assets/{code}/edit"):
        assert evil not in engineer.get(path).text


@pytest.fixture
def drift(sqlite_database: Database, web_1: str) -> int:
    with sqlite_database.unit() as unit:
        found = Drift(
            item_id=item(sqlite_database, web_1).id,
            field="model",
            was="旧型号",
            found={"value": "实际型号"},
            round="INS-20261122-0001",
            seen_at=NOON,
            seen_last_at=NOON,
            state=DriftState.OPEN,
        )
        unit.add(found)
        unit.flush()
        return found.id


@pytest.mark.parametrize("decision", ["explain", "accept"])
def test_a_difference_is_settled_on_screen_once(
    engineer: Browser,
    sqlite_database: Database,
    web_1: str,
    drift: int,
    decision: str,
) -> None:
    assert "实际型号" in engineer.get("/assets/drift").text
    settle = f"/assets/drift/{drift}"
    empty = engineer.post(settle, "/assets/drift", decision=decision, why=" ")
    assert empty.status_code == 409
    said = {"decision": decision, "why": "CHG-20261122-0001"}
    assert engineer.post(settle, "/assets/drift", **said).status_code == 303
    assert item(sqlite_database, web_1).fields["model"] == "实际型号"
    assert engineer.post(settle, "/assets/drift", **said).status_code == 409
    assert "实际型号" not in engineer.get("/assets/drift").text


def test_only_engineers_and_the_lead_may_change_the_library(
    signed_in_as: SignedIn, sqlite_database: Database, web_1: str
) -> None:
    for role in (Role.CUSTOMER, Role.SYSTEM, Role.SECURITY, Role.AUDIT):
        browser = signed_in_as(role)
        edit = f"/assets/{web_1}/edit"
        answer = browser.post(edit, "/me/password", version="1", model="x", **WHY)
        assert answer.status_code == 403
    lead = signed_in_as(Role.LEAD)
    edit = f"/assets/{web_1}/edit"
    assert lead.post(edit, edit, version="1", model="x", **WHY).status_code == 303
    assert item(sqlite_database, web_1).version == 2
