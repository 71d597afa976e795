"""The words of the daily record for slots, states and outcomes."""

from __future__ import annotations

from opsdesk.inspections.models import Slot
from probes.finding import State
from probes.finding import Words as Sentence
from probes.transcript import Outcome
from reports.documents.daily_record import Mark
from reports.documents.words import Words

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


def paper_words(words: Sentence) -> Words:
    """Return a sentence of the probes as words of the paper."""
    return Words(words.zh, words.en)
