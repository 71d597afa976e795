"""`notices`: through what people are told, and when they are not to be."""

from __future__ import annotations

from datetime import timedelta

from opsdesk.core.settings.credentials import Binder
from opsdesk.core.settings.forms import ChannelForm, NoticesForm
from opsdesk.core.settings.mistakes import Notebook
from opsdesk.core.settings.model import Channel, Notices
from probes.finding import Words

_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(minutes=5)


def read(form: NoticesForm, book: Notebook, binder: Binder) -> Notices:
    """Return `notices`; the addresses stay references until something is sent."""
    here = ("notices",)
    if not _SHORTEST <= form.timeout <= _LONGEST:
        book.note((*here, "timeout"), _TIMEOUT)
    channels = {
        name: _channel(name, one, book, binder) for name, one in form.channels.items()
    }
    return Notices(
        channels=channels,
        quiet=form.quiet,
        urgent_breaks_quiet=form.urgent_breaks_quiet,
        digest=form.digest,
        per_hour=form.per_hour,
        timeout=form.timeout,
    )


def _channel(name: str, form: ChannelForm, book: Notebook, binder: Binder) -> Channel:
    here = ("notices", "channels", name)
    if form.from_ and form.kind != "email":
        book.note((*here, "from"), _FROM)
    if form.server is not None and form.kind in ("email", "webhook"):
        book.note((*here, "server"), _SERVER)
    return Channel(
        name=name,
        kind=form.kind,
        url=binder.bind(form.url),
        sender=form.from_,
        server=(form.server or "").rstrip("/"),
        roles=frozenset(form.roles),
    )


_TIMEOUT = Words("应在 1s 到 5m 之间。", "This should be between 1s and 5m.")
_FROM = Words(
    "from 只用于 kind: email 的渠道。", "Only a channel of kind: email has a from."
)
_SERVER = Words(
    "server 只用于钉钉、企业微信、飞书的私有部署；邮件和 webhook 的地址都在 url 里。",
    "server is for private installations of DingTalk, WeCom and Feishu; the address of "
    "mail and webhooks is all in url.",
)
