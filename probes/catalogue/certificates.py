"""Certificate files on the machine: when the first of each ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from probes.catalogue.text import cut, rows
from probes.catalogue.verdict import against, filled
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

ASK = r"""
IFS='
'
set -f
for glob in $OD_CERTIFICATES; do
  set +f
  for file in $glob; do
    if [ ! -e "$file" ]; then printf 'missing %s\n' "$file"; continue; fi
    if [ ! -r "$file" ]; then printf 'denied %s\n' "$file"; continue; fi
    printf 'file %s\n' "$file"
    sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p' "$file" | head -c 65536
    echo
  done
done
"""

DAYS = Limit(
    name="certificate_days_left",
    warning=30,
    critical=7,
    clear=45,
    unit="days",
    above=False,
)
_DAYS = Words(
    "证书 {path} 还有 {measured} 天到期（{name}）",
    "Certificate {path} ends in {measured} days ({name})",
)
_MISSING = Words(
    "应有的证书文件 {path} 不存在", "Expected certificate {path} is not there"
)
_ENDED = Words(
    "证书 {path} 已过期 {days} 天（{name}）",
    "Certificate {path} ended {days} days ago ({name})",
)
_BROKEN = Words(
    "证书文件 {path} 无法识别", "Certificate file {path} cannot be read as one"
)
_EMPTY = Words("文件 {path} 里没有证书", "File {path} holds no certificate")
_DENIED = Words("无权读取证书文件 {path}", "May not read certificate {path}")
_OTHERWISE = {
    "missing": _MISSING,
    "denied": _DENIED,
    "broken": _BROKEN,
    "empty": _EMPTY,
}
_DAY = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFile:
    """One file. `ends` is the earliest end in it (ISO, UTC); "" where not read."""

    path: str
    state: str  # read missing denied broken; empty: a key, say, that a glob matched
    name: str = ""
    ends: str = ""


def read(section: Section) -> tuple[CertificateFile, ...]:
    """Return every file asked for."""
    found: list[CertificateFile] = []
    path, pem = "", list[str]()
    for line in [*rows(section), "file "]:
        word, _, rest = line.partition(" ")
        if word in {"file", "missing", "denied"} and not line.startswith("-----"):
            if path:
                found.append(_read(path, "\n".join(pem)))
            path, pem = (rest if word == "file" else ""), []
            if word != "file":
                found.append(CertificateFile(path=rest, state=word))
        elif path:
            pem.append(line)
        elif line.strip():
            raise Unreadable(f"before any file: {cut(line)!r}")
    return tuple(found)


def _read(path: str, pem: str) -> CertificateFile:
    from cryptography import x509  # noqa: PLC0415 - slow to load, rarely needed

    if not pem.strip():
        return CertificateFile(path=path, state="empty")
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode("ascii", "replace"))
        first = min(certificates, key=lambda c: c.not_valid_after_utc)
        return CertificateFile(
            path=path,
            state="read",
            name=first.subject.rfc4514_string(),
            ends=first.not_valid_after_utc.isoformat(),
        )
    except (ValueError, x509.InvalidVersion):
        # one bad file must not hide when the others end
        return CertificateFile(path=path, state="broken")


def judge(facts: tuple[CertificateFile, ...], here: Circumstances) -> Iterator[Finding]:
    """Yield what ends soon, and what is not there to be looked at."""
    for row in facts:
        if row.state == "read":
            days = _days(row, here.at)
            finding = _finding(row, _DAYS if days >= 0 else _ENDED)
            yield from against(
                days, DAYS, here, finding, path=row.path, name=row.name, days=-days
            )
        elif row.state != "empty" or row.path in here.server.expect.certificates:
            finding = _finding(row, _OTHERWISE[row.state])
            yield replace(finding, message=filled(finding.message, path=row.path))


def _finding(row: CertificateFile, words: Words) -> Finding:
    return Finding(
        probe="certificates",
        subject=row.path,
        severity=Severity.WARNING,
        message=words,
    )


def _days(row: CertificateFile, at: datetime) -> int:
    ends = datetime.fromisoformat(row.ends)
    return int((ends - at.astimezone(UTC)).total_seconds() // _DAY)


def readings(facts: tuple[CertificateFile, ...]) -> Iterator[Reading]:
    """Yield when each ends, in seconds since 1970."""
    for row in facts:
        if row.ends:
            ends = datetime.fromisoformat(row.ends).timestamp()
            yield Reading("certificate_ends_timestamp_seconds", row.path, ends)


PROBE = Probe(
    name="certificates",
    title=Words("证书文件", "Certificate files"),
    facts=tuple[CertificateFile, ...],
    ask=ASK,
    read=read,
    judge=judge,
    readings=readings,
    limits=(DAYS,),
    seconds=8,
)
