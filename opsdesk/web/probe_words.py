"""How screens name probes and the reasons for gaps."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _

from opsdesk.web.language import words
from probes import catalogue
from probes.reply import ReplyStatus
from probes.server import Kind


def install(app: Flask) -> None:
    """Make the filters known to templates."""
    app.add_template_filter(probe_title)
    app.add_template_filter(gap_word)
    app.add_template_filter(kind_word)


def probe_title(name: str) -> str:
    """Return a probe's title in the page's language, its name where it is unknown."""
    if name == "connection":
        return str(_("连接"))
    for probe in catalogue.PROBES:
        if probe.name == name:
            return words(probe.title)
    return name


def kind_word(kind: str) -> str:
    """Return what a kind of server is called, its name where it is unknown."""
    return words(Kind(kind).words) if kind in set(Kind) else kind


def gap_word(status: str) -> str:
    """Return why there are no facts, in a word or two."""
    sentences = {
        ReplyStatus.READ: _("已读取"),
        ReplyStatus.ABSENT: _("本机没有"),
        ReplyStatus.DENIED: _("权限不足"),
        ReplyStatus.TIMED_OUT: _("超时"),
        ReplyStatus.UNREADABLE: _("无法识别"),
        ReplyStatus.MISSING: _("没有回答"),
    }
    return str(sentences[ReplyStatus(status)])
