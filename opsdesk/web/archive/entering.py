"""Files put into the archive, new versions of them, and what is said of them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

from flask import flash, g, render_template, request, url_for
from werkzeug.wrappers import Response

from opsdesk.archive import entering, queries
from opsdesk.archive.entering import Card
from opsdesk.archive.models import UPLOAD, Category, Document, Label
from opsdesk.archive.queries import DocumentView
from opsdesk.core.errors import NotFound, Refused, Stale
from opsdesk.flows import keep_documents
from opsdesk.flows.keep_documents import File
from opsdesk.web import unit
from opsdesk.web.access import BUSINESS, may, somebody
from opsdesk.web.archive import card
from opsdesk.web.archive.blueprint import (
    ONE,
    document_at,
    may_describe,
    screen,
    spoken,
    who,
)
from opsdesk.web.gate import go
from opsdesk.web.language import said
from opsdesk.web.words import gettext as _

MOST_BYTES = 32 << 20
CONFLICT, UNPROCESSABLE = 409, 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a form holds, as it was typed."""

    title: str = ""
    category: str = Category.OTHER.value
    label: str = Label.INTERNAL.value
    keywords: str = ""
    keep_until: str = ""
    note: str = ""

    @property
    def card(self) -> Card:
        """Return what is said of the document. Raises Refused for a day that is none."""
        try:
            until = date.fromisoformat(self.keep_until) if self.keep_until else None
            category, label = Category(self.category), Label(self.label)
        except ValueError as error:
            raise Refused(
                "日期、类别或密级不对，没有保存；填写的内容还在。日期请写成 2026-11-22。"
            ) from error
        return Card(
            title=self.title,
            category=category,
            label=label,
            keywords=self.keywords,
            keep_until=until,
        )


@screen.get("/new")
@may(*BUSINESS)
def new() -> str:
    """Offer the form of a new document."""
    return _form(Typed())


@screen.post("/new")
@may(*BUSINESS)
def create() -> Response | tuple[str, int]:
    """Keep a file under a new number; what was typed stays where it is refused."""
    typed = _typed()
    try:
        row = _enter(_file(typed))
    except Refused as refusal:
        unit.roll_back()
        return _form(typed, refused=said(refusal)), _status(refusal)
    return _filed(row.number, row.version)


@screen.get("/<number>/new")
@may(*BUSINESS)
def renew(number: str) -> str:
    """Offer the form of a new version, filled with what is said of the former one."""
    former = _former(number)
    return _form(_of(former), former=former)


@screen.post("/<number>/new")
@may(*BUSINESS)
def supersede(number: str) -> Response | tuple[str, int]:
    """Keep a file as the next version of a number."""
    former, typed = _former(number), _typed()
    try:
        seen = request.form.get("seen", 0, type=int)
        row = _enter(replace(_file(typed), number=number, seen=seen))
    except Refused as refusal:
        unit.roll_back()
        return _form(typed, former=former, refused=said(refusal)), _status(refusal)
    return _filed(row.number, row.version)


@screen.post(f"{ONE}/about")
@may(*BUSINESS)
def describe(number: str, version: int) -> Response | tuple[Response, int]:
    """Change what is said of a document; its files stay as they are."""
    view, typed = document_at(number, version), _typed()
    try:
        _require_holding(view)
        _require_own(view)
        entering.describe(
            unit.session(), number, typed.card, seen=_seen(), by=_who(), at=g.at
        )
    except Refused as refusal:
        unit.roll_back()
        held = document_at(number, version)
        return card.drawn(held, refused=said(refusal), held=typed), _status(refusal)
    flash(_("说明已保存，文件没有改动。"))
    return go(url_for("archive.card", number=number, version=version))


def _require_holding(view: DocumentView) -> None:
    if view.superseded:
        raise Refused("这一版已被取代，它的说明不再修改。没有保存；请修改现行版本。")


def _require_own(view: DocumentView) -> None:
    if not may_describe(view):
        raise Refused(
            "只有运维负责人和归档人能改这份档案的说明。没有保存；请联系运维负责人。"
        )


def _former(number: str) -> DocumentView:
    """Return the holding version of an uploaded number. Raises NotFound."""
    view = queries.readable_current(unit.session(), number, who=who())
    if view is None or view.kind != UPLOAD:
        raise NotFound("档案里没有上传的 %(number)s。", number=number)
    return view


def _enter(file: File) -> Document:
    return keep_documents.enter(unit.session(), unit.desk(), file, by=_who(), at=g.at)


def _file(typed: Typed) -> File:
    """Return the file that was sent, and what is said of it."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused("没有选择文件，没有归档；填写的内容还在。请选择文件后再提交。")
    with closing(sent):
        content = sent.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused("文件超过 32 MiB，没有归档；填写的内容还在。请拆分后分别上传。")
    titled = typed.card if typed.title.strip() else _named(typed, sent.filename)
    return File(card=titled, name=sent.filename, content=content, note=typed.note)


def _named(typed: Typed, file_name: str) -> Card:
    """Return a card whose title is the file's name without its ending."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return replace(typed, title=stem[: entering.TITLE]).card


def _typed(prefix: str = "") -> Typed:
    held = request.form
    return Typed(
        **{
            name: held.get(f"{prefix}{name}", "")[:1000].strip()
            for name in Typed.__dataclass_fields__
        }
    )


def _seen() -> Card:
    """Return what was said of a document when its form was opened."""
    return _typed("seen_").card


def _of(view: DocumentView) -> Typed:
    return Typed(
        title=view.title,
        category=view.category.value,
        label=view.label.value,
        keywords=view.keywords,
        keep_until=str(view.keep_until or ""),
    )


def _status(refusal: Refused) -> int:
    return CONFLICT if isinstance(refusal, Stale) else UNPROCESSABLE


def _who() -> str:
    return somebody().username


def _filed(number: str, version: int) -> Response:
    flash(_("已归档：%(number)s 第 %(n)s 版。", number=number, n=version))
    return go(url_for("archive.card", number=number, version=version))


def _form(held: Typed, *, former: DocumentView | None = None, refused: str = "") -> str:
    return render_template(
        "archive/new.html",
        held=held,
        former=former,
        refused=refused,
        most_bytes=MOST_BYTES,
        **spoken(),
    )
