"""The roster and the hand-over log on the screen, as those who use them see them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from opsdesk.core import clock
from opsdesk.core.database import Database
from opsdesk.core.settings.model import DAY_AND_NIGHT
from opsdesk.people.models import Role
from opsdesk.people.operations import person_named
from opsdesk.people.roster.models import Post
from opsdesk.people.roster.queries import colleagues, duties, on_duty
from opsdesk.people.roster.shifts import Turn, turns
from tests.factories.people import PASSWORD, a_person
from tests.factories.roster import ZONE, on
from tests.web.conftest import Browser, SignedIn

TODAY = clock.local_day(clock.now(), ZONE)
DAY = timedelta(days=1)


def around_now() -> tuple[Turn, ...]:
    return turns(TODAY - DAY, TODAY + DAY, DAY_AND_NIGHT, ZONE)


def present() -> Turn:
    at = clock.now()
    return next(one for one in around_now() if one.starts_at <= at < one.ends_at)


def test_the_bar_of_every_page_says_who_is_on_duty_and_until_when(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    browser = signed_in_as(Role.ENGINEER)
    with sqlite_database.unit() as session:
        on(session, person_named(session, "engineer"), present())
    ends = present().ends_at.astimezone(ZONE)
    for path in ("/board", "/servers", "/me/sessions"):
        page = browser.get(path).text
        assert "值班：值班engineer" in re.sub(r"\s+", "", page.replace(" ", ""))
        assert f"至 {ends:%H:%M}" in page


def test_an_empty_roster_is_told_to_the_lead_alone(signed_in_as: SignedIn) -> None:
    assert "未排班" in signed_in_as(Role.LEAD).get("/board").text
    assert "未排班" not in signed_in_as(Role.ENGINEER).get("/board").text


def test_the_administrators_are_not_told_who_is_on_duty(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    with sqlite_database.unit() as session:
        on(session, a_person(session, "eng0"), present())
    assert "值班eng0" not in signed_in_as(Role.AUDIT).get("/me/sessions").text


def test_the_lead_fills_a_month_and_everybody_sees_it(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    with sqlite_database.unit() as session:
        for n in range(6):
            a_person(session, f"eng{n}")
    lead = signed_in_as(Role.LEAD)
    fields = {
        "csrf_token": lead.token("/roster/plan"),
        "first": TODAY.isoformat(),
        "last": (TODAY + 6 * DAY).isoformat(),
        "begins": "eng2",
        "crew": [f"eng{n}" for n in range(6)],
        "leaders": ["lead"],
    }
    assert lead.client.post("/roster/fill", data=fields).status_code == 303
    with sqlite_database.reading() as session:
        rows = duties(session, TODAY, TODAY + 6 * DAY)
    assert len(rows) == 7 * 2 * 3
    assert rows[0].username == "eng2"
    page = signed_in_as(Role.CUSTOMER).get(f"/roster?month={TODAY:%Y-%m}").text
    assert "值班eng2" in page
    assert "没有登记电话" in page


def test_the_lead_puts_people_on_and_takes_them_off(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    lead = signed_in_as(Role.LEAD)
    day = TODAY + 3 * DAY
    page = f"/roster/days/{day}"
    fields = {"shift": "夜班", "post": "backup", "username": "lead", "on_site": "no"}
    assert lead.post(f"{page}/assign", page, **fields).status_code == 303
    again = lead.post(f"{page}/assign", page, **fields)
    assert again.status_code == 409
    with sqlite_database.reading() as session:
        row = duties(session, day, day)[0]
    assert (row.shift, row.post, row.on_site) == ("夜班", Post.BACKUP, False)
    lead.post(f"/roster/duties/{row.id}/remove", page)
    with sqlite_database.reading() as session:
        assert duties(session, day, day) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"shift": "早班", "post": "primary", "username": "lead"},
        {"shift": "白班", "post": "king", "username": "lead"},
        {"shift": "白班", "post": "primary", "username": "nobody"},
        {},
    ],
)
def test_an_assignment_that_says_nothing_usable_changes_nothing(
    signed_in_as: SignedIn, sqlite_database: Database, fields: dict[str, str]
) -> None:
    lead = signed_in_as(Role.LEAD)
    answer = lead.post(f"/roster/days/{TODAY}/assign", "/roster", **fields)
    assert answer.status_code in (404, 409)
    with sqlite_database.reading() as session:
        assert duties(session, TODAY, TODAY) == ()


@pytest.mark.parametrize(
    "path", ["/roster/days/2026-13-40", "/roster/days/x", "/handovers/JJ-0"]
)
def test_what_is_not_there_is_not_found(signed_in_as: SignedIn, path: str) -> None:
    assert signed_in_as(Role.LEAD).get(path).status_code == 404


@pytest.mark.parametrize("month", ["", "x", "2026-99", "0001-01", "9999-12"])
def test_a_month_that_is_none_shows_the_present_one(
    signed_in_as: SignedIn, month: str
) -> None:
    answer = signed_in_as(Role.LEAD).get(f"/roster?month={month}")
    assert answer.status_code == 200
    assert f"{TODAY:%Y-%m}" in answer.text


def test_a_year_whose_holidays_are_not_known_says_so(signed_in_as: SignedIn) -> None:
    page = signed_in_as(Role.LEAD).get("/roster?month=2090-01")
    assert page.status_code == 200
    assert "节假日表还没有装入" in page.text


def test_an_engineer_signs_in_on_post_and_nobody_does_it_for_him(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    with sqlite_database.unit() as session:
        duty = on(session, person_named(session, "engineer"), present())
    arrive = f"/roster/duties/{duty.id}/arrive"
    assert lead.post(arrive, "/roster").status_code == 403
    assert engineer.post(arrive, "/roster").status_code == 303
    with sqlite_database.reading() as session:
        assert on_duty(session, clock.now())[0].arrived_at is not None


def test_a_colleague_s_phone_is_changed_by_the_lead_alone(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    theirs = {"username": "lead", "phone": "138 0000 0000"}
    assert engineer.post("/roster/phone", "/roster/mine", **theirs).status_code == 403
    own = {"phone": "139 0000 0000"}
    assert engineer.post("/roster/phone", "/roster/mine", **own).status_code == 303
    fields = {"username": "engineer", "phone": "137 0000 0000"}
    assert lead.post("/roster/phone", "/roster/plan", **fields).status_code == 303
    with sqlite_database.reading() as session:
        found = {row.username: row.phone for row in colleagues(session)}
    assert found == {"engineer": "137 0000 0000", "lead": ""}


def test_a_swap_goes_from_one_to_the_other_to_the_lead(
    signed_in_as: SignedIn, sqlite_database: Database, app: Flask
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    ahead = [one for one in around_now() if one.starts_at > clock.now()]
    with sqlite_database.unit() as session:
        other = a_person(session, "eng0", at=clock.now())
        duty = on(session, person_named(session, "engineer"), ahead[0])
        mine = on(session, other, ahead[1])
    asked = engineer.post(
        "/roster/swaps", "/roster/mine", duty=str(duty.id), in_return=str(mine.id)
    )
    assert asked.status_code == 303
    early = lead.post("/roster/swaps/1/decide", "/roster/plan", accept="yes")
    assert early.status_code == 409
    colleague = Browser(app.test_client())
    colleague.post("/sign-in", username="eng0", password=PASSWORD)
    assert "同意" in colleague.get("/roster/mine").text
    colleague.post("/roster/swaps/1/agree", "/roster/mine")
    lead.post("/roster/swaps/1/decide", "/roster/plan", accept="yes")
    with sqlite_database.reading() as session:
        first, last = ahead[0].day, ahead[1].day
        held = {row.id: row.username for row in duties(session, first, last)}
    assert held == {duty.id: "eng0", mine.id: "engineer"}


def test_leave_is_asked_by_the_engineer_and_granted_by_the_lead(
    signed_in_as: SignedIn,
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    days = {"first": str(TODAY), "last": str(TODAY + DAY), "reason": "<b>家事</b>"}
    engineer.post("/roster/leave", "/roster/mine", **days)
    assert "&lt;b&gt;家事" in lead.get("/roster/plan").text
    lead.post("/roster/leave/1/decide", "/roster/plan", accept="yes")
    assert "已批" in engineer.get("/roster/mine").text


def test_a_shift_is_handed_over_with_both_passwords(
    signed_in_as: SignedIn, sqlite_database: Database
) -> None:
    engineer, lead = signed_in_as(Role.ENGINEER), signed_in_as(Role.LEAD)
    ended = [one for one in around_now() if one.ends_at <= clock.now()][-1]
    with sqlite_database.unit() as session:
        on(session, person_named(session, "engineer"), ended)
    page = engineer.get("/handovers").text
    assert "要交接的班" in page
    begun = engineer.post("/handovers", "/handovers", ends=ended.ends_at.isoformat())
    place = begun.headers["Location"]
    texts = {"version": "1", "system_state": "全部正常 <script>", "notes": "无"}
    wrong = engineer.post(f"{place}/give", place, password="wrong", **texts)
    assert wrong.status_code == 409
    given = engineer.post(f"{place}/give", place, password=PASSWORD, **texts)
    assert given.status_code == 303
    shown = lead.get(place).text
    assert "&lt;script&gt;" in shown
    found = re.search(r'name="sha256" value="(\w{64})"', shown)
    assert found is not None
    same = {"password": PASSWORD, "sha256": found[1]}
    assert engineer.post(f"{place}/take", place, **same).status_code == 403
    assert lead.post(f"{place}/take", place, **same).status_code == 303
    assert "接班人：值班lead" in lead.get(place).text
    assert "已交接" in lead.get("/handovers").text


def test_a_shift_that_does_not_end_then_cannot_be_handed_over(
    signed_in_as: SignedIn,
) -> None:
    answer = signed_in_as(Role.LEAD).post("/handovers", "/handovers", ends="never")
    assert answer.status_code == 409
