"""`notices` in config.yaml: what it means, and what is said of mistakes."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest
import yaml

from opsdesk.core import settings
from opsdesk.core.settings.references import secrets


def load(folder: Path, notices: object, **desk: object) -> settings.Settings:
    path = folder / "config.yaml"
    document = {"desk": desk, "notices": notices}
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return settings.load(path, environ={})


def mistakes(folder: Path, notices: object) -> list[str]:
    with pytest.raises(settings.BadSettings) as caught:
        load(folder, notices)
    return [one.path for one in caught.value.mistakes]


def test_a_desk_without_notices_tells_people_on_screen_only(tmp_path: Path) -> None:
    found = load(tmp_path, None).notices
    assert (dict(found.channels), found.per_hour) == ({}, 20)
    assert found.quiet == (time(22), time(7))


def test_a_channel_is_a_kind_and_a_reference(tmp_path: Path) -> None:
    channel = {"kind": "wecom", "url": "secret:room", "roles": ["lead"]}
    found = load(tmp_path, {"channels": {"room": channel}, "timeout": "5s"})
    room = found.notices.channels["room"]
    assert (room.personal, room.roles) == (False, frozenset({"lead"}))
    assert found.notices.timeout == timedelta(seconds=5)
    assert [place for place, _ in secrets(found)] == ["notices.channels.room.url"]


@pytest.mark.parametrize(
    ("notices", "place"),
    [
        ({"quiet": "22-7"}, "notices.quiet"),
        ({"quiet": "07:00-07:00"}, "notices.quiet"),
        ({"digest": "8.30"}, "notices.digest"),
        ({"per_hour": 0}, "notices.per_hour"),
        ({"timeout": "1h"}, "notices.timeout"),
        ({"chanels": {}}, "notices.chanels"),
        (
            {"channels": {"a": {"kind": "wecom", "url": "https://x/?key=1"}}},
            "notices.channels.a.url",
        ),
        (
            {"channels": {"a": {"kind": "pigeon", "url": "secret:a"}}},
            "notices.channels.a.kind",
        ),
        (
            {
                "channels": {
                    "a": {"kind": "email", "url": "secret:a", "roles": ["boss"]}
                }
            },
            "notices.channels.a.roles[0]",
        ),
        (
            {"channels": {"a": {"kind": "wecom", "url": "secret:a", "from": "x"}}},
            "notices.channels.a.from",
        ),
        (
            {
                "channels": {
                    "a": {"kind": "email", "url": "secret:a", "server": "https://x"}
                }
            },
            "notices.channels.a.server",
        ),
    ],
)
def test_a_mistake_is_named_by_its_place(
    tmp_path: Path, notices: object, place: str
) -> None:
    assert mistakes(tmp_path, notices) == [place]


@pytest.mark.parametrize(
    ("desk", "address"),
    [
        ({}, "http://127.0.0.1:8600"),
        ({"hosts": ["desk.example", "other.example"]}, "http://desk.example"),
        ({"hosts": ["desk.example"], "https": True}, "https://desk.example"),
    ],
)
def test_links_lead_to_the_name_browsers_know(
    tmp_path: Path, desk: dict[str, object], address: str
) -> None:
    assert load(tmp_path, None, **desk).desk.address == address
