"""How a run is judged on its paper: its objectives, its evaluation, who was there."""

from __future__ import annotations

from opsdesk.flows.run_papers.pieces import Case, answer, answers, col, listing, words
from opsdesk.responses.wording import SCORES
from probes import finding
from reports.documents.parts import Align
from reports.documents.record_form import Answers, Listing
from reports.documents.words import Text, Words, joined, not_obtained


def objectives(case: Case) -> tuple[Text, ...]:
    """Say which objectives were missed and which nobody measured, or that all were met.

    What nobody measured was not met either: it is named, never counted as kept.
    """
    missed = [one.title for one in case.run.objectives if one.met is False]
    unknown = [one.title for one in case.run.objectives if one.met is None]
    said: list[Text] = []
    if missed:
        said.append(_named(Words("未达到：", "missed: "), missed))
    if unknown:
        said.append(_named(Words("未测得：", "not measured: "), unknown))
    if not said:
        return (Words("达到全部目标", "all objectives met"),)
    if len(missed) + len(unknown) < len(case.run.objectives):
        said.append(Words("其余达到", "the others were met"))
    return tuple(said)


def _named(head: Words, titles: list[finding.Words]) -> Words:
    zh = "、".join(one.zh for one in titles)
    en = ", ".join(one.en for one in titles)
    return Words(f"{head.zh}{zh}", f"{head.en}{en}")


def evaluation(case: Case) -> Listing:
    """Return each item that is judged, with its score."""
    missing = not_obtained(Words("未评估", "not judged"))
    return listing(
        Words(
            "评估（1 差，3 合格，5 优秀）",
            "Evaluation (1 poor, 3 sufficient, 5 excellent)",
        ),
        (
            col("项目", "Item", 66),
            col("得分", "Score", 26, Align.CENTER),
            col("说明", "Note", 48),
            col("评估人", "By", 20),
        ),
        (
            (
                words(one.title),
                missing
                if one.score is None
                else joined((str(one.score), words(SCORES[one.score])), " ", " "),
                one.note,
                case.called(one.by) if one.by else "",
            )
            for one in case.run.evaluation
        ),
    )


def total(case: Case) -> Answers:
    """Return the sum of the scores given."""
    given = [one.score for one in case.run.evaluation if one.score is not None]
    total = f"{sum(given)} / {5 * len(given)}" if given else "—"
    count = f"{len(given)} / {len(case.run.evaluation)}"
    return answers(
        answer("得分合计", "Total", total), answer("已评项目", "Items judged", count)
    )


def present(case: Case) -> Listing:
    """Return who was there, and how each answered the quiz."""
    return listing(
        Words("签到与测验", "Attendance and quiz"),
        (
            col("姓名", "Name", 40),
            col("单位", "Unit", 56),
            col("签到时间", "Signed in", 36),
            col("测验", "Quiz", 28, Align.RIGHT),
        ),
        (
            (
                one.name,
                one.unit,
                case.at(one.at),
                f"{one.score}/{one.out_of}" if one.score is not None else "",
            )
            for one in case.run.attendance
        ),
    )
