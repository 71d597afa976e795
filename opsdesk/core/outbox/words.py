"""What kinds of notice, results and reasons are called."""

from __future__ import annotations

from opsdesk.core.outbox.models import Kind, Result, State
from probes.finding import Words

KIND_WORDS: dict[Kind, Words] = {
    Kind.ESCALATION: Words("时限升级", "Escalation"),
    Kind.APPROVAL_ASKED: Words("待审批", "Approval asked"),
    Kind.APPROVAL_DECIDED: Words("审批结果", "Approval decided"),
    Kind.SUBSTITUTE_ACTED: Words("代签", "Signed by a substitute"),
    Kind.DUTY_DUE: Words("待办到期", "Duty due"),
    Kind.SWAP_ASKED: Words("换班请求", "Swap asked"),
    Kind.HANDOVER_DUE: Words("交接班", "Hand-over due"),
    Kind.INCIDENT_OPENED: Words("新事件", "New incident"),
    Kind.ASSIGNED: Words("指派给你", "Assigned to you"),
    Kind.MENTIONED: Words("有人找你", "You are asked for"),
    Kind.FINDING_CRITICAL: Words("严重发现", "Critical finding"),
    Kind.ROUND_MISSED: Words("漏检", "Round missed"),
    Kind.WARRANTY_ENDS: Words("期限将至", "Term ends soon"),
    Kind.SINK_DOWN: Words("通知渠道故障", "Channel down"),
    Kind.TEST: Words("测试通知", "Test notice"),
}

RESULT_WORDS: dict[Result, Words] = {
    Result.SENT: Words("已送出", "Sent"),
    Result.FAILED: Words("失败", "Failed"),
    Result.TIMED_OUT: Words("超时", "Timed out"),
    Result.PERHAPS: Words("可能已送出", "Perhaps sent"),
}

STATE_WORDS: dict[State, Words] = {
    State.WAITING: Words("等待发送", "Waiting"),
    State.SENDING: Words("发送中", "Being sent"),
    State.SENT: Words("已送出", "Sent"),
    State.PERHAPS: Words("可能已送出", "Perhaps sent"),
    State.GIVEN_UP: Words("已放弃", "Given up"),
    State.DROPPED: Words("不再需要", "No longer needed"),
}

_REASONS: dict[str, Words] = {
    "timed-out": Words("对方在时限内没有答复", "No answer within the limit"),
    "unreachable": Words("连接失败", "No connection"),
    "http": Words("对方返回错误", "The service answered with an error"),
    "refused": Words("对方拒收", "The service refused the message"),
    "odd-answer": Words("看不懂对方的答复", "The answer could not be understood"),
    "bad-url": Words(
        "渠道地址格式不对，请核对其密钥的内容",
        "The channel's address has the wrong form; check its secret",
    ),
    "no-secret": Words(
        "取不到渠道地址的密钥，请用 opsdesk secret set 保存",
        "The channel's address cannot be fetched; keep it with opsdesk secret set",
    ),
    "no-address": Words("此人没有填写邮件地址", "This person has no mail address"),
    "gone": Words("账号已停用", "The account is disabled"),
    "no-channel": Words("配置中已没有这个渠道", "The channel is no longer configured"),
    "lost": Words(
        "发送进程中途结束，不知是否已送出",
        "The sender ended half-way; the message may have been sent",
    ),
    "crashed": Words("发送进程异常退出", "The sending process crashed"),
    "read": Words("本人已在页面上读过", "Read on screen before"),
}


def reason_words(reason: str) -> Words:
    """Return a recorded reason in words, with what the other side said of it."""
    code, _, detail = reason.partition(": ")
    words = _REASONS.get(code)
    if words is None:
        return Words(reason, reason)
    if not detail:
        return words
    return Words(f"{words.zh}（{detail}）", f"{words.en} ({detail})")
