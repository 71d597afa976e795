"""What a message says: plain text, short enough for a chat room."""

from __future__ import annotations

from collections.abc import Sequence

from opsdesk.core.language import say
from opsdesk.core.outbox.models import Kind
from opsdesk.core.outbox.sending import Said
from opsdesk.core.outbox.words import KIND_WORDS

MOST_BYTES = 1700
"""WeCom takes 2,048 bytes of text (its manual on robots), title and all."""
_SENTENCE = 300
_NAME = 40


def compose(
    notices: Sequence[Said], *, language: str, desk: str, address: str, alone: bool
) -> tuple[str, str]:
    """Return a message's title and body; links lead to the desk at `address`.

    `alone`: the title is shown by itself, as a mail's is. A room shows it above the
    body, where a sentence would stand twice.
    """
    name, count = desk[:_NAME], len(notices)
    first = _sentence(notices[0], language)
    if count == 1:
        title = f"{name}: {first}"[:200] if alone else name
        return title, f"{first}\n{address}{notices[0].link}"
    title = say(f"{name}: {count} 条通知", f"{name}: {count} notices", language)
    lines: list[str] = []
    for place, one in enumerate(notices):
        line = f"· {_sentence(one, language)}\n  {address}{one.link}"
        if len("\n".join([*lines, line]).encode()) > MOST_BYTES:
            lines.append(_more(count - place, language, address))
            break
        lines.append(line)
    return title, "\n".join(lines)


def _sentence(one: Said, language: str) -> str:
    words = KIND_WORDS[Kind(one.kind)]
    kind = say(words.zh, words.en, language)
    text = say(one.zh, one.en, language)
    shown = text if len(text) <= _SENTENCE else text[: _SENTENCE - 1] + "…"
    return f"[{kind}] {shown}"


def _more(count: int, language: str, address: str) -> str:
    zh, en = f"另有 {count} 条：", f"{count} more: "
    return f"{say(zh, en, language)}{address}/notices"
