"""What an issue adds to every form: version, marks, foot, and the paper's anchors."""

from __future__ import annotations

from reports.documents.parts import (
    DEMONSTRATION,
    EXERCISE,
    PREVIEW,
    SUPERSEDED,
    VOID,
    Issue,
)
from reports.documents.times import moment
from reports.documents.words import Text, Words

SHORT = 12  # digits of a hash that fit in a running foot


def version(issue: Issue | None) -> Words:
    """Return which version a paper is."""
    if issue is None:
        return Words("未归档", "not archived")
    return Words(f"第 {issue.version} 版", f"version {issue.version}")


def marks(
    issue: Issue | None, *, demo: bool, void: bool = False, exercise: bool = False
) -> tuple[Text, ...]:
    """Return what stands across every page: 演练, 演示, 预览, 作废, 已被新版取代."""
    found: list[Text] = [EXERCISE] if exercise else []
    if demo:
        found.append(DEMONSTRATION)
    if issue is None:
        found.append(PREVIEW)
    if void or (issue is not None and issue.void):
        found.append(VOID)
    if issue is not None and issue.superseded:
        found.append(SUPERSEDED)
    return tuple(found)


def foot(issue: Issue | None, zone: str) -> tuple[Text, ...]:
    """Return the running foot: when it was printed, and what anchors it."""
    if issue is None:
        return (Words("预览，未归档", "Preview, not archived"),)
    printed = moment(issue.printed_at, zone)
    digest, head = issue.content_sha256[:SHORT], shortened(issue.audit_head)
    return (
        Words(f"打印 {printed}", f"Printed {printed}"),
        Words(f"数据快照 {digest}", f"Snapshot {digest}"),
        Words(f"记录链 {head}", f"Audit head {head}"),
    )


def anchors(issue: Issue) -> Words:
    """Return the whole hash and the whole head, to check the paper by."""
    return Words(
        f"数据快照 SHA-256：{issue.content_sha256}；记录链：{issue.audit_head}",
        f"Snapshot SHA-256: {issue.content_sha256}; audit head: {issue.audit_head}",
    )


def shortened(audit_head: str) -> str:
    """Return the head's position and the first digits of its code ("123:ab12…")."""
    place, colon, code = audit_head.partition(":")
    return f"{place}{colon}{code[:SHORT]}" if colon else audit_head[:24]
