"""Contents kept under their hash."""

from __future__ import annotations

import hashlib
import multiprocessing
import resource
import signal
from pathlib import Path

import pytest

from opsdesk.core.files import Damaged, Missing, Store, StoreFull, Unwritable


def test_what_was_put_comes_back_byte_for_byte(tmp_path: Path) -> None:
    store = Store(tmp_path)
    content = bytes(range(256)) * 100
    sha256 = store.put(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert store.get(sha256) == content


def test_an_empty_answer_is_kept_too(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.get(store.put(b"")) == b""


def test_putting_the_same_bytes_twice_writes_them_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = store.put(b"same")
    first = store.path(sha256).stat()
    assert store.put(b"same") == sha256
    assert store.path(sha256).stat().st_ino == first.st_ino
    assert list(store.hashes()) == [sha256]


def test_a_changed_file_is_never_given_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = store.put(b"evidence")
    store.path(sha256).write_bytes(b"evidenc3")
    with pytest.raises(Damaged) as caught:
        store.get(sha256)
    assert "损坏" in caught.value.words.zh
    assert "damaged" in caught.value.words.en


def test_a_content_that_is_not_there_is_missing_and_not_empty(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        Store(tmp_path).get("0" * 64)


def test_verify_names_every_damaged_content_and_no_other(tmp_path: Path) -> None:
    store = Store(tmp_path)
    good, bad = store.put(b"good"), store.put(b"bad")
    store.path(bad).write_bytes(b"b")
    assert [damage.sha256 for damage in store.verify()] == [bad]
    assert store.get(good) == b"good"


def test_a_content_cut_short_by_a_crash_is_written_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = store.put(b"whole content")
    store.path(sha256).write_bytes(b"whole")
    store.put(b"whole content")
    assert store.get(sha256) == b"whole content"


@pytest.mark.parametrize("name", ["../../etc/passwd", "ABC", "", "0" * 63, "G" * 64])
def test_only_a_hash_is_a_name_in_the_store(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        Store(tmp_path).get(name)


def test_a_leftover_of_a_killed_writer_is_no_content(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sha256 = store.put(b"x")
    (store.path(sha256).parent / ".put-leftover").write_bytes(b"half")
    assert list(store.hashes()) == [sha256]
    assert list(store.verify()) == []


def test_a_folder_that_cannot_be_made_is_said_and_nothing_is_kept(
    tmp_path: Path,
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(Unwritable) as caught:
        Store(blocked / "store").put(b"x")
    assert "未保存" in caught.value.words.zh


def _put_without_room(root: Path, answer: multiprocessing.Queue[str]) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    try:
        Store(root).put(b"x" * 100_000)
    except StoreFull as full:
        answer.put(full.words.en)
    else:
        answer.put("kept")


def test_a_full_disk_is_told_in_a_sentence_and_leaves_nothing_half_written(
    tmp_path: Path,
) -> None:
    spawn = multiprocessing.get_context("spawn")
    answer: multiprocessing.Queue[str] = spawn.Queue()
    child = spawn.Process(target=_put_without_room, args=(tmp_path, answer))
    child.start()
    said = answer.get(timeout=60)
    child.join(timeout=60)
    answer.close()
    assert "full" in said
    assert "Make room" in said
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
