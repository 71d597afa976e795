"""What goes wrong in a run, in real browsers: no answer, a halt, the way back."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import Page

from opsdesk.core import clock
from opsdesk.core.desk import Desk
from opsdesk.flows import run_plan
from opsdesk.flows.acting import Answer
from opsdesk.responses.operations import leasing
from probes.finding import Words
from tests.web.run_hands import Room, act, in_state, send
from tests.web.test_a_drill_in_browser import (
    address,
    app,
    chromium,
    desk,
    emergency,
    room,
    ticks,
)
from tests.web.test_browser import pytestmark as needs_chromium

__all__ = ["address", "app", "chromium", "desk", "emergency", "room"]

pytestmark = [needs_chromium]

UNSEEN = Answer(
    done=False, words=Words("连接中断", "the connection broke"), certain=False
)


def lost(desk: Desk) -> None:
    """Let a worker begin the automatic step that was asked for, and lose sight of it."""
    shop = run_plan.Workshop()
    run_plan.tick(desk, shop, stop=threading.Event(), do=lambda _desk, _work: UNSEEN)
    shop.join(20)
    with desk.database.unit() as session:
        assert leasing.lose(session, at=clock.now()) == 1


def moved(page: Page, name: str, reason: str) -> None:
    """Take the run one step on, saying why."""
    form = f"#move-{name} form"
    page.wait_for_selector(form, state="attached")
    send(page, form, reason=reason)
    page.wait_for_selector(form, state="detached")


@pytest.mark.parametrize(
    ("decision", "state"), [("happened", "done"), ("failed", "failed")]
)
def test_a_step_nobody_saw_the_end_of_is_settled_by_a_person_with_a_reason(
    room: Room, emergency: str, desk: Desk, decision: str, state: str
) -> None:
    one, other = room.enter("fuzeren"), room.enter("zhiban")
    for page in (one, other):
        page.goto(f"/runs/{emergency}")
    send(one, act("port", "begin", "#do-port"))
    in_state(other, "port", "running")
    lost(desk)
    in_state(one, "port", "unknown")
    in_state(other, "port", "unknown")
    other.wait_for_selector("#do-port .step-unknown", state="attached")
    other.wait_for_selector("#run-timeline >> text=连接中断")
    send(other, act("port", decision, "#do-port"), text="登录后查看端口")
    in_state(one, "port", state)
    one.wait_for_selector("#run-timeline >> text=登录后查看端口")
    assert ticks(desk, emergency)[-1] == f"port {state}"
    assert room.upset == []


def test_a_step_nobody_saw_the_end_of_is_done_again_where_that_harms_nothing(
    room: Room, emergency: str, desk: Desk
) -> None:
    page = room.enter("zhiban", phone=True)
    page.goto(f"/runs/{emergency}")
    send(page, act("port", "begin", "#do-port"))
    in_state(page, "port", "running")
    lost(desk)
    in_state(page, "port", "unknown")
    send(page, act("port", "again", "#do-port"))
    in_state(page, "port", "pending")
    send(page, act("port", "begin", "#do-port"))
    in_state(page, "port", "running")
    assert room.upset == []


def test_a_halt_takes_the_buttons_from_everybody_until_the_lead_goes_on(
    room: Room, emergency: str
) -> None:
    lead, other = room.enter("fuzeren"), room.enter("zhiban")
    for page in (lead, other):
        page.goto(f"/runs/{emergency}")
    block = act("block", "done", "#do-block")
    other.wait_for_selector(block, state="attached")
    moved(other, "pause", "等待甲方确认")
    lead.wait_for_selector(".run-state-paused")
    for page in (lead, other):
        page.wait_for_selector("#run-timeline >> text=等待甲方确认")
        page.wait_for_selector(block, state="detached")
    assert other.locator("form[action$='/moves/resume']").count() == 0
    send(lead, "form[action$='/moves/resume']")
    other.wait_for_selector(".run-state-running")
    other.wait_for_selector(block, state="attached")
    send(other, block)
    in_state(lead, "block", "done")
    assert room.upset == []


def test_the_way_back_is_walked_by_all_and_the_run_called_failed(
    room: Room, emergency: str, desk: Desk
) -> None:
    lead, other = room.enter("fuzeren"), room.enter("zhiban")
    for page in (lead, other):
        page.goto(f"/runs/{emergency}")
    send(lead, act("block", "done", "#do-block"))
    in_state(other, "block", "done")
    moved(lead, "roll-back", "业务验证不通过")
    other.wait_for_selector("#step-undo")
    send(other, act("undo", "done", "#do-undo"), text="已撤回")
    in_state(lead, "undo", "done")
    moved(lead, "fail", "未能在目标时间内恢复")
    other.wait_for_selector(".run-state-failed")
    other.wait_for_selector("a[href$='/closing']")
    assert ticks(desk, emergency)[-1] == "undo done"
    assert room.upset == []
