"""Putting files into the archive on screen: kept whole, described, and superseded."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from opsdesk.archive import queries
from opsdesk.archive.models import Category, Label
from opsdesk.core.audit_models import AuditEntry
from opsdesk.core.desk import Desk
from opsdesk.people.models import Role
from tests.factories.documents import an_upload
from tests.web.conftest import Browser, SignedIn

ABOUT = {
    "title": "运维合同",
    "category": "contract",
    "label": "internal",
    "keywords": "合同 制度",
    "keep_until": "2030-12-31",
}


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Give the desk behind the application."""
    found: Desk = app.extensions["opsdesk"]
    return found


def upload(
    browser: Browser,
    content: bytes,
    path: str = "/archive/new",
    name: str = "合同.txt",
    **fields: str,
) -> TestResponse:
    sent = {"csrf_token": browser.token("/archive/new"), **fields}
    if content or name:
        sent["file"] = (io.BytesIO(content), name)  # type: ignore[assignment]
    answer = browser.client.post(path, data=sent, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the client's own file of a large one
    return answer


def described(browser: Browser, path: str, **fields: str) -> TestResponse:
    return browser.post(f"{path}/about", "/archive/new", **fields)


def seen(**fields: str) -> dict[str, str]:
    return {f"seen_{name}": value for name, value in fields.items()}


def test_an_uploaded_file_is_kept_whole_with_what_was_said_of_it(
    desk: Desk, signed_in_as: SignedIn
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    answer = upload(engineer, b"\xe7\xac\xac\xe4\xb8\x80", note="第一版", **ABOUT)
    assert answer.status_code == 303
    path = answer.headers["Location"]
    assert path.startswith("/archive/DOC-")
    assert path.endswith("-0001/1")
    page = engineer.get(path).text
    for said in (
        "运维合同",
        "合同与制度",
        "合同 制度",
        "2030-12-31",
        "第一版",
        "合同.txt",
    ):
        assert said in page
    assert engineer.get(f"{path}/file").data == b"\xe7\xac\xac\xe4\xb8\x80"
    with desk.database.reading() as unit:
        view = queries.version(unit, path.split("/")[2], 1)
        assert view.category is Category.CONTRACT
        assert view.issued_by == "engineer"
        assert view.content_sha256 in page


def test_a_refused_upload_keeps_what_was_typed_and_says_why(
    desk: Desk, signed_in_as: SignedIn
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    for content, name, fields, why in (
        (b"", "", ABOUT, "没有选择文件"),
        (b"", "空.txt", ABOUT, "是空文件"),
        (b"x", "a.txt", {**ABOUT, "keep_until": "2030-13-01"}, "日期、类别或密级不对"),
        (b"x", "a.txt", {**ABOUT, "category": "nonsense"}, "日期、类别或密级不对"),
        (b"x" * (32 << 20) + b"x", "a.txt", ABOUT, "超过 32 MiB"),
    ):
        answer = upload(engineer, content, name=name, **fields)
        assert answer.status_code == 422, why
        assert why in answer.text
        assert 'value="运维合同"' in answer.text
        assert 'value="合同 制度"' in answer.text
        assert "请再选一次" in answer.text
    assert "档案里还没有文件" in engineer.get("/archive").text


def test_a_file_without_a_title_is_called_by_its_name(signed_in_as: SignedIn) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    fields = {**ABOUT, "title": "  "}
    answer = upload(engineer, b"x", name="C:\\资料\\机房 布线图.v2.txt", **fields)
    assert "机房 布线图.v2</h1>" in engineer.get(answer.headers["Location"]).text


def test_a_new_version_supersedes_and_whoever_was_slower_is_told(
    signed_in_as: SignedIn,
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    number = upload(engineer, b"one", **ABOUT).headers["Location"].split("/")[2]
    form = engineer.get(f"/archive/{number}/new").text
    assert 'name="seen" value="1"' in form
    assert 'value="运维合同"' in form
    path = f"/archive/{number}/new"
    assert upload(engineer, b"two", path, seen="1", **ABOUT).status_code == 303
    late = upload(engineer, b"three", path, seen="1", **{**ABOUT, "title": "我的"})
    assert late.status_code == 409
    assert "已有第 2 版" in late.text
    assert 'value="我的"' in late.text
    assert engineer.get(f"/archive/{number}/1/file").data == b"one"
    assert engineer.get(f"/archive/{number}/2/file").data == b"two"
    assert engineer.get(f"/archive/{number}/3").status_code == 404


def test_an_issued_paper_is_not_replaced_by_a_file(
    desk: Desk, signed_in_as: SignedIn
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    with desk.database.unit() as unit:
        an_upload(unit, desk.store, "WRY-XJ-1", kind="daily_record")
    assert engineer.get("/archive/WRY-XJ-1/new").status_code == 404
    answer = upload(engineer, b"mine", "/archive/WRY-XJ-1/new", seen="1", **ABOUT)
    assert answer.status_code == 404


def test_what_is_said_of_a_document_changes_and_its_file_does_not(
    desk: Desk, signed_in_as: SignedIn
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    path = upload(engineer, b"one", **ABOUT).headers["Location"]
    new = {**ABOUT, "title": "新合同", "label": "restricted", "keep_until": ""}
    assert described(lead, path, **new, **seen(**ABOUT)).status_code == 303
    late = described(engineer, path, **{**ABOUT, "title": "我改的"}, **seen(**ABOUT))
    assert late.status_code == 409
    assert "刚被别人改过" in late.text
    assert 'value="我改的"' in late.text
    page = lead.get(path).text
    assert "新合同" in page
    assert "长期" in page
    assert engineer.get(f"{path}/file").data == b"one"
    with desk.database.reading() as unit:
        entry = unit.scalars(
            select(AuditEntry).filter_by(action="document.described")
        ).one()
        assert entry.actor == "lead"


def test_somebody_whom_the_label_keeps_out_cannot_change_or_supersede(
    desk: Desk, signed_in_as: SignedIn
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    with desk.database.unit() as unit:
        an_upload(unit, desk.store, "DOC-A", label=Label.RESTRICTED, title="底价")
    assert engineer.get("/archive/DOC-A/new").status_code == 404
    assert described(engineer, "/archive/DOC-A/1", **ABOUT).status_code == 404
    answer = upload(engineer, b"mine", "/archive/DOC-A/new", seen="1", **ABOUT)
    assert answer.status_code == 404
    assert "底价" not in answer.text


def test_an_engineer_describes_his_own_documents_and_the_lead_everybodys(
    desk: Desk, signed_in_as: SignedIn
) -> None:
    lead, engineer = signed_in_as(Role.LEAD), signed_in_as(Role.ENGINEER)
    for browser, title in ((lead, "lead's"), (engineer, "engineer's")):
        said = {"label": "internal", "category": "other", "title": title}
        upload(browser, title.encode(), **said)
    with desk.database.reading() as session:
        ids = {one.title: one.number for one in queries.issued(session)}
    new = {"category": "other", "label": "open", "keep_until": "", "keywords": ""}
    for browser, title, status in (
        (engineer, "lead's", 422),
        (engineer, "engineer's", 303),
        (lead, "lead's", 303),
    ):
        was = {**new, "label": "internal", "title": title}
        path = f"/archive/{ids[title]}/1"
        answer = described(browser, path, **{**new, "title": title}, **seen(**was))
        assert answer.status_code == status, title


def test_of_a_superseded_version_nothing_more_is_changed(
    desk: Desk, signed_in_as: SignedIn
) -> None:
    lead = signed_in_as(Role.LEAD)
    with desk.database.unit() as unit:
        for _version in range(2):
            an_upload(unit, desk.store, "DOC-A")
    answer = described(lead, "/archive/DOC-A/1", **ABOUT)
    assert answer.status_code == 422
    assert "请修改现行版本" in answer.text
    assert "修改说明" not in lead.get("/archive/DOC-A/1").text


def test_a_customer_reads_and_does_not_put_in(
    desk: Desk, signed_in_as: SignedIn
) -> None:
    customer = signed_in_as(Role.CUSTOMER)
    with desk.database.unit() as unit:
        an_upload(unit, desk.store, "DOC-A")
    page = customer.get("/archive/DOC-A").text + customer.get("/archive").text
    for word in ("上传新版本", "修改说明", "上传文件"):
        assert word not in page
