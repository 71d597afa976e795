"""A visit by the system's ssh client."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from probes.child import Spoken, converse
from probes.openssh.den import dig
from probes.openssh.story import Story
from probes.openssh.words import compose, log_of
from probes.pins import HostKey, parse
from probes.server import Credential, Limits, Server
from probes.transcript import Outcome
from probes.transport import Call, Errand, Heard, Trouble


def ask(errand: Errand, call: Call) -> Heard:
    """Send the errand's script and return what came back.

    Raises Trouble when the visit ended before the script was read.
    """
    limits = errand.limits
    route = [*errand.server.via, errand.server]
    for server in route:
        _must_be_ready(server)
    call.say("connect")
    whole = limits.connect + limits.banner + limits.auth + limits.script
    with dig(route) as den:
        words = compose(route, den.path, limits)
        deadline = call.deadline.within(whole)
        spoken = converse(words, errand, call, env=den.env, deadline=deadline)
        stories = [_story(log_of(den.path, index)) for index in range(len(route))]
    _raise_trouble(route, stories, spoken)
    return Heard(
        outcome=spoken.outcome,
        sent=spoken.sent,
        detail=spoken.detail,
        host_key=stories[-1].host_key,
        raw=bytes(spoken.out),
        stderr=bytes(spoken.err),
        notes=stories[-1].notes,
    )


def see(server: Server, call: Call, limits: Limits) -> HostKey:
    """Return the host key a server shows, without signing in to it."""
    nobody = Credential(name="nobody", user="nobody")
    bare = replace(server, host_keys=(), credential=nobody)
    route = [*server.via, bare]
    for hop in server.via:
        _must_be_ready(hop)
    call.say("connect")
    errand = Errand(server=bare, script=_Nothing(), limits=limits)
    with dig(route) as den:
        words = compose(route, den.path, limits)
        spoken = converse(words, errand, call, env=den.env)
        stories = [_story(log_of(den.path, index)) for index in range(len(route))]
        line = den.shown(len(server.via))
    if not line:
        _raise_trouble(route, stories, spoken)
    return parse(line)


@dataclass(frozen=True, slots=True)
class _Nothing:
    """A script for a machine that will not be signed in to."""

    text: str = ""
    nonce: str = "-"
    names: tuple[str, ...] = ()


def _must_be_ready(server: Server) -> None:
    """Refuse before anything is sent what cannot end well."""
    if not server.host_keys:
        detail = f"unknown: no host key is pinned for {server.name}"
        raise Trouble(Outcome.KEY_CHANGED, "key", detail)
    path = server.credential.key_file if server.credential else None
    if path and not path.is_file():
        detail = f"cannot use the key file {path}: there is no such file"
        raise Trouble(Outcome.AUTH_FAILED, "auth", detail)


def _story(path: Path) -> Story:
    return Story(path.read_text(errors="replace") if path.exists() else "")


def _raise_trouble(route: list[Server], stories: list[Story], spoken: Spoken) -> None:
    """Raise for the first hop that did not let us in; its children are not to blame."""
    for server, story in zip(route, stories, strict=True):
        last = server is route[-1]
        if story.signed_in and (last or not story.forwarding_refused):
            continue
        outcome, said = story.end()
        if spoken.outcome is Outcome.TIMED_OUT:
            outcome, said = Outcome.TIMED_OUT, "no answer within the limit"
        if last:
            raise _trouble(outcome, story, said)
        detail = f"jump host {server.name}: {outcome.value}: {said}"
        raise Trouble(Outcome.PARENT_DOWN, story.stage, detail, gateway=server.name)


def _trouble(outcome: Outcome, story: Story, said: str) -> Trouble:
    if outcome is Outcome.KEY_CHANGED:
        said = f"changed: it shows {story.host_key}; nothing was sent to it"
    return Trouble(outcome, story.stage, said, host_key=story.host_key)
