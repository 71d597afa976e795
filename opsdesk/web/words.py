"""The door to gettext: message ids are Chinese, and everything returned is text.

from opsdesk.web.words import gettext as _
"""

from __future__ import annotations

import flask_babel
from flask_babel import LazyString

__all__ = ["LazyString", "gettext", "lazy_gettext", "ngettext"]


def gettext(text: str, **values: object) -> str:
    """Return a sentence in the page's language, its `%(name)s` places filled."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Return a sentence that counts; `%(num)d` is the number."""
    return str(flask_babel.ngettext(one, many, num, **values))


def lazy_gettext(text: str) -> LazyString:
    """Return a sentence that is translated when it is shown, for constants."""
    return flask_babel.lazy_gettext(text)
