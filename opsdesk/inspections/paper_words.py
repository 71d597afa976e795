"""The words of the daily record for slots, states and outcomes."""

from __future__ import annotations

import re

from opsdesk.inspections.models import Slot
from probes.finding import State
from probes.finding import Words as Sentence
from probes.transcript import Outcome
from reports.documents.daily_record import Mark
from reports.documents.words import Text, Words, joined

SLOTS = {
    Slot.MORNING: Words("早", "Morning"),
    Slot.NOON: Words("中", "Noon"),
    Slot.EVENING: Words("晚", "Evening"),
    Slot.ADHOC: Words("临时", "Ad hoc"),
}
MARKS = {state: Mark(state.value) for state in State}
OUTCOMES = {
    Outcome.ANSWERED: Words("已应答", "answered"),
    Outcome.PARTIAL: Words("部分应答", "answered in part"),
    Outcome.UNREACHED: Words("未连通", "unreached"),
    Outcome.REFUSED: Words("连接被拒绝", "refused"),
    Outcome.TIMED_OUT: Words("超时", "timed out"),
    Outcome.AUTH_FAILED: Words("登录失败", "sign-in failed"),
    Outcome.KEY_CHANGED: Words("主机密钥不符，未登录", "host key not trusted"),
    Outcome.TRUNCATED: Words("输出超限被截断", "output cut off at the limit"),
    Outcome.PARENT_DOWN: Words("跳板机未连通", "its jump host is down"),
}


_WHY = (
    (r"clock stepped by (-?\d+) s", "系统时钟被调整 {} 秒"),
    (r"scheduler was not running until (\S+)", "调度进程没有运行，直到 {}"),
    (
        r"scheduler was held up or the machine slept for (\d+) min",
        "调度进程被耽搁或机器休眠 {} 分钟",
    ),
)
"""What the scheduler writes of a round that was late or missed."""


def why(reason: str, suspect: str = "") -> Text:
    """Return why a round was late or missed, and why it is too good to be true."""
    told = [_cause(reason)] if reason else []
    told += [_doubt(part) for part in suspect.split("; ") if part]
    return joined(tuple(told), "；", "; ") if told else ""


def _cause(reason: str) -> Words:
    for pattern, zh in _WHY:
        if found := re.fullmatch(pattern, reason):
            return Words(zh.format(found[1]), reason)
    return Words(reason, reason)  # in a person's own words


def _doubt(part: str) -> Words:
    if found := re.fullmatch(r"too-fast (\d+) (\d+)", part):
        took, usual = (f"{int(each) / 1000:.1f}" for each in found.groups())
        return Words(
            f"用时 {took} 秒，远少于平时的 {usual} 秒",
            f"took {took} s, far less than the usual {usual} s",
        )
    if found := re.fullmatch(r"unchanged (\S+)", part):
        return Words(
            f"{found[1]} 的应答与上次逐字节相同",
            f"the answer of {found[1]} is the former one, byte by byte",
        )
    return Words(part, part)


def paper_words(words: Sentence) -> Words:
    """Return a sentence of the probes as words of the paper."""
    return Words(words.zh, words.en)
