"""The boxes of an official form: signed in the desk, or left open for a pen."""

from __future__ import annotations

from reports.documents.issuing import SHORT
from reports.documents.parts import Box, Signatures
from reports.documents.record_form import Given, SignBox, SignBoxes
from reports.documents.times import moment
from reports.documents.words import NOT_APPLICABLE, Text, Words

DECISIONS = (
    ("agreed", Words("同意", "agreed")),
    ("refused", Words("不同意", "refused")),
    ("supplement", Words("补充后再报", "resubmit")),
)
_ACROSS = {1: 2, 2: 2, 4: 2}  # others three abreast
_NAME, _DATE = Words("签名：", "Name: "), Words("日期：", "Date: ")
_OPINION, _PROOF = Words("意见：", "Opinion: "), Words("签名摘要：", "Signed hash: ")
_BY_PEN = Words("　　　　年　　月　　日", "")


def signatures(block: SignBoxes, zone: str) -> Signatures:
    """Return the boxes, two or three abreast."""
    across = _ACROSS.get(len(block.boxes), 3)
    return Signatures(boxes=tuple(_box(b, zone) for b in block.boxes), across=across)


def _box(box: SignBox, zone: str) -> Box:
    given = box.given
    lines: list[tuple[Text, Text]] = []
    if box.opinion:
        lines.append(("", _decisions(given.decision if given else "")))
        opinion = (given.opinion or NOT_APPLICABLE) if given else ""
        lines.append((_OPINION, opinion))
    lines.append((_NAME, _name(given) if given else ""))
    lines.append((_DATE, moment(given.at, zone) if given else _BY_PEN))
    if given and given.snapshot_sha256:
        lines.append((_PROOF, given.snapshot_sha256[:SHORT]))
    return Box(part=box.role, lines=tuple(lines))


def _decisions(decision: str) -> Words:
    marks = [("☑" if key == decision else "□", words) for key, words in DECISIONS]
    return Words(
        "　".join(f"{mark} {words.zh}" for mark, words in marks),
        "\u2003".join(f"{mark} {words.en}" for mark, words in marks),
    )


def _name(given: Given) -> Text:
    if not given.acting_for:
        return given.name
    return Words(
        f"{given.name}（代 {given.acting_for}）",
        f"{given.name} (for {given.acting_for})",
    )
