"""The first chapter: what the period came to, in sentences made from its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from opsdesk.flows.keep_promises import rules_of
from opsdesk.flows.month.material import Material
from opsdesk.flows.month.told import share
from opsdesk.reporting.span import Span
from opsdesk.tickets.promises.explaining import POLICIES
from reports.documents.monthly import Block, Narrative, Paragraph, ReportSection
from reports.documents.words import Text, Words

Figures = Mapping[str, float | None]
GOOD, FAIR = 0.98, 0.9
NARRATIVES = {
    "highlights": Words("本期要点", "Highlights"),
    "improvements": Words("优化改进完成情况", "Improvements"),
    "risks": Words("存在问题、风险与建议", "Problems, risks and advice"),
    "customer": Words("需甲方协调事项", "What the customer is asked for"),
    "next": Words("下期计划", "Next period's plan"),
}


def chapter(m: Material, figures: Figures) -> ReportSection:
    """Return the chapter; it comes first and is made last."""
    return ReportSection(
        key="summary",
        title=Words("概述", "Summary"),
        blocks=(
            Paragraph(text=_scope(m)),
            Paragraph(
                text=Words(
                    "本期要点由各登记簿的数字得出：",
                    "What the registers' figures come to:",
                ),
                points=_points(figures),
            ),
            _verdict(figures),
            narrative(m, "highlights"),
            _basis(m),
        ),
    )


def narrative(m: Material, key: str) -> Narrative:
    """Return a paragraph that people write."""
    return Narrative(key=key, title=NARRATIVES[key], text=m.narrative.get(key, ""))


def _scope(m: Material) -> Words:
    servers, start = len(m.settings.servers), m.settings.contract.start
    period = "" if start is None else f"{_months(start, m.span)}，"
    return Words(
        f"本报告涵盖 {m.span.first} 至 {m.span.last}（{len(m.span.days)} 天），{period}"
        f"服务范围为生成时配置的设备 {servers} 台/套及其上的应用。",
        f"This report covers {m.span.first} to {m.span.last} ({len(m.span.days)} days): "
        f"{servers} devices, as configured when it was made, and what runs on them.",
    )


def _months(start: date, span: Span) -> str:
    """Return which months of the contract a period is."""
    first, last = (
        max(1, (day.year - start.year) * 12 + day.month - start.month + 1)
        for day in (span.first, span.last)
    )
    if first == last:
        return f"合同期第 {last} 个月"
    return f"合同期第 {first} 至第 {last} 个月"


def _points(f: Figures) -> tuple[Text, ...]:
    def n(name: str) -> float:
        return f[name] or 0

    met, all_ = n("clocks.response.met"), n("clocks.response.n")
    fixed, faults = n("clocks.restored.met"), n("clocks.restored.n")
    return (
        Words(
            f"巡检：应 {n('rounds.due'):g} 次，完成 {n('rounds.done'):g} 次，完成率 "
            f"{share(n('rounds.done'), n('rounds.due'))}。",
            f"Rounds: {n('rounds.done'):g} of {n('rounds.due'):g} held, "
            f"{share(n('rounds.done'), n('rounds.due'))}.",
        ),
        Words(
            f"发现：本期新发现 {n('findings.opened'):g} 项，消除 "
            f"{n('findings.closed'):g} 项，期末仍存在 {n('findings.left'):g} 项。",
            f"Findings: {n('findings.opened'):g} new, {n('findings.closed'):g} gone,"
            f" {n('findings.left'):g} left.",
        ),
        Words(
            f"事件：受理 {n('incidents.opened'):g} 件，关闭 "
            f"{n('incidents.closed'):g} 件，期末未结 {n('incidents.left'):g} 件；"
            f"响应达成率 {share(met, all_)}（{met:g}/{all_:g}），恢复达成率 "
            f"{share(fixed, faults)}（{fixed:g}/{faults:g}）。",
            f"Incidents: {n('incidents.opened'):g} opened, "
            f"{n('incidents.closed'):g} closed, {n('incidents.left'):g} left; "
            f"response {share(met, all_)} ({met:g}/{all_:g}), restored "
            f"{share(fixed, faults)} ({fixed:g}/{faults:g}).",
        ),
        *_works(n),
    )


def _works(n: Callable[[str], float]) -> tuple[Text, ...]:
    return (
        Words(
            f"服务请求：受理 {n('requests.opened'):g} 件，关闭 {n('requests.closed'):g} 件。",
            f"Requests: {n('requests.opened'):g} opened, {n('requests.closed'):g} closed.",
        ),
        Words(
            f"变更 {n('changes.closed'):g} 项关闭（回退 "
            f"{n('changes.rolled_back'):g} 项），发布 {n('releases.closed'):g} 项，"
            f"问题关闭 {n('problems.closed'):g} 项，硬件维修关闭 {n('repairs.closed'):g} 项。",
            f"Closed: {_several(n('changes.closed'), 'change')} "
            f"({n('changes.rolled_back'):g} rolled back), "
            f"{_several(n('releases.closed'), 'release')}, "
            f"{_several(n('problems.closed'), 'problem')} and "
            f"{_several(n('repairs.closed'), 'repair')}.",
        ),
    )


def _several(count: float, one: str) -> str:
    return f"{count:g} {one}" if count == 1 else f"{count:g} {one}s"


def _verdict(f: Figures) -> Paragraph:
    shares = [
        (f[part] or 0) / whole for part, name in _JUDGED if (whole := f[name] or 0)
    ]
    least = min(shares, default=None)
    if least is None:
        word = Words("未取得（没有可评价的数字）", "not obtained (nothing to judge by)")
    elif least >= GOOD:
        word = Words("绿", "green")
    else:
        word = Words("黄", "yellow") if least >= FAIR else Words("红", "red")
    return Paragraph(
        text=Words(
            f"总体评价：{word.zh}。规则：巡检完成率、响应、恢复、发布达成率中最低者 "
            "≥98% 为绿，≥90% 为黄，否则为红。",
            f"Overall: {word.en}. By rule: the least of rounds held, response, restored and "
            "released is 98% or more for green, 90% for yellow, else red.",
        )
    )


_JUDGED = (
    ("rounds.done", "rounds.due"),
    ("clocks.response.met", "clocks.response.n"),
    ("clocks.restored.met", "clocks.restored.n"),
    ("clocks.released.met", "clocks.released.n"),
)


def _basis(m: Material) -> Block:
    policy = POLICIES[rules_of(m.settings).calendar.policy]
    told = [
        Words(
            f"数据截至 {m.cut_off.astimezone(m.span.zone):%Y-%m-%d %H:%M}，"
            f"报告生成于 {m.at.astimezone(m.span.zone):%Y-%m-%d %H:%M}；"
            f"时区 {m.span.zone}。",
            f"Data until {m.cut_off.astimezone(m.span.zone):%Y-%m-%d %H:%M}, made "
            f"at {m.at.astimezone(m.span.zone):%Y-%m-%d %H:%M}; zone {m.span.zone}.",
        ),
        Words(f"时限日历：{policy.zh}。", f"Calendar of the clocks: {policy.en}."),
    ]
    if m.at < m.span.until:
        told.append(
            Words(
                "本期尚未结束，数字为截至上述时间的数。",
                "The period is not over; figures are those until then.",
            )
        )
    if m.known_since is not None and m.known_since > m.span.first:
        told.append(
            Words(
                f"运维台自 {m.known_since} 起有巡检记录，之前的日子没有登记。",
                f"The desk has rounds on record since {m.known_since}, none before.",
            )
        )
    end = m.settings.contract.end
    if end is not None and m.span.last > end:
        told.append(
            Words(
                f"合同于 {end} 届满，其后的日子没有应巡检的时段，已登记的照常计入。",
                f"The contract ended on {end}: no round was due after it; what is on "
                "record counts.",
            )
        )
    told.append(_former(m))
    zh, en = "".join(w.zh for w in told), " ".join(w.en for w in told)
    return Paragraph(text=Words(f"口径：{zh}", f"Counted: {en}"), note=True)


def _former(m: Material) -> Words:
    """Say what the period is compared with."""
    former = m.span.before
    if m.before_known:
        return Words(
            f"上期为 {former.first} 至 {former.last}。",
            f"The period before is {former.first} to {former.last}.",
        )
    return Words(
        f"上期（{former.first} 至 {former.last}）数据不完整，与上期的对比写「未取得」。",
        f"The period before ({former.first} to {former.last}) is not wholly on record: "
        "comparisons are not obtained.",
    )
