"""/metrics for Prometheus: from this machine freely, from elsewhere with a token.

Behind a proxy on the same machine every caller seems to be this machine. So whoever
comes with a proxy's headers is from elsewhere; a proxy that adds none must not pass
/metrics on, or a token must be set.
"""

from __future__ import annotations

import hmac
import ipaddress

from flask import Blueprint, Response, request

from opsdesk.core.metrics import CONTENT_TYPE
from opsdesk.flows.measure import scrape
from opsdesk.web import unit
from opsdesk.web.access import anyone
from opsdesk.web.gate import FORWARDED

screen = Blueprint("metrics", __name__)

REFUSAL = "set metrics.token and send it as a bearer token\n"


@screen.get("/metrics")
@anyone
def metrics() -> Response:
    """Return the exposition."""
    if not _may_scrape():
        return Response(REFUSAL, status=403, content_type="text/plain")
    return Response(scrape(unit.desk()), content_type=CONTENT_TYPE)


def _may_scrape() -> bool:
    token = unit.desk().settings.metrics.token
    if token is None:
        return _is_local()
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(sent.encode(), token.reveal().encode())


def _is_local() -> bool:
    """Tell whether a process of this machine asks, with nobody in between."""
    before = request.environ.get("werkzeug.proxy_fix.orig", {})
    addresses = (request.remote_addr, before.get("REMOTE_ADDR", request.remote_addr))
    if any(name in request.headers for name in FORWARDED):
        return False
    return all(_is_loopback(address or "") for address in addresses)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
