"""Secrets at rest, and the references that point to them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from opsdesk.core.errors import Refused
from opsdesk.core.language import RefusedInWords
from opsdesk.core.vault import Vault, resolve

VALUE = "correct horse 电池"


def test_a_secret_comes_back_and_is_not_readable_on_the_disk(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    assert vault.set("ops-passphrase", VALUE) is False
    assert Vault(tmp_path, {}).get("ops-passphrase") == VALUE
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"correct horse" not in path.read_bytes()


def test_whatever_the_vault_makes_is_for_its_owner_only(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "var", {})
    vault.set("a", VALUE)
    made = [vault.data, *vault.data.rglob("*")]
    assert {vault.file, vault.key_file, vault.key_file.parent} <= set(made)
    assert [one for one in made if one.stat().st_mode & 0o077] == []


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    Vault(tmp_path, {}).make_key()
    names = [f"s{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: Vault(tmp_path, {}).set(name, name), names))
    vault = Vault(tmp_path, {})
    assert [vault.get(name) for name in vault.names()] == sorted(names)


def test_looking_at_an_empty_vault_creates_nothing(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "var", {})
    assert vault.names() == ()
    with pytest.raises(Refused, match="opsdesk secret set ghost"):
        vault.get("ghost")
    assert not (tmp_path / "var").exists()


def test_setting_again_replaces_and_says_so(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    vault.set("a", "old")
    assert vault.set("a", "new") is True
    assert vault.get("a") == "new"


def test_an_empty_value_is_refused_and_the_old_one_stays(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    vault.set("a", VALUE)
    with pytest.raises(Refused):
        vault.set("a", "")
    assert vault.get("a") == VALUE


def test_a_removed_secret_is_gone_and_the_others_stay(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    vault.set("a", VALUE)
    vault.set("b", VALUE)
    vault.remove("a")
    assert vault.names() == ("b",)
    with pytest.raises(Refused):
        vault.remove("a")


def test_after_rotation_the_old_key_opens_nothing(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    vault.set("a", VALUE)
    old_key = vault.key_file.read_text()
    assert vault.rotate() == 1
    assert vault.get("a") == VALUE
    vault.key_file.write_text(old_key)
    with pytest.raises(Refused):
        vault.get("a")


def test_a_rotation_cut_off_half_way_still_opens_everything(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    vault.set("a", VALUE)
    other = Vault(tmp_path / "other", {})
    other.make_key()
    vault.key_file.write_text(other.key_file.read_text() + vault.key_file.read_text())
    assert vault.get("a") == VALUE
    vault.set("b", VALUE)
    assert vault.rotate() == 2
    assert [vault.get(name) for name in vault.names()] == [VALUE, VALUE]


def test_the_key_may_come_from_the_environment_and_then_no_file_is_made(
    tmp_path: Path,
) -> None:
    maker = Vault(tmp_path / "elsewhere", {})
    maker.make_key()
    key = maker.key_file.read_text().strip()
    vault = Vault(tmp_path / "var", {"OPSDESK_SECRETS_KEY": key})
    vault.set("a", VALUE)
    assert vault.get("a") == VALUE
    assert not vault.key_file.exists()


def test_keys_in_the_environment_rotate_by_putting_the_new_one_first(
    tmp_path: Path,
) -> None:
    keys = []
    for name in ("one", "two"):
        maker = Vault(tmp_path / name, {})
        maker.make_key()
        keys.append(maker.key_file.read_text().strip())
    data = tmp_path / "var"
    Vault(data, {"OPSDESK_SECRETS_KEY": keys[0]}).set("a", VALUE)
    Vault(data, {"OPSDESK_SECRETS_KEY": f"{keys[1]},{keys[0]}"}).rotate()
    assert Vault(data, {"OPSDESK_SECRETS_KEY": keys[1]}).get("a") == VALUE


def test_a_lost_key_is_never_replaced_silently(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    vault.set("a", VALUE)
    kept = vault.file.read_bytes()
    vault.key_file.unlink()
    with pytest.raises(RefusedInWords) as caught:
        vault.set("b", VALUE)
    assert "Restore it from a backup" in caught.value.words.en
    assert vault.file.read_bytes() == kept
    assert not vault.key_file.exists()


def test_a_wrong_key_is_said_and_nothing_is_overwritten(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    vault.set("a", VALUE)
    kept = vault.file.read_bytes()
    vault.key_file.unlink()
    other = Vault(tmp_path / "other", {})
    other.make_key()
    other.key_file.rename(vault.key_file)
    with pytest.raises(Refused):
        vault.set("a", "new")
    assert vault.file.read_bytes() == kept


def test_two_secrets_cannot_be_swapped_in_the_file(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    vault.set("first", "1")
    vault.set("other", "2")
    text = vault.file.read_text()
    swapped = (
        text.replace("first", "third")
        .replace("other", "first")
        .replace("third", "other")
    )
    vault.file.write_text(swapped)
    with pytest.raises(Refused):
        vault.get("first")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": "x"}', b"\xff"])
def test_a_damaged_secrets_file_is_said_and_left_alone(
    tmp_path: Path, content: bytes
) -> None:
    vault = Vault(tmp_path, {})
    vault.file.write_bytes(content)
    with pytest.raises(Refused):
        vault.set("a", VALUE)
    assert vault.file.read_bytes() == content


def test_a_key_others_can_read_is_not_used(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    vault.set("a", VALUE)
    vault.key_file.chmod(0o644)
    with pytest.raises(Refused, match="chmod 600"):
        vault.get("a")


def test_a_reference_to_the_vault_is_fetched_when_it_is_used(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {})
    secret = resolve("secret:late", base=tmp_path, vault=vault)
    vault.set("late", VALUE)
    assert secret.reveal() == VALUE
    assert VALUE not in repr(secret)


def test_a_reference_to_a_file_takes_it_without_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("from-a-file\n")
    path.chmod(0o600)
    secret = resolve("file:token", base=tmp_path, vault=Vault(tmp_path, {}))
    assert secret.reveal() == "from-a-file"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_secret_file_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "token"
    path.write_text("x")
    path.chmod(mode)
    secret = resolve("file:token", base=tmp_path, vault=Vault(tmp_path, {}))
    with pytest.raises(Refused, match="chmod 600"):
        secret.reveal()


def test_a_reference_to_the_environment_takes_the_variable(tmp_path: Path) -> None:
    vault = Vault(tmp_path, {"TOKEN": "from-env"})
    assert resolve("env:TOKEN", base=tmp_path, vault=vault).reveal() == "from-env"
    with pytest.raises(Refused, match="ABSENT"):
        resolve("env:ABSENT", base=tmp_path, vault=vault).reveal()
