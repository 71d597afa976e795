"""The chapters on user support, on security, and on the people."""

from __future__ import annotations

from collections import Counter

from opsdesk.flows.month.incidents import enter, flow, grouped
from opsdesk.flows.month.material import Material
from opsdesk.flows.month.told import NONE, brief, change, column, count, share, stamp
from opsdesk.people.handover.models import HandoverState
from opsdesk.people.models import Role
from opsdesk.reporting.queries.tickets import TicketRow
from opsdesk.tickets.models import Kind
from reports.documents.charts import Chart, ChartKind, Series
from reports.documents.monthly import Missing, Paragraph, ReportSection, Table
from reports.documents.words import Text, Words

Figures = dict[str, float | None]
LEAST_STAFF = 8  # contract 4.4.3
REGIONS = 12


def support(m: Material, figures: Figures) -> ReportSection:
    """Return the chapter on requests and on users by region."""
    found = m.registers[Kind.REQUEST]
    enter(found, figures, "requests")
    rated = [r for r in found.closed if str(r.sheet.get("satisfaction", "")).isdigit()]
    figures["requests.rated"] = len(rated)
    return ReportSection(
        key="support",
        title=Words("用户支持", "User support"),
        blocks=(
            flow(m, found, Words("服务请求", "Requests")),
            grouped(
                found.opened,
                "category",
                Words("服务请求按类别", "Requests by category"),
                Kind.REQUEST,
            ),
            grouped(
                found.opened,
                "channel",
                Words("服务请求按渠道", "Requests by channel"),
                Kind.REQUEST,
            ),
            _rated(rated),
            _regions(m),
            *_region_chart(m),
            Missing(
                title=Words("电话接通率", "Calls answered"),
                reason=Words(
                    "电话系统没有接入运维台",
                    "the telephone system is not connected to the desk",
                ),
            ),
        ),
    )


def _rated(rated: list[TicketRow]) -> Paragraph:
    total = sum(int(row.sheet["satisfaction"]) for row in rated)
    mean = f"{total / len(rated):.2f}" if rated else NONE
    return Paragraph(
        text=Words(
            f"满意度：本期关闭且有评分的服务请求 {len(rated)} 件，平均 "
            f"{mean} 分（满分 5 分）。",
            f"Satisfaction: {len(rated)} closed requests were rated, {mean} "
            "of 5 on average.",
        )
    )


def _by_region(m: Material) -> dict[str, Counter[str]]:
    counted: dict[str, Counter[str]] = {}
    for kind in (Kind.INCIDENT, Kind.REQUEST):
        for row in m.registers[kind].opened:
            counted.setdefault(row.region or "/", Counter())[kind.value] += 1
    order = sorted(counted, key=lambda r: (r == "/", -sum(counted[r].values()), r))
    return {region: counted[region] for region in order}


_UNKNOWN = Words("未填区域", "no region given")
_REGIONS = (
    column("区域", "Region", 3),
    column("事件", "Incidents", 1.4, right=True),
    column("服务请求", "Requests", 1.4, right=True),
    column("合计", "All", 1.4, right=True),
    column("上期", "Before", 1.4, right=True),
    column("增减", "Difference", 1.4, right=True),
)


def _regions(m: Material) -> Table:
    before: Counter[str] = Counter(
        row.region or "/"
        for kind in (Kind.INCIDENT, Kind.REQUEST)
        for row in m.registers[kind].before
    )
    found = _by_region(m)
    lines = [
        (
            region if region != "/" else _UNKNOWN,
            str(row["incident"]),
            str(row["request"]),
            str(sum(row.values())),
            *_compared(m, sum(row.values()), before[region]),
        )
        for region, row in found.items()
    ]
    total = sum(sum(row.values()) for row in found.values())
    if lines:
        lines.append(
            (
                Words("合计", "All"),
                str(sum(r["incident"] for r in found.values())),
                str(sum(r["request"] for r in found.values())),
                str(total),
                *_compared(m, total, sum(before.values())),
            )
        )
    return Table(
        title=Words("按区域统计", "By region"),
        columns=_REGIONS,
        lines=tuple(lines),
        total=True,
        formula=Words(
            "本期受理的事件与服务请求，按报告人所在区域。",
            "incidents and requests opened in the period, by their reporter's region.",
        ),
    )


def _compared(m: Material, now: int, before: int) -> tuple[Text, Text]:
    old = before if m.before_known else None
    return count(old), change(now, old)


def _region_chart(m: Material) -> tuple[Chart, ...]:
    """Return the chart; none where nobody asked, as the table before it says."""
    found = dict(list(_by_region(m).items())[:REGIONS])
    if not found:
        return ()
    chart = Chart(
        title=Words("各区域受理量", "Opened by region"),
        unit=Words("件", "records"),
        kind=ChartKind.STACKED,
        labels=tuple(_UNKNOWN if one == "/" else one for one in found),
        series=tuple(
            Series(name=words, values=tuple(float(row[key]) for row in found.values()))
            for key, words in (
                ("incident", Words("事件", "incidents")),
                ("request", Words("服务请求", "requests")),
            )
        ),
    )
    return (chart,)


_UNKEPT = (
    Missing(
        title=Words("保密协议与培训", "Agreements and training"),
        reason=Words(
            "还没有协议和培训的登记簿",
            "there is no register of agreements and training yet",
        ),
    ),
    Missing(
        title=Words("漏洞与特征库", "Vulnerabilities and signatures"),
        reason=Words(
            "还没有漏洞修复的登记簿",
            "there is no register of vulnerabilities yet",
        ),
    ),
)


def security(m: Material, figures: Figures) -> ReportSection:
    """Return the chapter on sign-ins, drift, and what has no register."""
    staff = m.staff
    figures["security.sign_ins"] = staff.sign_ins
    figures["security.failures"] = staff.failures
    figures["security.drifts"] = len(m.drift.drifts)
    logins = [c for c in m.conditions if c.probe in ("logins", "accounts", "identity")]
    figures["security.login_findings"] = len(logins)
    return ReportSection(
        key="security",
        title=Words("安全", "Security"),
        blocks=(
            Paragraph(
                text=Words(
                    f"本期登录运维台 {staff.sign_ins} 次，登录失败 {staff.failures} "
                    "次；巡检在设备上"
                    f"发现登录与账号方面的异常 {len(logins)} 项，配置差异 "
                    f"{len(m.drift.drifts)} 项。",
                    f"The desk was signed in to {staff.sign_ins} times, {staff.failures} "
                    f"attempts failed; rounds found {len(logins)} oddities of logins and "
                    f"accounts on devices and {len(m.drift.drifts)} configuration differences.",
                )
            ),
            _drifts(m),
            *_UNKEPT,
        ),
    )


_DRIFTS = {
    "open": Words("待处理", "open"),
    "explained": Words("已由变更说明", "explained by a change"),
    "accepted": Words("已确认", "accepted"),
    "gone": Words("已恢复", "gone"),
}


def _drifts(m: Material) -> Table:
    return Table(
        title=Words("配置差异（巡检所见与台账不符）", "Found otherwise than recorded"),
        columns=(
            column("编号", "Code", 2),
            column("名称", "Name", 2),
            column("属性", "Field", 1.5),
            column("台账", "Recorded", 2.5),
            column("实际", "Found", 2.5),
            column("发现", "Seen", 1.4),
            column("处理", "State", 1.6),
        ),
        lines=tuple(
            (
                one.code,
                one.name,
                one.field,
                brief(one.was, 60),
                brief(one.found, 60),
                stamp(one.seen_at, m.span.zone),
                _DRIFTS[one.state.value],
            )
            for one in m.drift.drifts
        ),
    )


_DUTIES = (
    column("姓名", "Name", 3),
    column("岗位", "Role", 2),
    column("排班次数", "Duties", 1.4, right=True),
    column("到岗签到", "Attended", 1.4, right=True),
    column("迟到", "Late", 1.2, right=True),
    column("到岗率", "Share", 1.4, right=True),
)


def staff(m: Material, figures: Figures) -> ReportSection:
    """Return the chapter on who was on duty and what was handed over."""
    heads, rows = m.staff.head_count, m.staff.served
    figures["staff.heads"] = heads
    figures["staff.duties"] = sum(r.duties for r in rows)
    figures["staff.attended"] = sum(r.attended for r in rows)
    taken = m.staff.handovers.get(HandoverState.TAKEN, 0)
    every = sum(m.staff.handovers.values())
    figures["staff.handovers"], figures["staff.taken"] = every, taken
    return ReportSection(
        key="staff",
        title=Words("人员与值班", "Staff and roster"),
        blocks=(
            Paragraph(
                text=Words(
                    f"期末在册运维人员（工程师与负责人账号）{heads} 人，"
                    f"合同要求不少于 {LEAST_STAFF} 人；"
                    f"登记交接班 {every} 次，双方签字 {taken} 次。",
                    f"{heads} accounts of engineers and leads stood at the end of the period; "
                    f"the contract wants {LEAST_STAFF}. {every} hand-overs are on record, "
                    f"{taken} signed by both.",
                )
            ),
            _attendance(m),
        ),
    )


def _attendance(m: Material) -> Table:
    return Table(
        title=Words("值班与到岗", "Duties and attendance"),
        columns=_DUTIES,
        lines=tuple(
            (
                row.name,
                _ROLES.get(row.role, row.role.value),
                str(row.duties),
                str(row.attended),
                str(row.late),
                share(row.attended, row.duties),
            )
            for row in m.staff.served
        ),
        nothing=Words("未取得（本期没有排班）", "not obtained (no roster was made)"),
        formula=Words(
            "排班＝本期值班表上的班次（含带班、备班）；到岗＝在运维台签到；"
            "迟到＝晚于开班 15 分钟。",
            "duties of the roster, leaders and backups too; attended = signed in on "
            "post; late = more than 15 minutes after the shift began.",
        ),
    )


_ROLES = {
    Role.ENGINEER: Words("运维工程师", "engineer"),
    Role.LEAD: Words("运维负责人", "lead"),
}
