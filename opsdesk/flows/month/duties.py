"""The contract's duties: what fell due in the period, what was done, and where it shows.

A duty whose records the desk does not keep says 未取得 and why; nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from opsdesk.flows.month.material import Material
from opsdesk.flows.month.told import NONE, column, share
from opsdesk.people.models import Role
from opsdesk.reporting.queries.tickets import attained
from opsdesk.tickets.models import Kind
from reports.documents.monthly import ReportSection, Table
from reports.documents.words import Text, Words, not_obtained

Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Duty:
    """One clause: what it asks; what was due and done, None where nobody knows."""

    id: str
    clause: str
    duty: Words
    due: int | None
    done: int | None
    note: Words


def chapter(m: Material, figures: Figures) -> ReportSection:
    """Return the table of every duty."""
    found = tuple(sorted(every(m, figures), key=lambda one: one.id))
    for one in found:
        figures[f"duties.{one.id}.due"] = one.due
        figures[f"duties.{one.id}.done"] = one.done
    return ReportSection(
        key="duties",
        title=Words("合同条款履约一览", "The contract's duties"),
        blocks=(
            Table(
                title=Words("D01–D34 履约情况", "D01–D34: due and done"),
                columns=(
                    column("编号", "Id", 0.9),
                    column("条款", "Clause", 1.5),
                    column("要求", "Duty", 4),
                    column("应完成", "Due", 1.1, right=True),
                    column("已完成", "Done", 1.1, right=True),
                    column("完成率", "Share", 1.2, right=True),
                    column("依据与说明", "Evidence", 4.2),
                ),
                lines=tuple(_line(one) for one in found),
                formula=Words(
                    "由登记簿计算；应完成为 0 时完成率记「—」；"
                    "没有登记簿的写「未取得」，不计为完成。",
                    "computed from the registers; — where nothing was due; what no register "
                    "holds is not obtained, and counts as done nowhere.",
                ),
            ),
        ),
    )


def _line(one: Duty) -> tuple[Text, ...]:
    if one.due is None or one.done is None:
        return (one.id, one.clause, one.duty, NONE, NONE, NONE, not_obtained(one.note))
    return (
        one.id,
        one.clause,
        one.duty,
        str(one.due),
        str(one.done),
        share(one.done, one.due),
        one.note,
    )


def every(m: Material, figures: Figures) -> Iterator[Duty]:
    """Yield every duty; the ids are the contract's order."""
    yield from _faults(m)
    yield from _running(m, figures)
    yield from _registers(m, figures)
    yield from _papers(m, figures)


def _faults(m: Material) -> Iterator[Duty]:
    incidents, requests = m.registers[Kind.INCIDENT], m.registers[Kind.REQUEST]
    solved = sum(r.closed_at is not None for r in incidents.opened)
    yield _known(
        "D01",
        "2.2(1) 4.3.3",
        Words("发现、修复并发布程序故障", "Find, repair and release fixes"),
        (len(incidents.opened), solved),
        Words(
            "第 4 章：本期受理与其中已关闭的事件",
            "chapter 4: incidents opened, and closed of these",
        ),
    )
    met = sum(r.closed_at is not None for r in requests.opened)
    yield _known(
        "D02",
        "2.2(2)",
        Words("修改妨碍业务的功能", "Change functions that hinder"),
        (len(requests.opened), met),
        Words("第 10 章：服务请求受理与办结", "requests opened, and closed of these"),
    )
    yield _clock(
        m, "D08", "4.3.2", Words("1 小时内响应", "Response within an hour"), "response"
    )
    yield _clock(
        m,
        "D09",
        "4.3.2 4.4.1",
        Words("一般故障当日修复发布", "Ordinary faults fixed the same day"),
        "restored",
        complex_=False,
    )
    yield _clock(
        m,
        "D10",
        "4.3.2",
        Words("复杂故障三日修复发布", "Complex faults fixed in three days"),
        "restored",
        complex_=True,
    )
    owed = [r for r in incidents.opened if r.sheet.get("plan_due_at")]
    yield _known(
        "D11",
        "4.4.1",
        Words("超过一天的故障报修改计划", "Faults over a day reported with a plan"),
        (len(owed), sum(bool(r.sheet.get("plan_reported_at")) for r in owed)),
        Words("第 4 章：应报与已报的修改计划", "chapter 4: plans owed and reported"),
    )
    came = [r for r in incidents.opened if r.sheet.get("on_site_at")]
    intime = sum(_minutes(r.opened_at, r.sheet["on_site_at"]) <= ON_SITE for r in came)
    yield _known(
        "D19",
        "4.4.2",
        Words("15 分钟内到场", "On site within 15 minutes"),
        (len(came), intime),
        Words(
            "登记了到场时间的事件；其余未要求到场或未登记",
            "incidents with an arrival on record; others needed none or have none",
        ),
    )


ON_SITE = 15


def _minutes(since: datetime, said: str) -> float:
    return (datetime.fromisoformat(said) - since).total_seconds() / 60


def _clock(
    m: Material,
    id_: str,
    clause: str,
    duty: Words,
    name: str,
    *,
    complex_: bool | None = None,
) -> Duty:
    rows = [
        r
        for r in m.registers[Kind.INCIDENT].opened
        if complex_ is None or bool(r.sheet.get("complex_at")) is complex_
    ]
    kept = attained(rows, name)
    return _known(
        id_,
        clause,
        duty,
        (kept.n, kept.met),
        Words(
            "第 4 章：已关闭事件中达标的", "chapter 4: closed incidents that kept it"
        ),
    )


def _known(
    id_: str, clause: str, duty: Words, figures: tuple[int, int], note: Words
) -> Duty:
    return Duty(id_, clause, duty, figures[0], figures[1], note)


def _unknown(id_: str, clause: str, duty: Words, note: Words) -> Duty:
    return Duty(id_, clause, duty, None, None, note)


_NO_ZH, _NO_EN = "还没有登记簿", "there is no register yet"


def _running(m: Material, figures: Figures) -> Iterator[Duty]:
    yield _unknown(
        "D03",
        "2.2(3) 4.3.6",
        Words("每周检查软件环境升级", "Check for updates weekly"),
        Words(
            "还没有每周升级检查的登记簿", "there is no register of weekly checks yet"
        ),
    )
    months = len({(d.year, d.month) for d in m.span.days})
    yield _known(
        "D04",
        "2.2(4) 4.3.7",
        Words("每月一次应急演练", "A drill every month"),
        (months, int(figures["drills.done"] or 0)),
        Words("第 9 章：已完成的演练", "chapter 9: drills completed"),
    )
    yield _unknown(
        "D05",
        "2.2(5) 4.3.8",
        Words("每日备份、每月恢复演练", "Daily backups, a monthly restore drill"),
        Words(
            f"备份没有登记簿；恢复演练已完成 {figures['drills.restore']:g} 次",
            f"no register of backups; {figures['drills.restore']:g} restore drills completed",
        ),
    )
    n = int(figures["capacity.filesystems"] or 0)
    yield _known(
        "D06",
        "2.2(6)",
        Words("用户增长时保持稳定（容量分析）", "Stay stable as users grow"),
        (1, int(n > 0)),
        Words(
            f"第 2 章：{n} 个分区的容量与预测",
            f"chapter 2: capacity of {n} file systems",
        ),
    )
    yield _unknown(
        "D07",
        "4.3.1",
        Words("服务至合同期满", "Service until the end date"),
        _contract(m),
    )
    for id_, clause, zh, en in _NO_REGISTER:
        yield _unknown(id_, clause, Words(zh, en), Words(_NO_ZH, _NO_EN))
    due, done = int(figures["rounds.due"] or 0), int(figures["rounds.done"] or 0)
    yield _known(
        "D16",
        "4.3.5",
        Words("每日三次监测", "Monitor three times a day"),
        (due, done),
        Words("第 3 章：应巡检与完成", "chapter 3: rounds due and held"),
    )


def _contract(m: Material) -> Words:
    contract = m.settings.contract
    if contract.end is None:
        return Words(
            "config.yaml 没有填写合同起止日期", "config.yaml has no contract dates"
        )
    return Words(f"持续义务，合同至 {contract.end}", f"goes on until {contract.end}")


_NO_REGISTER = (
    ("D12", "4.3.3(1)–(5)", "五类数据修复", "Five data repairs"),
    ("D13", "4.3.4(1)", "与省级平台接口联调", "Joint debugging with provinces"),
    ("D14", "4.3.4(2)", "清理省级脏数据", "Clean provinces' dirty data"),
    ("D15", "4.3.4(3)", "省级数据校验页面", "Validation page for provinces"),
    ("D18", "4.4.1", "实施计划与节点控制", "Implementation plan and milestones"),
    ("D21", "4.4.4", "与现有技术兼容", "Compatibility with present technology"),
    ("D22", "4.4.5", "保密协议、培训、账号与补丁", "Agreements, training, accounts"),
)


def _registers(m: Material, figures: Figures) -> Iterator[Duty]:
    opened = sum(len(r.opened) for r in m.registers.values())
    yield _known(
        "D17",
        "4.3.9",
        Words("登记问题、事件和程序变更", "Register problems, events, changes"),
        (opened, opened),
        Words("六个登记簿本期新增的记录", "records opened in the six registers"),
    )
    heads = sum(r.role in (Role.ENGINEER, Role.LEAD) for r in m.staff.served)
    yield _known(
        "D20",
        "4.4.3",
        Words("不少于 8 名专职人员", "At least 8 dedicated staff"),
        (8, int(figures["staff.heads"] or 0)),
        Words(
            f"在册账号数；本期排班 {heads} 人",
            f"accounts on record; {heads} on the roster",
        ),
    )
    yield _unknown(
        "D23",
        "4.4.6",
        Words("七类应急预案", "Seven emergency plans"),
        Words(
            "预案是文件，随软件提供，其批准情况见应急模块",
            "plans are files that come with the desk; their approval shows there",
        ),
    )
    yield _unknown(
        "D24",
        "4.4.6",
        Words("在约定目标内恢复", "Recovery within objectives"),
        Words(
            "实测值见第 8、9 章的恢复演练与应急响应",
            "see chapters 8 and 9 for what was measured",
        ),
    )
    yield _known(
        "D25",
        "4.4.7(1)",
        Words("运维档案与配置库可追溯", "Archive and configuration library"),
        (m.drift.items, m.drift.items),
        Words(
            "配置库台账项数，每项有修订历史",
            "items of the library, each with its history",
        ),
    )
    change, release = m.registers[Kind.CHANGE], m.registers[Kind.RELEASE]
    yield _known(
        "D26",
        "4.4.7(2)",
        Words("规范的变更流程", "Standard change process"),
        (len(change.opened), len(change.opened)),
        Words("经变更登记簿流转的变更", "changes that went through the register"),
    )
    yield _known(
        "D27",
        "4.4.7(3)",
        Words("准确、安全、可追溯的发布", "Release management"),
        (
            len(release.closed),
            len(release.closed) - int(figures["releases.rolled_back"] or 0),
        ),
        Words("本期关闭与未回退的发布", "releases closed, and not rolled back"),
    )


def _papers(m: Material, figures: Figures) -> Iterator[Duty]:
    days = [
        d
        for d in m.span.days
        if d < m.cut_off.astimezone(m.span.zone).date() or m.at >= m.span.until
    ]
    yield _known(
        "D28",
        "4.5",
        Words("《日常巡检记录》", "Daily inspection record"),
        (len(days), len(m.records)),
        Words("附录 A：已归档的每日记录", "appendix A: records in the archive"),
    )
    yield _known(
        "D29",
        "4.5",
        Words("《运维月报》", "Monthly report"),
        (1, 1),
        Words("本报告", "this report"),
    )
    for id_, kind, zh, en in _FORMS:
        n = len(m.registers[kind].opened)
        yield _known(
            id_,
            "4.5",
            Words(zh, en),
            (n, n),
            Words("每单可出具表单", "a form can be printed of each record"),
        )
    yield _known(
        "D32",
        "4.5",
        Words("《应急响应服务记录》", "Emergency response record"),
        (
            int(figures["drills.emergencies"] or 0),
            int(figures["drills.emergencies"] or 0),
        ),
        Words("第 9 章：应急响应", "chapter 9: emergencies"),
    )
    requests = m.registers[Kind.REQUEST]
    yield _known(
        "D34",
        "2.1",
        Words("为企业与主管部门用户提供帮助", "Help for users"),
        (len(requests.opened), sum(r.closed_at is not None for r in requests.opened)),
        Words("第 10 章：服务请求", "chapter 10: requests"),
    )


_FORMS = (
    ("D30", Kind.CHANGE, "《运维重大变更申请表》", "Major change form"),
    ("D31", Kind.REPAIR, "《硬件维修申请表》", "Repair form"),
    ("D33", Kind.PROBLEM, "《问题记录》", "Problem record"),
)
