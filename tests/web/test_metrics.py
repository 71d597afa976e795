"""Who may scrape, and what a server's words can do to the exposition."""

from __future__ import annotations

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from opsdesk.core.database import Database
from opsdesk.core.desk import Desk
from opsdesk.flows import measure
from opsdesk.inspections.models import Judgement
from tests.factories.rounds import finding, judged_round, verdict

PROXIED = [
    {"X-Forwarded-For": "203.0.113.9"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=203.0.113.9"},
    {"Via": "1.1 proxy"},
    {"X-Real-IP": "203.0.113.9"},
]


def status(app: Flask, address: str, **more: object) -> int:
    environ = {"REMOTE_ADDR": address}
    answer = app.test_client().get("/metrics", environ_overrides=environ, **more)
    return answer.status_code


def test_this_machine_may_scrape_and_others_may_not(app: Flask) -> None:
    assert status(app, "127.0.0.1") == 200
    assert status(app, "::1") == 200
    assert status(app, "203.0.113.9") == 403
    assert status(app, "") == 403


@pytest.mark.parametrize("headers", PROXIED, ids=str)
def test_what_came_through_a_proxy_is_not_this_machine(
    app: Flask, headers: dict[str, str]
) -> None:
    assert status(app, "127.0.0.1", headers=headers) == 403


def test_the_server_s_words_cannot_leave_their_label(
    app: Flask, sqlite_database: Database
) -> None:
    evil = 'a"} 1\nopsdesk_fake{x="\\'
    with sqlite_database.unit() as session:
        judged_round(session, {"app-1": verdict(finding())})
        judgement = session.get_one(Judgement, 1)
        judgement.readings = {f"filesystem_used_percent{{{evil}}}": 41.0}
    text = app.test_client().get("/metrics").text
    families = {f.name: f for f in text_string_to_metric_families(text)}
    assert "opsdesk_fake" not in families
    (sample,) = families["opsdesk_filesystem_used_percent"].samples
    assert sample.labels == {"server": "app-1", "subject": evil}


def test_a_server_with_ten_thousand_mounts_is_cut(
    app: Flask, sqlite_database: Database
) -> None:
    with sqlite_database.unit() as session:
        judged_round(session, {"app-1": verdict(), "db-1": verdict()})
        for id_, many in ((1, 10_000), (2, 3)):
            judgement = session.get_one(Judgement, id_)
            judgement.readings = {f"x_percent{{/m{n}}}": 1.0 for n in range(many)}
    desk: Desk = app.extensions["opsdesk"]
    text = measure.scrape(desk).decode()
    families = {f.name: f for f in text_string_to_metric_families(text)}
    samples = families["opsdesk_x_percent"].samples
    assert len(samples) == measure.MOST_LABELS + 3
