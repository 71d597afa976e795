"""Which language and theme a page is in; both are remembered for the person."""

from __future__ import annotations

from babel import Locale
from flask import Flask, current_app, request
from flask_babel import Babel

from opsdesk.core.errors import Refused
from opsdesk.core.language import RefusedInWords, pick
from opsdesk.web import words as sentences
from opsdesk.web.access import current_person
from opsdesk.web.words import gettext as _
from probes.finding import Words

LANGUAGES = ("zh_CN", "en")
THEMES = ("auto", "light", "dark")
LOCALES = {name: Locale.parse(name) for name in LANGUAGES}
LANGUAGE_COOKIE = "opsdesk_language"
THEME_COOKIE = "opsdesk_theme"


def install(app: Flask, *, zone: str) -> None:
    """Translate pages, and show times in the zone the desk stands in."""
    app.config["BABEL_DEFAULT_LOCALE"] = "zh_CN"
    app.config["BABEL_DEFAULT_TIMEZONE"] = zone
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{app.root_path}/translations"
    Babel(app, locale_selector=lambda: LOCALES[language()])
    sentences.install(app)


def language() -> str:
    """Return the account's language, else the browser's last choice, else the desk's."""
    seat = current_person()
    chosen = (seat.language if seat else "") or request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    default: str = current_app.config["OPSDESK_LANGUAGE"]
    return default


def theme() -> str:
    """Return auto, light or dark."""
    seat = current_person()
    chosen = request.cookies.get(THEME_COOKIE, "") or (seat.theme if seat else "")
    return chosen if chosen in THEMES else "auto"


def words(both: Words) -> str:
    """Return the sentence of the page's language."""
    return pick(both, sentences.locale())


def said(refusal: Refused) -> str:
    """Return a refusal's sentence in the page's language."""
    if isinstance(refusal, RefusedInWords):
        return words(refusal.words)
    return str(_(refusal.sentence, **refusal.values))
