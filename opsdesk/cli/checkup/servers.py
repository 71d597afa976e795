"""What is configured: contract, host keys, jump hosts, old SSH."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator

from opsdesk.cli.checkup.line import Line, attention, fine, problem, same
from opsdesk.core import clock
from opsdesk.core.settings import Settings
from probes.finding import Words
from probes.server import Transport

_WIRED = frozenset({Transport.SSH, Transport.OPENSSH})
_NAMED = 5


def contract(settings: Settings) -> Iterator[Line]:
    """Look whether papers will have a complete head, within the contract's time."""
    deal = settings.contract
    named = {
        "customer": deal.customer,
        "contractor": deal.contractor,
        "project": deal.project,
    }
    blank = [key for key, value in named.items() if not value]
    today = clock.local_day(clock.now(), settings.desk.timezone)
    if blank:
        found = _BLANK.fill(keys=", ".join(blank))
        yield attention(_CONTRACT, found, _FILL_IN)
    elif deal.end is not None and today > deal.end:
        yield attention(_CONTRACT, _ENDED.fill(end=deal.end), _RENEW)
    else:
        yield fine(_CONTRACT, same(deal.project))


def host_keys(settings: Settings) -> Iterator[Line]:
    """Look which servers have no pinned key, and so will not be signed in to."""
    wired = [one for one in settings.servers if one.transport in _WIRED]
    bare = [one.name for one in wired if not one.host_keys]
    found = _PINNED.fill(pinned=len(wired) - len(bare), all=len(wired))
    if bare:
        names = ", ".join(bare[:_NAMED]) + ("…" if len(bare) > _NAMED else "")
        yield attention(_HOST_KEYS, found, _PIN.fill(names=names, first=bare[0]))
    else:
        yield fine(_HOST_KEYS, found)


def gateways(settings: Settings) -> Iterator[Line]:
    """Say how many servers stand behind each jump host."""
    behind = Counter(one.via[-1].name for one in settings.servers if one.via)
    if not behind:
        yield fine(_GATEWAYS, _NO_GATEWAY)
        return
    parts = [f"{name} ({count})" for name, count in sorted(behind.items())]
    yield fine(_GATEWAYS, same(", ".join(parts)))


def old_ssh(settings: Settings) -> Iterator[Line]:
    """Look whether the system's ssh is there for the servers that need it."""
    wanting = [
        one.name for one in settings.servers if one.transport is Transport.OPENSSH
    ]
    if not wanting:
        return
    found = same(", ".join(wanting[:_NAMED]))
    if shutil.which("ssh") is None:
        yield problem(_OLD_SSH, found, _INSTALL_SSH)
    else:
        yield attention(_OLD_SSH, found, _WEAK)


_CONTRACT = Words("合同信息", "Contract")
_BLANK = Words("未填：{keys}", "not filled in: {keys}")
_FILL_IN = Words(
    "请在 contract 中填写，否则记录的页眉空缺。",
    "Fill them in under `contract`, or papers have blanks in their head.",
)
_ENDED = Words("已于 {end} 到期", "ended on {end}")
_RENEW = Words(
    "续签后请更新 contract.end。", "Once it is renewed, change contract.end."
)
_HOST_KEYS = Words("主机密钥", "Host keys")
_PINNED = Words("已固定 {pinned}/{all}", "{pinned} of {all} pinned")
_PIN = Words(
    "未固定的不会登录：{names}。请核对后运行 opsdesk hosts trust {first}。",
    "Nobody signs in to {names}. Compare and pin: opsdesk hosts trust {first}",
)
_GATEWAYS = Words("跳板机", "Jump hosts")
_NO_GATEWAY = Words("没有使用", "none in use")
_OLD_SSH = Words("旧式 SSH", "Old SSH")
_INSTALL_SSH = Words(
    "没有 ssh 命令，请安装 openssh-client。", "There is no ssh; install openssh-client."
)
_WEAK = Words(
    "这些服务器只支持 SHA-1，请安排升级。", "They speak SHA-1 only; plan an upgrade."
)
