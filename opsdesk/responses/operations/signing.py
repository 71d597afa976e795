"""Signing a run: by several, each as a part, over the hash of what it says then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.core.text import storable
from opsdesk.people.models import Role
from opsdesk.responses import measuring, signers
from opsdesk.responses.models import Run, RunRole, RunSignature
from opsdesk.responses.moves import BUSINESS
from opsdesk.responses.operations.gates import SIGNING, Attempt
from opsdesk.responses.operations.holding import held, plan_of
from opsdesk.responses.operations.telling import Entry, tell
from opsdesk.responses.queries import snapshot
from opsdesk.responses.queries.rows import Rows, measured, rows
from opsdesk.responses.refusals import NotYours, Overtaken
from opsdesk.responses.states import RunState, What
from opsdesk.responses.wording import SIGNINGS, Signing
from opsdesk.tickets.register import Actor
from probes.finding import Words
from runbooks.plan import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """As what somebody signs, and the hash of what he saw (RunView.sha256)."""

    part: Signing
    sha256: str
    opinion: str = ""


def sign(
    session: Session, number: str, signature: Signature, *, by: Actor, at: datetime
) -> RunSignature:
    """Sign a run that is up for review; the password was asked again.

    The last signature wanted makes the run SIGNED, its result and `deviated` frozen.
    Whoever commanded signs as the commander only. Raises NotYours, RefusedInWords
    where the summary, evaluation or notes are still wanting, Stale where the content
    changed since it was seen.
    """
    run = held(session, number, at=at)
    if run.state is not RunState.REVIEW:
        raise RefusedInWords(_NOT_NOW, number=run.number)
    attempt = Attempt(session=session, run=run, plan=plan_of(session, run), at=at)
    for gate in SIGNING:
        why = gate(attempt)
        if why is not None:
            raise RefusedInWords(why)
    found = rows(session, run)
    sha256 = snapshot.digest(session, found, at=at)
    if signature.sha256 != sha256:
        raise Overtaken(_CHANGED.fill(number=run.number), "", None)
    given = _given(session, run, sha256)
    _require_place(run, found, signature.part, given, by)
    row = _row(run, signature, sha256, by, at)
    session.add(row)
    detail = {"part": signature.part.value, "sha256": sha256}
    entry = Entry(
        what=What.SIGNED, by=by.username, at=at, text=row.opinion, detail=detail
    )
    tell(session, run, entry)
    if {*given, signature.part.value} >= {part.value for part in signers.wanted(run)}:
        _complete(session, run, found, sha256, by=by, at=at)
    return row


def _row(
    run: Run, signature: Signature, sha256: str, by: Actor, at: datetime
) -> RunSignature:
    return RunSignature(
        run_id=run.id,
        part=signature.part.value,
        by=by.username,
        opinion=storable(signature.opinion).strip()[:2000],
        sha256=sha256,
        at=at,
    )


def _given(session: Session, run: Run, sha256: str) -> dict[str, str]:
    """Return who signed as what, of the signatures that hold for this content."""
    query = select(RunSignature.part, RunSignature.by).where(
        RunSignature.run_id == run.id, RunSignature.sha256 == sha256
    )
    return {row.part: row.by for row in session.execute(query)}


def _require_place(
    run: Run, found: Rows, part: Signing, given: dict[str, str], by: Actor
) -> None:
    if part not in signers.wanted(run):
        raise RefusedInWords(_NOT_WANTED)
    title = {"zh": SIGNINGS[part].zh, "en": SIGNINGS[part].en}
    if part.value in given:
        raise Overtaken(
            _TAKEN.fill(**title, by=given[part.value]), given[part.value], None
        )
    if by.username in given.values():
        raise RefusedInWords(_TWICE)
    commanded = by.username in _ever(found.roles, Part.COMMANDER)
    if commanded and part is not Signing.COMMANDER:
        raise NotYours(_COMMANDED)
    if not _may(found, part, by):
        raise NotYours(_NOT_YOURS, **title)


def _may(found: Rows, part: Signing, by: Actor) -> bool:
    """Tell whether somebody may sign as a part, by who played what in the run."""
    if part is Signing.CUSTOMER:
        return by.role is Role.CUSTOMER
    if part is Signing.EVALUATOR:
        return by.role in BUSINESS | {Role.CUSTOMER}
    wanted = Part.COMMANDER if part is Signing.COMMANDER else Part.SCRIBE
    players = _ever(found.roles, wanted)
    if players:
        return by.username in players
    return by.role is Role.LEAD or (part is Signing.SCRIBE and by.role in BUSINESS)


def _ever(roles: object, part: Part) -> set[str]:
    assert isinstance(roles, list | tuple)
    return {r.username for r in roles if isinstance(r, RunRole) and r.part is part}


def _complete(
    session: Session, run: Run, found: Rows, sha256: str, *, by: Actor, at: datetime
) -> None:
    came = measured(found, at=at)
    run.result = {"objectives": measuring.as_json(came), "sha256": sha256}
    run.deviated = measuring.missed(came)
    run.state, run.is_open = RunState.SIGNED, False
    run.signed_at, run.version = at, run.version + 1
    detail = {"move": "sign", "deviated": run.deviated, "sha256": sha256}
    tell(session, run, Entry(what=What.SIGNED, by=by.username, at=at, detail=detail))


_NOT_NOW = Words(
    "{number} 还没有进入总结，或者已经签完。没有签署。",
    "{number} is not up for review, or was signed by all. Nothing was signed.",
)
_CHANGED = Words(
    "{number} 的内容在你打开之后有改动。没有签署，请看过新的内容再签。",
    "{number} changed after you opened it. Nothing was signed: read it again, then sign.",
)
_NOT_WANTED = Words(
    "这次不需要这个签名。没有签署。",
    "This signature is not wanted. Nothing was signed.",
)
_TAKEN = Words(
    "「{zh}」已由 {by} 签过。没有再次签署。",
    "{by} has signed as {en} already. Nothing was added.",
)
_TWICE = Words(
    "你已经签过这次记录，一人只能签一处。没有再次签署。",
    "You have signed this run already; one person signs once. Nothing was added.",
)
_COMMANDED = Words(
    "你担任过应急指挥，只能以指挥的身份签，不能评估或代表甲方确认自己指挥的行动。没有签署。",
    "You commanded, so you sign as the commander only, and neither evaluate nor confirm "
    "what you commanded. Nothing was signed.",
)
_NOT_YOURS = Words(
    "「{zh}」应由担任该角色的人签。没有签署。",
    "Who played the part signs as {en}. Nothing was signed.",
)
