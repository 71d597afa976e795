"""Changing config.yaml without losing what a person wrote in it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from opsdesk.core import settings
from opsdesk.core.errors import Refused
from opsdesk.core.settings import BadSettings, editing
from tests.opsdesk.core.configured import KEY, loaded, written

OTHER = "SHA256:" + "B" * 43
ENTRY = [{"name": "new", "address": "192.0.2.9", "via": ["a"], "credential": "ops"}]

SERVERS = """\
credentials: {ops: {user: o, key_file: key}}
# before
servers:   # ours
  - name: a   # the first
    address: 192.0.2.1   # its address
    credential: ops
    note: |
      two
      lines
  # a comment about b
  - {name: b, address: 192.0.2.2, credential: ops}  # one line

# after
metrics: {}
"""


def test_a_server_is_added_behind_the_last_and_every_comment_stays() -> None:
    text = editing.appended(SERVERS, "servers", ENTRY)
    assert text == SERVERS.replace(
        "# one line\n",
        "# one line\n  - name: new\n    address: 192.0.2.9\n    via: [a]\n"
        "    credential: ops\n",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "servers: []  # none\nmetrics:\n",
            "servers:   # none\n  - {name: n}\nmetrics:\n",
        ),
        ("servers:\nmetrics:\n", "servers:\n  - {name: n}\nmetrics:\n"),
        ("servers: null\n", "servers:\n  - {name: n}\n"),
        ("servers:", "servers:\n  - {name: n}\n"),
        ("metrics:\n", "metrics:\n\nservers:\n  - {name: n}\n"),
        ("servers:\n- {name: a}\n", "servers:\n- {name: a}\n- {name: n}\n"),
        ("servers:\n- {name: a}", "servers:\n- {name: a}\n- {name: n}\n"),
        (
            "servers:\n  - name: a\n    note: >\n      x\n\nmetrics:\n",
            "servers:\n  - name: a\n    note: >\n      x\n\n  - {name: n}\nmetrics:\n",
        ),
    ],
)
def test_the_first_server_finds_its_place(before: str, after: str) -> None:
    assert editing.appended(before, "servers", [{"name": "n"}]) == after


def test_a_list_on_one_line_is_left_alone() -> None:
    with pytest.raises(Refused):
        editing.appended("servers: [{name: a}]\n", "servers", ENTRY)


def test_windows_line_ends_stay(tmp_path: Path) -> None:
    text = SERVERS.replace("\n", "\r\n")
    changed = editing.pinned(editing.appended(text, "servers", ENTRY), 0, KEY)
    assert changed.count("\n") == changed.count("\r\n")
    loaded(tmp_path, changed)


@pytest.mark.parametrize("index", [0, 1])
def test_a_key_is_pinned_on_its_server_and_on_no_other(
    tmp_path: Path, index: int
) -> None:
    text = editing.pinned(SERVERS, index, KEY)
    pins = [server.host_keys for server in loaded(tmp_path, text).servers]
    assert pins[index] == (KEY,)
    assert pins[1 - index] == ()
    for comment in ("# the first", "# its address", "# a comment about b", "# after"):
        assert comment in text


@pytest.mark.parametrize("form", ['"{key}"', "{key}", '["{key}"]', "'{key}' # c"])
def test_a_pinned_key_is_replaced_in_its_place(tmp_path: Path, form: str) -> None:
    text = dedent(
        f"""\
        credentials: {{ops: {{user: o, key_file: key}}}}
        servers:
          - name: a
            host_key: {form.format(key=OTHER)}
            address: 192.0.2.1
            credential: ops
        """
    )
    changed = editing.pinned(text, 0, KEY)
    assert loaded(tmp_path, changed).servers[0].host_keys == (KEY,)
    assert len(changed.splitlines()) == len(text.splitlines())


def test_a_server_that_is_only_an_alias_is_not_edited() -> None:
    text = "servers:\n  - &a {name: a, address: b}\n  - *a\n"
    with pytest.raises(Refused):
        editing.pinned(text, 1, KEY)


def test_a_change_that_would_not_load_leaves_the_file_as_it_was(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, SERVERS)
    old = editing.text_of(path)
    with pytest.raises(BadSettings):
        editing.replace_if_it_loads(path, old, old + "oops: 1\n", environ={})
    assert editing.text_of(path) == old
    assert sorted(p.name for p in tmp_path.iterdir()) == ["config.yaml", "key"]


def test_a_file_somebody_else_changed_meanwhile_is_not_overwritten(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, SERVERS)
    old = editing.text_of(path)
    path.write_text(old + "# mine\n", encoding="utf-8")
    with pytest.raises(Refused):
        editing.replace_if_it_loads(path, old, old + "# ours\n", environ={})
    assert editing.text_of(path).endswith("# mine\n")


def test_a_good_change_keeps_the_files_mode(tmp_path: Path) -> None:
    path = written(tmp_path, SERVERS)
    path.chmod(0o640)
    old = editing.text_of(path)
    new = editing.pinned(old, 0, KEY)
    editing.replace_if_it_loads(path, old, new, environ={})
    assert path.stat().st_mode & 0o777 == 0o640
    assert settings.load(path, environ={}).servers[0].host_keys == (KEY,)
