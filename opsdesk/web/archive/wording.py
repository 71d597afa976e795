"""What the archive's screens call shelves, labels, kinds and readings."""

from __future__ import annotations

from collections.abc import Mapping

from opsdesk.archive.models import UPLOAD, Category, Label, Reading
from opsdesk.core.text import one_line
from opsdesk.web.language import words
from opsdesk.web.words import LazyString
from opsdesk.web.words import gettext as _
from opsdesk.web.words import lazy_gettext as _l
from probes.finding import Words
from reports.documents.forms.catalogue import FORMS

CATEGORIES: Mapping[Category, LazyString] = {
    Category.ROUNDS: _l("巡检记录"),
    Category.REPORTS: _l("报告"),
    Category.INCIDENTS: _l("事件与问题"),
    Category.REQUESTS: _l("服务请求"),
    Category.CHANGES: _l("变更与发布"),
    Category.REPAIRS: _l("硬件维修"),
    Category.PLANS: _l("预案与演练"),
    Category.CONTRACT: _l("合同与制度"),
    Category.TECHNICAL: _l("技术资料"),
    Category.TRAINING: _l("培训"),
    Category.OTHER: _l("其他"),
}
LABELS: Mapping[Label, LazyString] = {
    Label.OPEN: _l("公开"),
    Label.INTERNAL: _l("内部"),
    Label.RESTRICTED: _l("受限"),
}
LABEL_HINTS: Mapping[Label, LazyString] = {
    Label.OPEN: _l("凡能登录的人都可以看"),
    Label.INTERNAL: _l("运维团队和甲方可以看"),
    Label.RESTRICTED: _l("只有运维负责人、甲方代表和安全管理员可以看"),
}
LABEL_ICONS = {Label.OPEN: "world", Label.INTERNAL: "users", Label.RESTRICTED: "lock"}
READINGS: Mapping[Reading | None, LazyString] = {
    None: _l("等待读取正文"),
    Reading.READ: _l("正文可搜"),
    Reading.WORDLESS: _l("只有图片，没有文字"),
    Reading.LOCKED: _l("有密码，正文没有读"),
    Reading.BROKEN: _l("文件读不出来"),
    Reading.TOO_LARGE: _l("太大，正文没有读"),
    Reading.UNKNOWN: _l("这类文件不读正文"),
}
READING_ICONS = {
    None: "hourglass",
    Reading.READ: "circle-check",
    Reading.WORDLESS: "eye-off",
    Reading.LOCKED: "lock",
    Reading.BROKEN: "alert-triangle",
    Reading.TOO_LARGE: "alert-triangle",
    Reading.UNKNOWN: "circle-dashed",
}
_CONSOLE = "cli:"
_KINDS: Mapping[str, LazyString] = {
    UPLOAD: _l("上传的文件"),
    "daily_record": _l("日常巡检记录"),
    "monthly_report": _l("运维月报"),
    "run:drill": _l("应急演练记录"),
    "run:response": _l("应急响应服务记录"),
    "plan": _l("应急预案"),
}


def kind_word(kind: str) -> str:
    """Return what a kind of document is called; an unknown one, by its own name."""
    form = FORMS.get(kind.removeprefix("form:"))
    if kind.startswith("form:") and form is not None:
        return words(Words(form.title.zh, form.title.en))
    return str(_KINDS.get(kind, kind))


def person_word(username: str, names: Mapping[str, str]) -> str:
    """Return a person's name; whoever acted in the machine's shell, by his account."""
    if username.startswith(_CONSOLE):
        account = one_line(username.removeprefix(_CONSOLE))
        return _("命令行（%(account)s）", account=account)
    return one_line(names.get(username, username)) or _("系统")


def size_word(size: int) -> str:
    """Return a size in the unit that people read: 812 字节, 4.2 MiB."""
    amount = float(size)
    for unit in ("KiB", "MiB", "GiB"):
        amount /= 1024
        if amount < 1024:  # noqa: PLR2004 - of the next unit
            return f"{amount:.1f} {unit}" if size >= 1024 else _("%(n)s 字节", n=size)  # noqa: PLR2004
    return f"{amount:.1f} GiB"
