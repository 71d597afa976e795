"""What a wrong configuration is told: everything at once, with its place and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsdesk.core import settings
from opsdesk.core.settings import BadSettings
from probes.probe import Limit
from tests.opsdesk.core.configured import KEY, loaded, mistakes, only_mistake, written

TEN = """\
desk:
  listn: "127.0.0.1:8600"
  timezone: Mars/Olympus
contract: {start: 2027-03-01, end: 2026-02-28}
inspections:
  times: ["20:00", "14:00", "08:00"]
  catch_up: 2
credentials:
  ops: {user: opsdesk, key_file: no-such-key}
servers:
  - name: db-1
    kind: clas_1_database
    address: 10.1.0.300
    credential: opps
    via: [db-2]
  - name: db-1
    address: 10.1.0.12
    credential: ops
    host_key: AAAA
  - name: db-2
    address: 10.1.0.13
    credential: ops
    port: 70000
serverz: []
"""


def test_ten_and_more_mistakes_are_told_at_once_on_their_own_lines(
    tmp_path: Path,
) -> None:
    found = [(m.path, m.line) for m in mistakes(tmp_path, TEN)]
    assert found == [
        ("desk.listn", 2),
        ("desk.timezone", 3),
        ("contract.end", 4),
        ("inspections.times", 6),
        ("inspections.catch_up", 7),
        ("credentials.ops.key_file", 9),
        ("servers[0].kind", 12),
        ("servers[0].address", 13),
        ("servers[0].credential", 14),
        ("servers[1].name", 16),
        ("servers[1].host_key[0]", 19),
        ("servers[2].port", 23),
        ("serverz", 24),
    ]


def test_every_mistake_is_told_in_both_languages(tmp_path: Path) -> None:
    for mistake in mistakes(tmp_path, TEN):
        assert any("\u4e00" <= char <= "\u9fff" for char in mistake.words.zh), mistake
        assert not any("\u4e00" <= char <= "\u9fff" for char in mistake.words.en)
        assert "{" not in mistake.words.zh + mistake.words.en, mistake


def test_a_misspelt_key_is_refused_with_what_was_perhaps_meant(tmp_path: Path) -> None:
    mistake = only_mistake(tmp_path, "inspections:\n  workerz: 3\n")
    assert (mistake.path, mistake.line) == ("inspections.workerz", 2)
    assert "workers" in mistake.words.zh
    assert "Did you mean workers?" in mistake.words.en


def test_a_misspelt_key_deep_inside_a_server_is_refused_too(tmp_path: Path) -> None:
    mistake = only_mistake(
        tmp_path,
        """\
        servers:
          - name: here
            transport: local
            expect:
              backups:
                - glob: /b/*
                  newer_then: 3h
        """,
    )
    assert (mistake.path, mistake.line) == (
        "servers[0].expect.backups[0].newer_then",
        7,
    )
    assert "newer_than" in mistake.words.en


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        settings.load(tmp_path / "none.yaml", environ={})
    assert "opsdesk init" in caught.value.mistakes[0].words.en


def test_an_empty_file_is_not_a_configuration(tmp_path: Path) -> None:
    assert "empty" in only_mistake(tmp_path, "# nothing\n").words.en


def test_text_that_is_not_yaml_is_told_with_line_and_column(tmp_path: Path) -> None:
    mistake = only_mistake(tmp_path, "desk: {name: a}\nservers: [\n  - name: b\n")
    assert mistake.line is not None
    assert "line" in mistake.words.en
    assert "column" in mistake.words.en


def test_a_full_width_colon_is_no_mapping(tmp_path: Path) -> None:
    assert "半角冒号" in only_mistake(tmp_path, "desk:运维台\n").words.zh


def test_a_file_in_another_encoding_is_told_so(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    path.write_bytes("desk: {name: 运维台}".encode("gb18030"))
    with pytest.raises(BadSettings) as caught:
        settings.load(path, environ={})
    assert "UTF-8" in caught.value.mistakes[0].words.zh


def test_a_directory_is_not_a_configuration(tmp_path: Path) -> None:
    with pytest.raises(BadSettings):
        settings.load(tmp_path, environ={})


def test_a_key_written_twice_names_both_lines(tmp_path: Path) -> None:
    mistake = only_mistake(tmp_path, "desk: {name: a}\nmetrics:\ndesk: {name: b}\n")
    assert mistake.line == 3
    assert "line 1" in mistake.words.en


def test_mistakes_are_in_the_desks_own_language(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        loaded(tmp_path, "desk: {language: en, data: 5}")
    assert caught.value.language == "en"


def servers(*lines: str) -> str:
    body = "\n".join(f"  - {line}" for line in lines)
    return f"credentials: {{ops: {{user: o, key_file: key}}}}\nservers:\n{body}\n"


WRONG = {
    "a name with a colon": ('{name: "a:b", transport: local}', "name"),
    "a name that is a number": ("{name: 7, transport: local}", "name"),
    "an unknown kind": ("{name: a, transport: local, kind: naz}", "kind"),
    "no address": ("{name: a, credential: ops}", "address"),
    "a URL for an address": (
        '{name: a, credential: ops, address: "http://a"}',
        "address",
    ),
    "no credential for SSH": ("{name: a, address: a}", "credential"),
    "an unknown credential": ("{name: a, address: a, credential: op}", "credential"),
    "an unknown jump host": (
        "{name: a, address: a, credential: ops, via: [b]}",
        "via[0]",
    ),
    "an unknown transport": ("{name: a, transport: telnet}", "transport"),
    "port zero": ("{name: a, transport: local, port: 0}", "port"),
    "a port in quotes": ('{name: a, transport: local, port: "22"}', "port"),
    "a bad fingerprint": (
        '{name: a, transport: local, host_key: "SHA256:short"}',
        "host_key[0]",
    ),
    "an MD5 fingerprint": (
        '{name: a, transport: local, host_key: "MD5:00:11"}',
        "host_key[0]",
    ),
    "a key of another type than it says": (
        '{name: a, transport: local, host_key: "ssh-rsa AAAAC3NzaC1lZDI1NTE5"}',
        "host_key[0]",
    ),
    "a relative mount": (
        "{name: a, transport: local, expect: {mounts: [data]}}",
        "expect.mounts[0]",
    ),
    "a path to nowhere": (
        '{name: a, transport: local, expect: {paths: [{to: "b:1"}]}}',
        "expect.paths[0].to",
    ),
    "a path from nowhere": (
        '{name: a, transport: local, expect: {paths: [{from: c, to: "a:1"}]}}',
        "expect.paths[0].from",
    ),
    "a path without a port": (
        "{name: a, transport: local, expect: {paths: [{to: a}]}}",
        "expect.paths[0].to",
    ),
    "a check of no known type": (
        '{name: a, transport: local, checks: [{htttp: "http://a"}]}',
        "checks[0]",
    ),
    "two types in one check": (
        "{name: a, transport: local, checks: [{tcp: 1, tls: 2}]}",
        "checks[0]",
    ),
    "a check that is no mapping": (
        "{name: a, transport: local, checks: [tcp]}",
        "checks[0]",
    ),
    "details outside their mapping": (
        "{name: a, transport: local, checks: [{icmp: true, count: 3}]}",
        "checks[0].count",
    ),
    "the same check twice": (
        "{name: a, transport: local, checks: [{tcp: 1}, {tcp: 1}]}",
        "checks[1]",
    ),
    "a web page by ftp": (
        '{name: a, transport: local, checks: [{http: "ftp://a"}]}',
        "checks[0].http",
    ),
    "a web page with a password in its address": (
        '{name: a, transport: local, checks: [{http: "https://u:secret@a/"}]}',
        "checks[0].http",
    ),
    "SNMP 2c without a community": (
        "{name: a, transport: local, checks: [{snmp: {version: 2c}}]}",
        "checks[0].snmp",
    ),
    "an unknown SQL engine": (
        "{name: a, transport: local, checks: [{sql: {engine: oracle, user: b}}]}",
        "checks[0].sql.engine",
    ),
    "nothing to ask a device": ("{name: a, kind: nas, address: a}", ""),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_server_is_refused_for(case: str, tmp_path: Path) -> None:
    line, place = WRONG[case]
    mistake = only_mistake(tmp_path, servers(line))
    assert mistake.path == f"servers[0].{place}".rstrip(".")
    assert mistake.line == 3


def test_jump_hosts_that_form_a_loop_are_named_in_their_order(tmp_path: Path) -> None:
    mistake = only_mistake(
        tmp_path,
        servers(
            "{name: a, address: a, credential: ops, via: [b]}",
            "{name: b, address: b, credential: ops, via: [c]}",
            "{name: c, address: c, credential: ops, via: [a]}",
        ),
    )
    assert "a → b → c → a" in mistake.words.en


def test_a_server_is_not_its_own_jump_host(tmp_path: Path) -> None:
    text = servers("{name: a, address: a, credential: ops, via: [a]}")
    assert "a → a" in only_mistake(tmp_path, text).words.en


def test_a_device_without_a_shell_is_no_jump_host(tmp_path: Path) -> None:
    mistake = only_mistake(
        tmp_path,
        servers(
            "{name: fw, kind: nas, address: a, checks: [{icmp: true}]}",
            "{name: b, address: b, credential: ops, via: [fw]}",
        ),
    )
    assert mistake.path == "servers[1].via[0]"


def test_one_broken_server_is_not_told_as_missing_by_the_others(
    tmp_path: Path,
) -> None:
    mistake = only_mistake(
        tmp_path,
        servers(
            "{name: gw, address: a, credential: ops, port: 0}",
            "{name: b, address: b, credential: ops, via: [gw]}",
        ),
    )
    assert mistake.path == "servers[0].port"


@pytest.mark.parametrize(("mode", "said"), [(0o644, "chmod 600"), (0o640, "chmod 600")])
def test_a_key_file_others_can_read_is_refused(
    tmp_path: Path, mode: int, said: str
) -> None:
    path = written(tmp_path, "credentials: {ops: {user: o, key_file: key}}")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(BadSettings) as caught:
        settings.load(path, environ={})
    assert said in caught.value.mistakes[0].words.en


def test_a_directory_is_no_key_file(tmp_path: Path) -> None:
    mistake = only_mistake(tmp_path, "credentials: {ops: {user: o, key_file: .}}")
    assert mistake.path == "credentials.ops.key_file"


def test_a_credential_needs_a_key_or_a_password(tmp_path: Path) -> None:
    mistake = only_mistake(tmp_path, "credentials: {ops: {user: o}}")
    assert mistake.path == "credentials.ops"


def test_a_password_in_plain_text_is_refused_and_never_repeated(
    tmp_path: Path,
) -> None:
    mistake = only_mistake(tmp_path, "credentials: {o: {user: o, password: hunter2}}")
    assert "opsdesk secret set" in mistake.words.en
    assert "hunter2" not in str(mistake)


def test_a_bad_database_address_is_refused_and_never_repeated(tmp_path: Path) -> None:
    mistake = only_mistake(tmp_path, "database: {url: 'mysql://u:hunter2@db'}")
    assert mistake.path == "database.url"
    assert "hunter2" not in str(mistake)


def test_a_database_reference_that_leads_nowhere_is_a_mistake(tmp_path: Path) -> None:
    mistake = only_mistake(tmp_path, "database: {url: 'env:NOWHERE'}")
    assert "NOWHERE" in mistake.words.en


@pytest.mark.parametrize(
    "times",
    [
        '["08:00", "14:00"]',
        '["08:00", "08:00", "20:00"]',
        '["20:00", "14:00", "08:00"]',
    ],
)
def test_there_are_three_ascending_times(tmp_path: Path, times: str) -> None:
    mistake = only_mistake(tmp_path, f"inspections: {{times: {times}}}")
    assert mistake.path == "inspections.times"


def test_an_hour_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    mistake = only_mistake(
        tmp_path, 'inspections: {times: ["08:00", "14:00", "24:00"]}'
    )
    assert mistake.path == "inspections.times[2]"


@pytest.mark.parametrize(
    "limit", ["connect: 10", "connect: 0s", "output: 4", "script: 91s", "output: 1KiB"]
)
def test_limits_have_units_and_make_sense(tmp_path: Path, limit: str) -> None:
    mistake = only_mistake(tmp_path, f"inspections: {{limits: {{{limit}}}}}")
    assert mistake.path == f"inspections.limits.{limit.split(':', maxsplit=1)[0]}"


def test_an_unknown_variable_of_ours_is_refused(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "metrics:\n", {"OPSDESK_DESK__LISTN": "x"})
    assert "OPSDESK_DESK__LISTEN" in found[0].words.en


def test_a_file_that_expands_without_end_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "too large" in only_mistake(tmp_path, "\n".join(lines)).words.en


def test_a_file_that_contains_itself_is_refused(tmp_path: Path) -> None:
    assert "itself" in only_mistake(tmp_path, "desk: &a {name: *a}").words.en


def test_a_file_may_not_name_a_python_object(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "desk: {name: !!python/name:os.system x}")
    assert found[0].path == "desk.name"


def test_the_fingerprint_of_a_pinned_key_is_taken_as_ssh_keygen_prints_it(
    tmp_path: Path,
) -> None:
    found = loaded(
        tmp_path, servers(f"{{name: a, address: a, credential: ops, host_key: {KEY}}}")
    )
    assert found.servers[0].host_keys == (KEY,)


KNOWN = {
    "used_percent": Limit(name="used_percent", warning=80, critical=90, clear=75),
    "days_left": Limit(name="days_left", warning=30, critical=7, above=False),
}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("thresholds: {used_procent: {critical: 95}}", "thresholds.used_procent"),
        ("thresholds: {used_percent: {critical: 79}}", "thresholds.used_percent"),
        ("thresholds: {used_percent: {warning: 90}}", "thresholds.used_percent"),
        ("thresholds: {used_percent: {clear: 85}}", "thresholds.used_percent"),
        ("thresholds: {days_left: {critical: 31}}", "thresholds.days_left"),
        ("thresholds: {days_left: {clear: 20}}", "thresholds.days_left"),
        ("kind_thresholds: {nass: {}}", "kind_thresholds.nass"),
        (
            "kind_thresholds: {nas: {used_percent: {critical: 70}}}",
            "kind_thresholds.nas.used_percent",
        ),
    ],
)
def test_thresholds_have_known_names_and_levels_in_order(
    tmp_path: Path, text: str, path: str
) -> None:
    where = written(tmp_path, f"inspections: {{{text}}}")
    with pytest.raises(BadSettings) as caught:
        settings.load(where, environ={}, limits=KNOWN)
    assert [mistake.path for mistake in caught.value.mistakes] == [
        f"inspections.{path}"
    ]


def test_a_servers_own_level_is_held_against_what_it_inherits(tmp_path: Path) -> None:
    where = written(
        tmp_path,
        """\
        inspections: {thresholds: {used_percent: {warning: 88}}}
        servers:
          - {name: a, transport: local, thresholds: {used_percent: {critical: 86}}}
        """,
    )
    with pytest.raises(BadSettings) as caught:
        settings.load(where, environ={}, limits=KNOWN)
    assert caught.value.mistakes[0].path == "servers[0].thresholds.used_percent"


def test_levels_in_order_are_taken(tmp_path: Path) -> None:
    text = "{used_percent: {warning: 85, critical: 95}, days_left: {critical: 3}}"
    where = written(tmp_path, f"inspections: {{thresholds: {text}}}")
    found = settings.load(where, environ={}, limits=KNOWN)
    assert found.inspections.thresholds["used_percent"].critical == 95


def test_a_bad_check_is_told_even_where_the_server_has_a_bad_name(
    tmp_path: Path,
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        'servers:\n  - {name: "x;rm", address: -o, checks: [{htp: "http://a"}]}\n'
    )
    with pytest.raises(settings.BadSettings) as bad:
        settings.load(path, environ={})
    assert "servers[0].checks[0]" in " ".join(m.path for m in bad.value.mistakes)
