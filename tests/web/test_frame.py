"""What stands around every page is kept ready, and is still each reader's own."""

from __future__ import annotations

import re

import pytest

from opsdesk.people.models import Role
from tests.web.conftest import Browser, SignedIn

SIDE = re.compile(r'<nav class="side".*?</nav>', re.DOTALL)
ENTRY = re.compile(r'<li><a href="([^"]+)"( aria-current="page")?>')


def side(browser: Browser, page: str, **more: object) -> str:
    """Return the side of a page."""
    found = SIDE.search(browser.get(page, **more).text)
    assert found is not None
    return found[0]


def entries(browser: Browser, page: str, **more: object) -> dict[str, bool]:
    """Return where the side leads, and which entry it says the reader is at."""
    return {one: bool(here) for one, here in ENTRY.findall(side(browser, page, **more))}


def test_what_the_lead_was_shown_is_not_shown_to_the_customer_after(
    signed_in_as: SignedIn,
) -> None:
    lead, customer = signed_in_as(Role.LEAD), signed_in_as(Role.CUSTOMER)
    ours = entries(lead, "/incidents")
    theirs = entries(customer, "/incidents")
    assert "/incidents" in theirs
    assert [one for one in theirs if customer.get(one).status_code == 403] == []
    assert [one for one in ours if customer.get(one).status_code == 403] != []
    assert entries(lead, "/incidents") == ours


@pytest.mark.parametrize("page", ["/incidents", "/changes", "/articles"])
def test_the_side_marks_the_page_one_is_on_and_no_other(
    signed_in_as: SignedIn, page: str
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    for one in ("/incidents", "/problems", page, page):
        marked = [to for to, here in entries(engineer, one).items() if here]
        assert marked == [one]


def test_the_side_follows_the_reader_s_language_at_once(
    signed_in_as: SignedIn,
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    assert "事件" in side(engineer, "/incidents")
    engineer.post("/language", "/incidents", language="en")
    assert "Incidents" in side(engineer, "/incidents")
    engineer.post("/language", "/incidents", language="zh_CN")
    assert "事件" in side(engineer, "/incidents")


def test_addresses_follow_the_path_the_desk_is_mounted_at(
    signed_in_as: SignedIn,
) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    assert "/incidents" in entries(engineer, "/incidents")
    below = {"environ_overrides": {"SCRIPT_NAME": "/desk"}}
    page = engineer.get("/incidents", **below).text
    assert 'href="/desk/static/opsdesk.css' in page
    assert "/desk/articles" in entries(engineer, "/incidents", **below)
    assert "/articles" in entries(engineer, "/incidents")
    assert 'href="/static/opsdesk.css' in engineer.get("/incidents").text


def bar(browser: Browser, page: str) -> str:
    """Return the bar above a page, without its forms' token."""
    found = re.search(
        r'<header class="top">.*?</header>', browser.get(page).text, re.DOTALL
    )
    assert found is not None
    return found[0]


def test_the_bar_names_whoever_reads_and_nobody_who_read_before(
    signed_in_as: SignedIn,
) -> None:
    lead, customer = signed_in_as(Role.LEAD), signed_in_as(Role.CUSTOMER)
    names = [
        re.findall(r'<p class="me-who">([^ ]+) ', bar(one, "/incidents"))
        for one in (lead, customer, lead)
    ]
    assert names[0] == names[2] != names[1]


def test_the_bar_leads_back_to_the_page_it_stands_on(signed_in_as: SignedIn) -> None:
    engineer = signed_in_as(Role.ENGINEER)
    for page in ("/incidents?q=%22%3E", "/problems"):
        backs = re.findall(r'name="next" value="([^"]*)"', bar(engineer, page))
        assert backs == [page, page]


def test_the_forms_of_the_bar_carry_the_token_of_their_own_reader(
    signed_in_as: SignedIn,
) -> None:
    for browser in (signed_in_as(Role.LEAD), signed_in_as(Role.ENGINEER)):
        page = browser.get("/incidents").text
        mine = re.findall(r'name="csrf-token" content="([^"]+)"', page)
        above = re.search(r'<header class="top">.*?</header>', page, re.DOTALL)
        assert above is not None
        found = set(re.findall(r'name="csrf_token" value="([^"]+)"', above[0]))
        assert found == set(mine)
