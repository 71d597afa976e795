"""The TLS check, on a real nginx with certificates of every age."""

from __future__ import annotations

from datetime import timedelta

import pytest

from probes.catalogue.tls import band_of
from probes.check import TlsCheck
from tests.lab.awkward import Manner, dripping, hangs_up, peer, says, silent
from tests.lab.web import AT, Site
from tests.probes.checks.looking import Look, look

SHORT = timedelta(seconds=1)


def shake(site: Site, name: str, *, trusted: bool = True) -> Look:
    ca_file = str(site.ca_file) if trusted else None
    return look(TlsCheck(port=site.https, name=name, ca_file=ca_file), at=AT)


def test_a_sound_chain_is_normal_and_every_member_is_counted(
    site: Site, no_trace: None
) -> None:
    seen = shake(site, "fresh.test")
    subject = f"fresh.test:{site.https}"
    assert seen.findings == []
    assert [each.label for each in seen.facts.chain] == [
        "fresh.test",
        "Test Intermediate",
    ]
    assert set(seen.readings) == {
        f"tls_days_left{{{subject} fresh.test}}",
        f"tls_days_left{{{subject} Test Intermediate}}",
    }
    assert seen.facts.protocol == "TLSv1.3"


@pytest.mark.parametrize(
    ("name", "severity", "words"),
    [
        ("month.test", "warning", "30 天内"),
        ("fortnight.test", "warning", "14 天内"),
        ("week.test", "critical", "7 天内"),
        ("eve.test", "critical", "1 天内"),
        ("expired.test", "critical", "已过期"),
    ],
)
def test_an_expiring_certificate_names_its_band(
    site: Site, name: str, severity: str, words: str
) -> None:
    seen = shake(site, name)
    (finding,) = seen.findings
    assert finding.subject == f"{name}:{site.https} {name}"
    assert finding.severity == severity
    assert words in finding.message.zh


@pytest.mark.parametrize(
    ("days", "band"),
    [(31, None), (30, 30), (14.1, 30), (14, 14), (7, 7), (3, 3), (1, 1), (0, 0)],
)
def test_bands_begin_at_their_own_day(days: float, band: int | None) -> None:
    assert band_of(days) == band


def test_an_intermediate_that_ends_first_is_a_finding_of_its_own(site: Site) -> None:
    seen = shake(site, "ending.test")
    assert seen.said == {f"ending.test:{site.https} Ending Intermediate": "critical"}


def test_a_chain_nobody_vouches_for_is_a_warning_not_a_failure(site: Site) -> None:
    seen = shake(site, "fresh.test", trusted=False)
    assert seen.section.status == 0
    assert seen.said == {f"fresh.test:{site.https} chain": "warning"}


def test_a_self_signed_certificate_says_so(site: Site) -> None:
    (finding,) = shake(site, "self.test").findings
    assert finding.severity == "warning"
    assert "自签名证书" in finding.message.zh


def test_a_missing_intermediate_is_a_warning_even_with_its_root(site: Site) -> None:
    assert shake(site, "alone.test").said == {
        f"alone.test:{site.https} chain": "warning"
    }


def test_a_certificate_for_another_name_is_a_warning(site: Site) -> None:
    (finding,) = shake(site, "nobody.test").findings
    assert finding.subject == f"nobody.test:{site.https} name"
    assert "fresh.test" in finding.message.zh


def test_without_a_name_the_address_itself_must_be_in_the_certificate(
    site: Site,
) -> None:
    check = TlsCheck(port=site.https, ca_file=str(site.ca_file))
    assert look(check, at=AT).findings == []


def test_a_server_of_tls_1_0_is_talked_to_and_warned_of(site: Site) -> None:
    check = TlsCheck(port=site.old, name="fresh.test", ca_file=str(site.ca_file))
    seen = look(check, at=AT)
    assert seen.facts.protocol == "TLSv1"
    assert seen.said == {f"fresh.test:{site.old} protocol": "warning"}


def test_a_small_key_is_a_warning(site: Site) -> None:
    (finding,) = shake(site, "small.test").findings
    assert finding.measured == "RSA 1024"
    assert finding.severity == "warning"


def test_a_ca_file_that_is_not_there_is_our_own_lack(site: Site) -> None:
    seen = look(TlsCheck(port=site.https, ca_file="/nowhere/ca.pem"))
    assert seen.section.status == 69
    assert [each.severity for each in seen.findings] == ["warning"]


@pytest.mark.parametrize(
    ("manner", "error"),
    [
        (silent, "timeout"),
        (dripping(b"\x16"), "tls"),
        (hangs_up, "protocol"),
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "tls"),
    ],
    ids=["silent", "dripping", "hangs up", "plain http"],
)
def test_a_handshake_that_fails_is_critical(
    manner: Manner, error: str, no_trace: None
) -> None:
    with peer(manner) as port:
        seen = look(TlsCheck(port=port, timeout=SHORT))
    assert seen.facts.error == error
    assert [each.severity for each in seen.findings] == ["critical"]
