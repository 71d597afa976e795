"""The rule of evidence: what must be there before a step is done."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opsdesk.core.language import RefusedInWords
from opsdesk.responses.models import RunEvent, RunEvidence
from opsdesk.responses.operations.ticking import Grip, Tick
from opsdesk.responses.proof import pieces, wanted
from opsdesk.responses.states import What
from probes.finding import Words
from runbooks.plan import Evidence, Proof

KINDS = {
    Proof.TEXT: Words("文字", "words"),
    Proof.FILE: Words("文件", "a file"),
    Proof.PHOTO: Words("照片", "a photo"),
}


def require_evidence(session: Session, grip: Grip, tick: Tick) -> None:
    """Want what the plan asks a step to leave behind, the words beside a tick included."""
    rule = grip.planned.evidence if grip.planned else Evidence()
    least = wanted(rule)
    if least == 0:
        return
    photo = RunEvidence.media_type.like("image/%")
    about = RunEvidence.run_id == grip.run.id, RunEvidence.step == grip.step.key
    files = session.scalar(select(func.count()).where(*about, ~photo)) or 0
    photos = session.scalar(select(func.count()).where(*about, photo)) or 0
    noted = select(func.count()).where(
        RunEvent.run_id == grip.run.id,
        RunEvent.step == grip.step.key,
        RunEvent.what == What.NOTED,
    )
    texts = (session.scalar(noted) or 0) + bool(tick.text.strip())
    have = pieces(rule, texts=texts, files=files, photos=photos)
    if have < least:
        kinds = [KINDS[kind] for kind in rule.kinds or tuple(Proof)]
        raise RefusedInWords(
            _WANTED,
            least=least,
            have=have,
            zh="、".join(one.zh for one in kinds),
            en=", ".join(one.en for one in kinds),
        )


_WANTED = Words(
    "这一步完成前要留下至少 {least} 份证据（{zh}），现在有 {have} 份。没有勾选，已附的都保留着。",
    "Before it is done this step wants {least} pieces of evidence ({en}); there are "
    "{have}. It was not ticked; what is attached is kept.",
)
