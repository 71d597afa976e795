"""The door to gettext: message ids are Chinese, and everything returned is text.

from opsdesk.web.words import gettext as _

A page asks for hundreds of sentences, so its catalogue and its language are looked up
once a request.
"""

from __future__ import annotations

from gettext import NullTranslations

import flask_babel
from flask import Flask, g, has_app_context
from flask_babel import LazyString
from markupsafe import Markup

__all__ = ["LazyString", "gettext", "install", "lazy_gettext", "locale", "ngettext"]


def install(app: Flask) -> None:
    """Let templates say `_("…")`; what fills its places is escaped."""
    app.jinja_env.globals.update(_=_shown, gettext=_shown, ngettext=_counted)


def gettext(text: str, **values: object) -> str:
    """Return a sentence in the page's language, its `%(name)s` places filled."""
    sentence = _catalogue().gettext(text)
    return sentence % values if values else sentence


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Return a sentence that counts; `%(num)d` is the number."""
    return _catalogue().ngettext(one, many, num) % {"num": num, **values}


def lazy_gettext(text: str) -> LazyString:
    """Return a sentence that is translated when it is shown, for constants."""
    return flask_babel.lazy_gettext(text)


def locale() -> str:
    """Return the page's language: zh_CN, en; "None" outside a request."""
    if not has_app_context():
        return str(flask_babel.get_locale())
    name: str | None = g.get("locale")
    if name is None:
        name = g.locale = str(flask_babel.get_locale())
    return name


def _catalogue() -> NullTranslations:
    if not has_app_context():
        return NullTranslations()
    found: NullTranslations | None = g.get("catalogue")
    if found is None:
        found = g.catalogue = flask_babel.get_translations()
    return found


def _shown(text: str, /, **values: object) -> Markup:
    sentence = _catalogue().gettext(text)
    return Markup(sentence) % values if values or "%" in sentence else Markup(sentence)  # noqa: S704 - ours


def _counted(one: str, many: str, num: int, /, **values: object) -> Markup:
    sentence = _catalogue().ngettext(one, many, num)
    return Markup(sentence) % {"num": num, **values}  # noqa: S704 - ours
