"""Importing tickets on screen: nothing is opened before the second button."""

from __future__ import annotations

import io
import re

from opsdesk.people.models import Role
from tests.web.conftest import Browser, SignedIn

SHEET = "标题,描述\n<b>打不开,从昨天起\n,没有标题\n".encode("gb18030")


def send(browser: Browser, path: str, content: bytes) -> tuple[int, str]:
    fields = {
        "csrf_token": browser.token(f"/{path}/import"),
        "file": (io.BytesIO(content), "单.csv"),
    }
    answer = browser.client.post(f"/{path}/import", data=fields)
    return answer.status_code, answer.text


def test_a_sheet_is_rehearsed_and_then_opened_once(signed_in_as: SignedIn) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    status, page = send(engineer, "incidents", SHEET)
    assert status == 200
    assert "<b>打不开" not in page
    assert "没有标题。" in page
    assert "INC-" not in engineer.get("/incidents?scope=all").text
    found = re.search(r'name="sha256" value="(\w+)"', page)
    assert found is not None
    kept = {"sha256": found[1], "name": "单.csv"}
    refused = engineer.post("/incidents/import/apply", "/incidents", rows="all", **kept)
    assert refused.status_code == 422
    assert "INC-" not in engineer.get("/incidents?scope=all").text
    done = engineer.post("/incidents/import/apply", "/incidents", rows="sound", **kept)
    assert done.status_code == 200
    number = re.search(r"INC-\d{8}-0001", done.text)
    assert number is not None
    assert "从昨天起" in engineer.get(f"/incidents/{number[0]}").text
    again = engineer.post("/incidents/import/apply", "/incidents", rows="sound", **kept)
    assert again.status_code == 422
    assert number[0] in again.text


def test_what_is_no_sheet_is_refused_in_words(signed_in_as: SignedIn) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    for content in (b"", b"\x00\x01", b"PK\x03\x04broken", "题目\n甲\n".encode()):
        status, page = send(engineer, "requests", content)
        assert status == 422
        assert "没有任何改动" in page
    gone = {"sha256": "ab" * 32, "name": "x"}
    answer = engineer.post("/requests/import/apply", "/requests", **gone)
    assert answer.status_code == 422


def test_the_blank_sheet_can_be_filled_and_sent_back(signed_in_as: SignedIn) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    blank = engineer.get("/requests/import/blank.csv").data
    status, page = send(
        engineer, "requests", blank.rstrip() + "\r\n怎么导出\r\n".encode()
    )
    assert status == 200
    assert "怎么导出" in page
    assert "这些列不认识" not in page


def test_only_registers_that_begin_with_a_call_take_a_sheet(
    signed_in_as: SignedIn,
) -> None:
    lead = signed_in_as(Role.LEAD)
    assert lead.get("/changes/import").status_code == 404
    assert lead.get("/incidents/import").status_code == 200
    assert "/incidents/import" not in signed_in_as(Role.CUSTOMER).get("/incidents").text
