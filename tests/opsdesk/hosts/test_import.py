"""Other tools' lists of servers, read."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import xlsxwriter

from opsdesk.core import inventory
from opsdesk.core.inventory.plan import Plan, plan
from tests.opsdesk.core.configured import loaded

CONFIGURED = """
credentials: {ops: {user: ops, key_file: key}}
servers:
  - {name: old-1, address: 192.0.2.200, credential: ops}
"""


def planned(
    folder: Path, name: str, text: str, form: str | None = None, credential: str = ""
) -> Plan:
    """Read a list against a configuration that has one server and one credential."""
    path = folder / name
    path.write_text(dedent(text), encoding="utf-8")
    return plan(
        inventory.read(path, form), loaded(folder, CONFIGURED), credential=credential
    )


def by_name(result: Plan) -> dict[str, dict[str, Any]]:
    return {body["name"]: body for body in result.servers}


def said(result: Plan) -> str:
    return "\n".join(f"{p.source}: {p.words.en}" for p in result.problems)


def test_an_ansible_ini_inventory_gives_addresses_ports_and_accounts(
    tmp_path: Path,
) -> None:
    result = planned(
        tmp_path,
        "hosts.ini",
        """\
        # comment
        [web_servers]
        web[01:03].example.com ansible_port=2222
        [dbs]
        db1 ansible_host=10.1.0.11 ansible_user=oracle
        [private:children]
        dbs
        [all:vars]
        ansible_user=ops
        ansible_ssh_private_key_file=/keys/ops
        """,
    )
    servers = by_name(result)
    assert set(servers) == {
        "web01.example.com",
        "web02.example.com",
        "web03.example.com",
        "db1",
    }
    assert servers["web03.example.com"]["port"] == 2222
    assert servers["web03.example.com"]["kind"] == "web_application"
    assert servers["db1"]["address"] == "10.1.0.11"
    assert servers["db1"]["kind"] == "class_1_database"
    assert servers["db1"]["zone"] == "private"
    assert result.credentials == {
        "ops-2": {"user": "ops", "key_file": "/keys/ops"},
        "oracle": {"user": "oracle", "key_file": "/keys/ops"},
    }


@pytest.mark.parametrize(
    "option",
    [
        "-o ProxyJump=ops@bastion.example:2200",
        "-oProxyJump=ops@bastion.example:2200",
        "-J ops@bastion.example:2200",
        '-o ProxyCommand="ssh -W %h:%p -q ops@bastion.example -p 2200"',
    ],
)
def test_a_jump_host_of_ansible_becomes_a_server_and_the_way(
    tmp_path: Path, option: str
) -> None:
    result = planned(
        tmp_path,
        "hosts",
        f"""\
        [app]
        a ansible_host=10.0.0.1 ansible_user=ops
        [app:vars]
        ansible_ssh_common_args='{option}'
        """,
    )
    servers = by_name(result)
    assert servers["a"]["via"] == ["bastion.example"]
    assert servers["bastion.example"]["port"] == 2200
    assert [body["name"] for body in result.servers] == ["bastion.example", "a"]


def test_an_ansible_yaml_inventory_passes_variables_down_the_groups(
    tmp_path: Path,
) -> None:
    result = planned(
        tmp_path,
        "hosts.yml",
        """\
        all:
          vars: {ansible_user: ops, ansible_port: 22}
          children:
            internet:
              vars: {ansible_port: 2200}
              children:
                redis:
                  hosts:
                    cache-1: {ansible_host: 192.0.2.1}
                    cache-2: {ansible_host: 192.0.2.2, ansible_port: 2201}
        """,
    )
    servers = by_name(result)
    assert servers["cache-1"]["port"] == 2200
    assert servers["cache-2"]["port"] == 2201
    assert servers["cache-1"]["zone"] == "internet"
    assert servers["cache-1"]["kind"] == "cache"


def test_passwords_vaults_and_templates_of_ansible_are_never_taken_over(
    tmp_path: Path,
) -> None:
    result = planned(
        tmp_path,
        "hosts.yml",
        """\
        all:
          hosts:
            a:
              ansible_host: "{{ lookup('env', 'A') }}"
              ansible_user: ops
              ansible_password: hunter2
              ansible_become_password: !vault |
                $ANSIBLE_VAULT;1.1;AES256
            b: {ansible_connection: winrm, ansible_user: ops}
        """,
    )
    assert "hunter2" not in str(result)
    assert "ansible_password of a was not taken over" in said(result)
    assert "ansible_become_password of a was not taken over" in said(result)
    assert "ansible_host of a is a template" in said(result)
    assert "b is reached by winrm" in said(result)


def test_a_line_of_an_inventory_that_says_nothing_is_told_by_its_number(
    tmp_path: Path,
) -> None:
    result = planned(tmp_path, "hosts", "[web]\nweb-1 ansible_user=ops\nwhat is this\n")
    assert set(by_name(result)) == {"web-1"}
    assert "line 3: This line was not understood: what is this" in said(result)


SSH_CONFIG = """\
Host *.internal !bad.internal
    User ops
    ProxyJump gate

Host gate
    HostName 192.0.2.1
    Port 2222
    User ops
    IdentityFile ~/.ssh/gate

Host app.internal db.internal bad.internal
    HostName %h.example
    IdentityFile ~/.ssh/inner

Match host x
    User somebody

Host *
    User fallback
    Port 22
"""


def test_ssh_config_gives_every_alias_the_first_value_of_each_option(
    tmp_path: Path,
) -> None:
    result = planned(tmp_path, "ssh_config", SSH_CONFIG)
    servers = by_name(result)
    assert set(servers) == {"gate", "app.internal", "db.internal", "bad.internal"}
    assert servers["gate"]["port"] == 2222
    assert servers["app.internal"]["address"] == "app.internal.example"
    assert servers["app.internal"]["via"] == ["gate"]
    assert servers["db.internal"]["kind"] == "class_1_database"
    assert result.credentials[servers["app.internal"]["credential"]] == {
        "user": "ops",
        "key_file": "~/.ssh/inner",
    }


def test_a_refused_pattern_of_ssh_config_keeps_its_options_away(
    tmp_path: Path,
) -> None:
    servers = by_name(planned(tmp_path, "ssh_config", SSH_CONFIG))
    assert "via" not in servers["bad.internal"]
    assert servers["bad.internal"]["credential"] == "fallback"


def test_what_ssh_config_only_says_in_match_is_told(tmp_path: Path) -> None:
    assert "Match is not followed" in said(planned(tmp_path, "ssh_config", SSH_CONFIG))


def test_a_chinese_csv_with_a_title_row_is_read(tmp_path: Path) -> None:
    path = tmp_path / "设备.csv"
    path.write_bytes(
        "设备清单,,,,\n名称,类别,区域,地址,端口,用户,备注,采购价\n"
        "数据库一,I类数据库服务器,专网,10.1.0.11,22,ops,主库,9\n"
        "防火墙 1,安全区防火墙,安全区,10.2.0.1,,,,\n"
        "缺地址,缓存服务器,,,,,,\n".encode("gb18030")
    )
    result = plan(inventory.read(path), loaded(tmp_path, CONFIGURED))
    servers = by_name(result)
    assert servers["数据库一"] == {
        "name": "数据库一",
        "kind": "class_1_database",
        "zone": "专网",
        "address": "10.1.0.11",
        "note": "主库",
        "credential": "ops",
    }
    assert servers["防火墙-1"]["checks"] == [{"icmp": True}]
    assert "“采购价” stands for no setting" in said(result)
    assert "row 5: No name or no address" in said(result)


def test_a_workbook_is_read_from_the_sheet_that_has_our_columns(
    tmp_path: Path,
) -> None:
    path = tmp_path / "devices.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("封面").write(0, 0, "设备台账")
        sheet = book.add_worksheet("设备")
        sheet.write_row(0, 0, ["name", "type", "ip", "ssh port", "user", "password"])
        sheet.write_row(1, 0, ["web-1", "Nginx box", "192.0.2.9", 2222, "ops", "hunt"])
    result = plan(inventory.read(path), loaded(tmp_path, CONFIGURED))
    assert by_name(result)["web-1"] == {
        "name": "web-1",
        "kind": "web_application",
        "zone": "default",
        "address": "192.0.2.9",
        "port": 2222,
        "credential": "ops",
    }
    assert "“password” was not taken over" in said(result)
    assert "hunt" not in str(result).replace("hunter", "")


def test_a_table_without_a_head_is_refused_with_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(inventory.Unusable) as caught:
        planned(tmp_path, "x.csv", "1,2,3\n4,5,6\n")
    assert "name" in caught.value.words.en


@pytest.mark.parametrize("name", ["x.xlsx", "x.yaml", "x.csv", "x.ini"])
def test_a_file_of_random_bytes_is_refused_or_empty_and_never_a_crash(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(bytes(range(1, 256)) * 3)
    entries: tuple[object, ...] = ()
    with suppress(inventory.Unusable):
        entries = inventory.read(path).entries
    assert entries == ()


def test_a_server_we_have_already_is_not_taken_twice(tmp_path: Path) -> None:
    result = planned(tmp_path, "h.csv", "name,address,user\nold-1,192.0.2.1,ops\n")
    assert result.servers == []
    assert "old-1 already" in said(result)


def test_a_server_without_an_account_is_told_and_takes_the_one_given(
    tmp_path: Path,
) -> None:
    text = "name,address,user\na,192.0.2.1,root\n"
    without = planned(tmp_path, "h.csv", text)
    assert without.servers == []
    assert "--credential" in said(without)
    given = planned(tmp_path, "h.csv", text, credential="ops")
    assert by_name(given)["a"]["credential"] == "ops"


def test_a_server_behind_a_jump_host_that_was_left_out_is_left_out_too(
    tmp_path: Path,
) -> None:
    result = planned(
        tmp_path,
        "h.csv",
        "name,address,user,via\ngate,gate.example,root,\na,192.0.2.1,ops,gate\n",
    )
    assert result.servers == []
    assert "a was not taken over because its jump host gate was not" in said(result)


def test_an_address_that_is_none_is_told_by_its_row(tmp_path: Path) -> None:
    result = planned(tmp_path, "h.csv", "name,address,user\na,10.0.0.300,ops\n")
    assert "row 2" in said(result)
    assert result.servers == []
