"""The audit trail on the screen."""

from __future__ import annotations

import json

from opsdesk.people.models import Role
from tests.web.conftest import SignedIn


def test_sign_ins_and_refusals_are_in_the_trail(signed_in_as: SignedIn) -> None:
    engineer, auditor = signed_in_as(Role.ENGINEER), signed_in_as(Role.AUDIT)
    assert engineer.get("/audit").status_code == 403
    page = auditor.get("/audit").text
    assert "GET /audit" in page
    assert "sign-in" in page


def test_filters_stay_in_the_address_and_narrow_the_list(
    signed_in_as: SignedIn,
) -> None:
    signed_in_as(Role.ENGINEER)
    auditor = signed_in_as(Role.AUDIT)
    page = auditor.get("/audit?actor=engineer&from=2020-01-01&to=nonsense").text
    assert "person:engineer" in page
    assert "person:audit" not in page
    assert "没有符合条件的记录" in auditor.get("/audit?actor=nobody").text


def test_the_button_verifies_the_chain_and_records_that(signed_in_as: SignedIn) -> None:
    auditor = signed_in_as(Role.AUDIT)
    assert "核验通过" in auditor.post("/audit/verify", "/audit").text
    assert "audit.verified" in auditor.get("/audit").text


def test_an_export_holds_every_entry_and_is_one_itself(signed_in_as: SignedIn) -> None:
    auditor = signed_in_as(Role.AUDIT)
    answer = auditor.get("/audit/export")
    assert "attachment" in answer.headers["Content-Disposition"]
    bodies = [json.loads(json.loads(line)["body"]) for line in answer.text.splitlines()]
    assert [body["action"] for body in bodies] == [
        "sign-in",
        "audit.exported",
    ]
