"""Every certificate a port presents: how long it lasts, for whom, by whom vouched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from probes.catalogue.answered import Answer, Answered, down, head, load
from probes.catalogue.chain import Member, good_for
from probes.finding import Finding, Severity, Words
from probes.probe import Circumstances, Limit, Probe, Reading, Unreadable
from probes.transcript import Section

BANDS = (1, 3, 7, 14, 30)
"""Days. A message changes when a certificate passes into the next band, not daily."""

_LIMIT = Limit(name="tls_days_left", warning=30, critical=7, unit="days", above=False)
_WEAK = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})
_OUT_OF_TIME = frozenset({9, 10})  # X509_V_ERR: the bands say it better

_EXPIRED = Words(
    "{subject} 的证书已过期（{until}）", "{subject}: certificate expired on {until}"
)
_EXPIRING = Words(
    "{subject} 的证书将在 {band} 天内过期（{until}）",
    "{subject}: certificate expires within {band} days ({until})",
)
_NOT_YET = Words(
    "{subject} 的证书尚未生效（{since}）", "{subject}: not valid before {since}"
)
_OTHER_NAME = Words(
    "{subject} 的证书不适用于 {name}（只适用于 {names}）",
    "{subject}: certificate is not for {name} but for {names}",
)
_NOT_VOUCHED = Words(
    "{subject} 的证书链未通过校验：{why}", "{subject}: chain does not verify: {why}"
)
_OLD_PROTOCOL = Words(
    "{subject} 最高只支持 {protocol}，该版本已不安全",
    "{subject} speaks nothing better than {protocol}, which is not safe",
)
_WEAK_KEY = Words(
    "{subject} 的证书强度不足：{weakness}", "{subject}: weak certificate: {weakness}"
)
_COMPLAINTS = {
    2: Words("缺少签发者证书", "the issuer's certificate is missing"),
    7: Words("签名无效", "a signature is not valid"),
    18: Words("自签名证书", "self-signed certificate"),
    19: Words("链中的根证书不受信任", "the chain's root is not trusted"),
    20: Words("找不到签发者证书", "the issuer's certificate is not to be found"),
    21: Words("无法验证第一张证书", "the first certificate cannot be verified"),
    24: Words("签发者不是合格的 CA", "the issuer is no proper CA"),
    26: Words("证书用途不符", "the certificate is for another purpose"),
    66: Words("服务器密钥过弱", "the server's key is too weak"),
    67: Words("CA 密钥过弱", "the CA's key is too weak"),
    68: Words("CA 签名算法过弱", "the CA's signature algorithm is too weak"),
}
_OTHER_COMPLAINT = Words("OpenSSL 校验错误 {code}", "OpenSSL verification error {code}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts(Answered):
    """What a port presented. `complaints` are OpenSSL's verification error codes."""

    name: str
    asked_at: str  # ISO 8601, UTC
    protocol: str | None
    cipher: str | None
    complaints: tuple[int, ...]
    chain: tuple[Member, ...]
    name_matches: bool | None


def read(section: Section) -> TlsFacts:
    """Return the facts of one handshake."""
    # Loaded with the first chain: most rounds and every screen do without.
    from probes.catalogue.chain_pem import members  # noqa: PLC0415

    answer = load(section)
    name = answer.part("expected").text("name")
    asked_at = answer.text("asked_at")
    chain = members([str(pem) for pem in answer.items("chain")])
    if name is None or (answer.text("error") is None and not (chain and asked_at)):
        raise Unreadable("a handshake without a name, a moment or a chain")
    return TlsFacts(
        **head(section, answer),
        name=name,
        asked_at=_moment(asked_at),
        protocol=answer.text("protocol"),
        cipher=answer.text("cipher"),
        complaints=_codes(answer),
        chain=chain,
        name_matches=good_for(chain[0].names, name) if chain else None,
    )


def _moment(text: str | None) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat() if text else ""
    except ValueError as error:
        raise Unreadable(f"not a moment: {text!r}") from error


def _codes(answer: Answer) -> tuple[int, ...]:
    codes = set()
    for item in answer.items("complaints"):
        match item:
            case [int(code), int()]:
                codes.add(code)
            case _:
                raise Unreadable(f"not a verification error: {item!r}")
    return tuple(sorted(codes))


def judge(facts: TlsFacts, circumstances: Circumstances) -> Iterator[Finding]:
    """Yield what is wrong: a subject per member, and one each for name, chain, …."""
    if facts.error is not None:
        yield from down("tls", facts)
        return
    limit = circumstances.limits.get(_LIMIT.name, _LIMIT)
    for member in facts.chain:
        yield from _lasting(facts, member, limit, circumstances.at)
    yield from _named(facts)
    yield from _vouched(facts)
    yield from _strong(facts)


def band_of(days: float) -> int | None:
    """Return the band a number of days left falls in: 0 is expired, None far away."""
    if days <= 0:
        return 0
    return next((band for band in BANDS if days <= band), None)


def _lasting(
    facts: TlsFacts, member: Member, limit: Limit, at: datetime
) -> Iterator[Finding]:
    days = member.days_left(at)
    grade = _grade(days, limit)
    if datetime.fromisoformat(member.not_before) > at:
        grade, text = Severity.CRITICAL, _NOT_YET
    else:
        text = _EXPIRED if days <= 0 else _EXPIRING
    if grade is None:
        return
    subject = f"{facts.subject} {member.label}"
    bound = limit.critical if grade is Severity.CRITICAL else limit.warning
    band = band_of(days)
    yield Finding(
        probe="tls",
        subject=subject,
        severity=grade,
        message=text.fill(
            subject=subject,
            band=f"{bound:g}" if band is None and bound is not None else band,
            until=member.not_after[:10],
            since=member.not_before[:10],
        ),
        measured=days,
        limit=bound,
        unit="days",
    )


def _grade(days: float, limit: Limit) -> Severity | None:
    if days <= 0 or (limit.critical is not None and days <= limit.critical):
        return Severity.CRITICAL
    if limit.warning is not None and days <= limit.warning:
        return Severity.WARNING
    return None


def _named(facts: TlsFacts) -> Iterator[Finding]:
    if facts.name_matches is False:
        names = ", ".join(facts.chain[0].names) or "—"
        message = _OTHER_NAME.fill(subject=facts.subject, name=facts.name, names=names)
        yield _warning(f"{facts.subject} name", message, names)


def _vouched(facts: TlsFacts) -> Iterator[Finding]:
    codes = [code for code in facts.complaints if code not in _OUT_OF_TIME]
    if codes:
        said = [_COMPLAINTS.get(c, _OTHER_COMPLAINT).fill(code=c) for c in codes]
        message = Words(
            _NOT_VOUCHED.zh.format(
                subject=facts.subject, why="、".join(words.zh for words in said)
            ),
            _NOT_VOUCHED.en.format(
                subject=facts.subject, why=", ".join(words.en for words in said)
            ),
        )
        yield _warning(f"{facts.subject} chain", message, ",".join(map(str, codes)))


def _strong(facts: TlsFacts) -> Iterator[Finding]:
    if facts.protocol in _WEAK:
        message = _OLD_PROTOCOL.fill(subject=facts.subject, protocol=facts.protocol)
        yield _warning(f"{facts.subject} protocol", message, facts.protocol)
    for member in facts.chain:
        if member.weakness:
            subject = f"{facts.subject} {member.label} strength"
            message = _WEAK_KEY.fill(subject=subject, weakness=member.weakness)
            yield _warning(subject, message, member.weakness)


def _warning(subject: str, message: Words, measured: str) -> Finding:
    return Finding(
        probe="tls",
        subject=subject,
        severity=Severity.WARNING,
        message=message,
        measured=measured,
    )


def readings(facts: TlsFacts) -> Iterator[Reading]:
    """Yield the days left to each member of the chain."""
    if facts.error is None:
        at = datetime.fromisoformat(facts.asked_at)
        for member in facts.chain:
            label = f"{facts.subject} {member.label}"
            yield Reading("tls_days_left", label, member.days_left(at))


PROBE = Probe(
    name="tls",
    title=Words("TLS 证书链", "TLS certificate chain"),
    facts=TlsFacts,
    read=read,
    judge=judge,
    readings=readings,
    limits=(_LIMIT,),
)
PROBES = (PROBE,)
