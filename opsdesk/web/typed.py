"""The words a refused form brought, so that its page gives them back."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import HTTPException

MOST = 40
SECRET = ("password", "code", "token", "secret", "username")
UNSHOWN = frozenset(
    {"present", "new", "again"}  # passwords, in the form that changes one
    | {"version", "round", "answer", "number", "what", "next"}  # ours, not typed
)


def typed() -> list[str]:
    """Return the words a form brought; what is secret is not shown again."""
    try:
        form = request.form
    except HTTPException:  # too large: it was never read
        return []
    return [
        text
        for name, text in form.items()
        if text.strip()
        and name not in UNSHOWN
        and not any(word in name for word in SECRET)
    ][:MOST]


def from_our_page() -> bool:
    """Tell whether a form stood on a page of ours; another site says where it stands."""
    came = request.headers.get("Origin")
    return came is None or came == request.host_url.rstrip("/")
