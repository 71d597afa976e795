"""What the states, parts, phases and clocks of runs are called, on screen and paper."""

from __future__ import annotations

from opsdesk.responses.states import Purpose, Rung, RungState, StepState, What
from probes.finding import Words
from runbooks.plan import (
    Action,
    Clock,
    Doing,
    Level,
    Mode,
    Part,
    Phase,
    Proof,
    Scenario,
)

SCENARIOS = {
    Scenario.HACKER_ATTACK: Words("黑客攻击", "Hacker attack"),
    Scenario.VIRUS: Words("病毒安全", "Virus"),
    Scenario.DESTRUCTIVE_ATTACK: Words("业务系统遭受破坏性攻击", "Destructive attack"),
    Scenario.DATABASE_SECURITY: Words("数据库安全", "Database security"),
    Scenario.WAN_OUTAGE: Words("广域网外部线路中断", "WAN line outage"),
    Scenario.DEVICE_SAFETY: Words("设备安全", "Device safety"),
    Scenario.STAFF_ABSENT: Words("运维人员不在岗", "Staff absent"),
    Scenario.RESTORE: Words("恢复演练", "Restore drill"),
    Scenario.PATCHING: Words("补丁升级", "Patching"),
}
LEVELS = {
    Level.ONE: Words("Ⅰ 级 特别重大", "Level I, extremely grave"),
    Level.TWO: Words("Ⅱ 级 重大", "Level II, grave"),
    Level.THREE: Words("Ⅲ 级 较大", "Level III, serious"),
    Level.FOUR: Words("Ⅳ 级 一般", "Level IV, ordinary"),
}
MODES = {
    Mode.TABLETOP: Words("桌面推演", "Tabletop"),
    Mode.SANDBOX: Words("沙箱", "Sandbox"),
    Mode.LIVE: Words("实操", "Live"),
}
PARTS = {
    Part.LEADERS: Words("应急领导小组", "Leaders"),
    Part.COMMANDER: Words("应急指挥", "Commander"),
    Part.OPERATOR: Words("技术处置组", "Operators"),
    Part.LIAISON: Words("联络组", "Liaison"),
    Part.SCRIBE: Words("记录组", "Scribe"),
    Part.SUPPORT: Words("保障组", "Support"),
}
PHASES = {
    Phase.DETECT: Words("发现", "Detect"),
    Phase.ASSESS: Words("判级与报告", "Assess and report"),
    Phase.CONTAIN: Words("抑制", "Contain"),
    Phase.PRESERVE: Words("取证与保全", "Preserve evidence"),
    Phase.ERADICATE: Words("根除", "Eradicate"),
    Phase.RESTORE: Words("恢复", "Restore"),
    Phase.VERIFY: Words("验证", "Verify"),
    Phase.REPORT: Words("报告与告知", "Report"),
    Phase.CLOSE: Words("总结", "Close"),
}
DOINGS = {
    Doing.MANUAL: Words("人工", "By hand"),
    Doing.AUTOMATIC: Words("自动", "Automatic"),
    Doing.APPROVAL: Words("审批", "Approval"),
}
PROOFS = {
    Proof.TEXT: Words("文字记录", "a written record"),
    Proof.FILE: Words("文件", "a file"),
    Proof.PHOTO: Words("照片或截图", "a photo or screenshot"),
}
CLOCKS = {
    Clock.FAULT: Words("T0 故障发生", "T0 fault"),
    Clock.DETECTED: Words("T1 发现", "T1 detected"),
    Clock.ACKNOWLEDGED: Words("T2 响应", "T2 acknowledged"),
    Clock.ON_SITE: Words("T3 到场", "T3 on site"),
    Clock.CONTAINED: Words("T4 抑制", "T4 contained"),
    Clock.RESTORED: Words("T5 恢复", "T5 restored"),
    Clock.VERIFIED: Words("T6 验证", "T6 verified"),
    Clock.CLOSED: Words("T7 关闭", "T7 closed"),
}
ACTIONS = {
    Action.SSH_CHECK: Words("巡检服务器", "Inspect a server"),
    Action.SERVICE_STATUS: Words("查服务状态", "Check a service"),
    Action.TCP_CHECK: Words("查端口", "Check a port"),
    Action.HTTP_CHECK: Words("查网页", "Check a page"),
    Action.RESTORE_RUN: Words("恢复备份", "Restore a backup"),
    Action.RESTORE_VERIFY: Words("核对恢复结果", "Verify what was restored"),
    Action.SWITCH: Words("切换", "Switch over"),
}
PURPOSES = {
    Purpose.DRILL: Words("演练", "Drill"),
    Purpose.EMERGENCY: Words("应急响应", "Emergency"),
    Purpose.RESTORE: Words("恢复演练", "Restore drill"),
    Purpose.PATCHING: Words("补丁升级", "Patching"),
}
STEP_STATES = {
    StepState.PENDING: Words("待办", "To do"),
    StepState.RUNNING: Words("进行中", "Running"),
    StepState.DONE: Words("完成", "Done"),
    StepState.FAILED: Words("失败", "Failed"),
    StepState.SKIPPED: Words("跳过", "Skipped"),
    StepState.EXPIRED: Words("过期", "Expired"),
    StepState.UNKNOWN: Words("结果未知", "Outcome unknown"),
}
WHAT = {
    What.OPENED: Words("开启", "Opened"),
    What.MOVED: Words("状态", "State"),
    What.STEP: Words("步骤", "Step"),
    What.NOTED: Words("记录", "Note"),
    What.EVIDENCE: Words("证据", "Evidence"),
    What.CLOCK: Words("时刻", "Clock"),
    What.RECOVERY_POINT: Words("恢复点", "Recovery point"),
    What.LEVEL: Words("级别", "Level"),
    What.ROLE: Words("角色", "Role"),
    What.REPORTED: Words("报告甲方", "Reported"),
    What.ESCALATED: Words("升级通知", "Escalated"),
    What.ALARMED: Words("警报", "Alarm"),
    What.EVALUATED: Words("评估", "Evaluated"),
    What.ATTENDED: Words("到场", "Attended"),
    What.SIGNED: Words("签字", "Signed"),
    What.LINKED: Words("改进项", "Improvement"),
    What.PRINTED: Words("归档", "Archived"),
}
RUNGS = {
    Rung.PRIMARY: Words("主班", "On duty"),
    Rung.SECONDARY: Words("备班", "Second"),
    Rung.LEAD: Words("负责人", "Lead"),
    Rung.CUSTOMER: Words("甲方", "Customer"),
}
RUNG_STATES = {
    RungState.WAITING: Words("未到时间", "Waiting"),
    RungState.TOLD: Words("已通知", "Told"),
    RungState.SPARED: Words("无需通知", "Not needed"),
    RungState.NOBODY: Words("无人可通知", "Nobody to tell"),
}
