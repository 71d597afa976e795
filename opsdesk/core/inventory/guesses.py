"""Kinds and zones from the words other tools use for groups, names and cells."""

from __future__ import annotations

import re
from collections.abc import Iterable

from probes.server import Kind

_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"audit|审计", Kind.AUDIT),
    (r"data.?(zone.?)?(fw|firewall)|数据区防火墙", Kind.DATA_ZONE_FIREWALL),
    (r"\bfw\b|firewall|防火墙", Kind.SECURITY_ZONE_FIREWALL),
    (r"\bips\b|\bids\b|intrusion|入侵", Kind.INTRUSION_PREVENTION),
    (r"\bnas\b|storage|存储", Kind.NAS),
    (r"redis|cache|memcache|缓存", Kind.CACHE),
    (
        r"\bdb\b|database|mysql|maria|postgres|pgsql|oracle|数据库",
        Kind.CLASS_1_DATABASE,
    ),
    (r"publish|发布", Kind.PUBLISHING_APPLICATION),
    (r"filing|填报", Kind.FILING_APPLICATION),
    (r"exchange|前置|交换", Kind.EXCHANGE),
    (r"workstation|工作站", Kind.GRAPHICS_WORKSTATION),
    (r"stream|流媒体", Kind.STREAMING),
    (r"video|视频", Kind.VIDEO),
    (r"nms|netmgmt|management|网管", Kind.NETWORK_MANAGEMENT),
    (r"\bweb\b|nginx|apache|httpd", Kind.WEB_APPLICATION),
)
_ZONES: tuple[tuple[str, str], ...] = (
    (r"internet|\bdmz\b|public|external|互联网|外网", "internet"),
    (r"private|intranet|internal|专网|内网", "private"),
    (r"office|办公", "office"),
    (r"security|安全", "security"),
)


def kind_named(text: str) -> str:
    """Return the kind a cell says, by its key or either title; "" if it is none."""
    wanted = text.strip().casefold()
    for kind in Kind:
        titles = {kind.value, kind.words.zh.casefold(), kind.words.en.casefold()}
        if wanted in titles:
            return kind.value
    return ""


def kind_from(words: Iterable[str]) -> str:
    """Guess a kind from group names and the like; "" where nothing hints at one."""
    return next((found for word in words if (found := _kind(word))), "")


def zone_from(words: Iterable[str]) -> str:
    """Guess a zone from group names; "" where nothing hints at one."""
    for word in words:
        for pattern, zone in _ZONES:
            if re.search(pattern, word.casefold()):
                return zone
    return ""


def _kind(word: str) -> str:
    # digits, underscores and plurals would hide a word's end: db01, web_servers, dbs
    text = re.sub(r"[\d_\-.]+", " ", word.casefold())
    text = re.sub(r"\b(db|web|fw|nas)s\b", r"\1", text)
    for pattern, kind in _KINDS:
        if re.search(pattern, text):
            return kind.value
    return ""
