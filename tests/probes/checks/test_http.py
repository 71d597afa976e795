"""The HTTP check, on a real nginx."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from probes.check import HttpCheck
from tests.lab.awkward import Manner, dripping, hangs_up, peer, says, silent
from tests.lab.process import free_port
from tests.lab.web import Site
from tests.probes.checks.looking import look

SHORT = timedelta(seconds=1)
URLS = ("ftp://127.0.0.1/", "http://", "http://[::1/", "http://me:word@127.0.0.1/")


def test_a_page_as_expected_is_normal(site: Site, no_trace: None) -> None:
    seen = look(HttpCheck(url=site.url(), contains="信息发布平台"))
    assert seen.section.status == 0
    assert seen.findings == []
    assert seen.facts.status == 200
    assert list(seen.readings) == [f"http_ms{{{site.url()}}}"]


def test_words_are_found_in_a_page_of_gb18030(site: Site) -> None:
    check = HttpCheck(url=site.url("/gbk.html"), contains="信息发布平台")
    seen = look(check)
    assert seen.findings == []
    assert b"body_base64" in seen.section.stdout  # the very bytes are kept


def test_a_long_page_cut_inside_a_character_is_still_text(site: Site) -> None:
    seen = look(HttpCheck(url=site.url("/long.html"), contains="布平台信息"))
    assert seen.findings == []
    kept = json.loads(seen.section.stdout)
    assert "body_base64" not in kept
    assert kept["body"].startswith("x信息发布平台")


def test_missing_words_are_critical(site: Site) -> None:
    seen = look(HttpCheck(url=site.url(), contains="维护中"))
    (finding,) = seen.findings
    assert finding.severity == "critical"
    assert "维护中" in finding.message.zh


def test_another_status_is_critical_and_says_both(site: Site) -> None:
    (finding,) = look(HttpCheck(url=site.url("/broken"))).findings
    assert (finding.measured, finding.limit) == (503, 200)
    assert "503" in finding.message.en


def test_the_expected_status_may_be_an_error(site: Site) -> None:
    assert look(HttpCheck(url=site.url("/none"), status=404)).findings == []


def test_a_redirect_on_the_same_host_is_followed_and_reported(site: Site) -> None:
    seen = look(HttpCheck(url=site.url("/moved"), contains="信息发布"))
    assert seen.findings == []
    assert seen.facts.redirects == (site.url("/moved"),)


def test_a_redirect_that_is_expected_is_not_followed(site: Site) -> None:
    seen = look(HttpCheck(url=site.url("/moved"), status=301))
    assert seen.findings == []
    assert seen.facts.redirects == ()


def test_a_redirect_to_another_host_is_not_followed_but_named(site: Site) -> None:
    (finding,) = look(HttpCheck(url=site.url("/away"))).findings
    assert finding.measured == 302
    assert "http://elsewhere.invalid/" in finding.message.zh


def test_a_loop_of_redirects_ends(site: Site, no_trace: None) -> None:
    seen = look(HttpCheck(url=site.url("/loop")))
    assert len(seen.facts.redirects) == 5
    assert seen.facts.status == 302


def test_a_large_page_is_read_to_a_mebibyte_and_kept_to_64_kib(site: Site) -> None:
    seen = look(HttpCheck(url=site.url("/large.bin")))
    assert seen.facts.body_bytes == 1024 * 1024
    assert 64 * 1024 < len(seen.section.stdout) < 80 * 1024


def test_a_session_cookie_is_not_evidence(site: Site) -> None:
    seen = look(HttpCheck(url=site.url("/cookie"), status=204))
    assert b"sid=" in seen.section.stdout
    assert b"very-secret" not in seen.section.stdout


def test_proxies_of_this_machine_are_ignored(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert look(HttpCheck(url=site.url())).findings == []


def test_a_slow_page_is_a_warning(site: Site) -> None:
    (finding,) = look(HttpCheck(url=site.url(), warn_ms=-1)).findings
    assert (finding.severity, finding.unit) == ("warning", "ms")


def test_a_certificate_from_the_given_authority_is_accepted(site: Site) -> None:
    url = f"https://127.0.0.1:{site.https}/"
    assert look(HttpCheck(url=url, ca_file=str(site.ca_file))).findings == []


def test_a_certificate_from_nobody_we_know_is_critical(
    site: Site, no_trace: None
) -> None:
    seen = look(HttpCheck(url=f"https://127.0.0.1:{site.https}/"))
    assert seen.facts.error == "tls"
    assert [each.severity for each in seen.findings] == ["critical"]


def test_verification_can_be_switched_off(site: Site) -> None:
    url = f"https://127.0.0.1:{site.https}/"
    assert look(HttpCheck(url=url, verify=False)).findings == []


def test_a_ca_file_that_is_not_there_is_our_own_lack(site: Site) -> None:
    url = f"https://127.0.0.1:{site.https}/"
    seen = look(HttpCheck(url=url, ca_file="/nowhere/ca.pem"))
    assert seen.section.status == 69
    assert [each.severity for each in seen.findings] == ["warning"]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "manner",
    [silent, dripping(b"H"), says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1")],
    ids=["silent", "dripping", "cut short"],
)
def test_a_page_that_does_not_end_is_timed_out(
    manner: Manner, scheme: str, no_trace: None
) -> None:
    with peer(manner) as port:
        seen = look(HttpCheck(url=f"{scheme}://127.0.0.1:{port}/", timeout=SHORT))
    assert seen.facts.error in {"timeout", "tls"}
    assert [each.severity for each in seen.findings] == ["critical"]


@pytest.mark.parametrize(
    "manner",
    [hangs_up, says(b"SSH-2.0-x\r\n"), says(b"HTTP/1.1 200 OK\r\nConte")],
    ids=["hangs up", "another protocol", "half a head"],
)
def test_what_is_no_page_is_critical(manner: Manner, no_trace: None) -> None:
    with peer(manner) as port:
        seen = look(HttpCheck(url=f"http://127.0.0.1:{port}/", timeout=SHORT))
    assert seen.facts.error in {"protocol", "timeout"}
    assert [each.severity for each in seen.findings] == ["critical"]


def test_a_server_that_refuses_is_critical() -> None:
    seen = look(HttpCheck(url=f"http://127.0.0.1:{free_port()}/"))
    assert seen.facts.error == "refused"


@pytest.mark.parametrize("url", URLS)
def test_what_is_no_web_address_is_said_to_be_none(url: str) -> None:
    assert look(HttpCheck(url=url)).facts.error == "protocol"
