"""A message says what it is about, in few enough bytes for every room."""

from __future__ import annotations

import pytest

from opsdesk.core.outbox.composing import compose
from opsdesk.core.outbox.models import Kind
from opsdesk.core.outbox.sending import Said
from opsdesk.core.outbox.words import KIND_WORDS

WECOM_TAKES = 2048


def said(number: int, text: str = "服务器不通") -> Said:
    link = f"/incidents/INC-20261123-{number:04}"
    return Said(number, Kind.INCIDENT_OPENED.value, "INC", text, "away", link)


def written(notices: list[Said], *, alone: bool = False) -> tuple[str, str]:
    return compose(
        notices,
        language="zh_CN",
        desk="名称很长的运维服务台" * 20,
        address="https://desk.example",
        alone=alone,
    )


@pytest.mark.parametrize("count", [1, 2, 3, 7, 30])
@pytest.mark.parametrize("text", ["短", "长" * 1000, "a" * 1000, "𠮷" * 1000])
def test_a_room_takes_every_message(count: int, text: str) -> None:
    title, body = written([said(number, text) for number in range(count)])
    assert len(f"{title}\r\n{body}".encode()) <= WECOM_TAKES


def test_what_does_not_fit_is_counted_and_linked() -> None:
    _, body = written([said(number, "长" * 200) for number in range(9)])
    shown = body.count("· ")
    assert 0 < shown < 9
    assert f"另有 {9 - shown} 条：https://desk.example/notices" in body


def test_a_room_reads_a_sentence_once_and_a_mailbox_in_its_subject() -> None:
    title, body = written([said(1)])
    assert "服务器不通" in body
    assert "服务器不通" not in title
    assert written([said(1)], alone=True)[0].endswith("[新事件] 服务器不通")


def test_every_kind_has_its_words() -> None:
    assert set(KIND_WORDS) == set(Kind)
