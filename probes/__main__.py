"""Ask one machine by hand: `python -m probes here`, `python -m probes ops@10.1.0.11 …`."""

from __future__ import annotations

import argparse
import getpass
import json
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from probes import catalogue, replay
from probes.finding import State
from probes.reply import Reply, ReplyStatus
from probes.server import Credential, Kind, Server, Transport
from probes.transcript import Outcome, Transcript, pack
from probes.transport import Errand, Trouble

_HERE = "here"
_NORMAL, _FINDINGS, _USAGE, _GAPS = 0, 1, 2, 3
_TRUST = """\
{name} shows this host key, which nobody has vouched for yet; nothing was sent to it:

  {line}
  {fingerprint}

Compare it with `ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub` on the machine's own
console, then ask again with

  --host-key '{line}'"""


def main(words: Sequence[str] | None = None) -> int:
    """Ask, print, and return 0 normal, 1 findings, 2 usage, 3 no full answer."""
    options = _options().parse_args(words)
    if options.again:
        kept = Path(options.host).read_bytes()
        try:
            ((transcript, replies),) = replay.again([kept])
        except ValueError as damaged:
            print(f"{options.host}: {damaged}", file=sys.stderr)
            return _USAGE
        return _told(_server(options, transcript.server), transcript, replies)
    server = _server(options, options.host)
    if server.transport is Transport.SSH and not server.host_keys:
        return _trust(server)
    transcript = _asked(server, weekly=options.weekly)
    if options.save:
        Path(options.save).write_bytes(pack(transcript))
    return _told(server, transcript, catalogue.read(transcript))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m probes",
        description="Ask one machine what a round asks, and print facts and findings.",
    )
    add = parser.add_argument
    add("host", help=f"[USER@]HOST by ssh, or `{_HERE}` for this machine")
    add("-p", "--port", type=int, default=22)
    add("-i", "--key", type=Path, help="private key file (no password is ever asked)")
    add("--host-key", default="", help="the key or SHA256: fingerprint to expect")
    add("--kind", choices=[str(kind) for kind in Kind], default=str(Kind.OTHER))
    add("--weekly", action="store_true", help="ask the week's questions as well")
    add("--save", metavar="FILE", help="keep the transcript, to be read again")
    add("--again", action="store_true", help="HOST is a kept transcript: read it")
    return parser


def _server(options: argparse.Namespace, name: str) -> Server:
    user, _, host = name.rpartition("@")
    here = name == _HERE or options.again
    return Server(
        name=name,
        kind=Kind(options.kind),
        zone="",
        address="localhost" if here else host,
        port=options.port,
        transport=Transport.LOCAL if here else Transport.SSH,
        credential=Credential(
            name="by hand", user=user or getpass.getuser(), key_file=options.key
        ),
        host_keys=(options.host_key,) if options.host_key else (),
    )


def _trust(server: Server) -> int:
    from probes import hostkeys  # noqa: PLC0415 - paramiko only where there is a wire

    try:
        key = hostkeys.seen(server)
    except Trouble as trouble:
        print(f"{server.name}: {trouble.outcome}: {trouble.detail}", file=sys.stderr)
        return _GAPS
    print(
        _TRUST.format(name=server.name, line=key.line, fingerprint=key.fingerprint),
        file=sys.stderr,
    )
    return _USAGE


def _asked(server: Server, *, weekly: bool) -> Transcript:
    from probes import rounds, script  # noqa: PLC0415 - a replay needs no wire

    asked = script.compose(
        catalogue.questions(server, weekly=weekly), server, nonce=secrets.token_hex(16)
    )
    errand = Errand(server=server, script=asked)
    (transcript,) = rounds.walk([errand], workers=1, per_gateway=1)
    return transcript


def _told(server: Server, heard: Transcript, replies: tuple[Reply, ...]) -> int:
    """Print what came; findings last, where a person looks first."""
    findings = catalogue.judge(
        server, replies, catalogue.Past(), at=heard.began, sent=heard.sent
    )
    states = catalogue.cells(replies, findings)
    for reply in replies:
        _show(reply, states.get(reply.probe, State.UNKNOWN))
    outcome = catalogue.outcome(heard, replies)
    print(f"\n{outcome}, {heard.took_ms} ms {_safe(heard.detail)}".rstrip())
    for finding in findings:
        said = f"{finding.message.zh} / {finding.message.en}"
        print(_safe(f"  {finding.severity} {finding.probe}: {said}"))
    if outcome is not Outcome.ANSWERED:
        return _GAPS
    return _FINDINGS if findings else _NORMAL


def _show(reply: Reply, state: State) -> None:
    took = "" if reply.took_ms is None else f" {reply.took_ms} ms"
    print(_safe(f"{reply.probe} {reply.subject}".strip()) + f": {state}{took}")
    if reply.status is ReplyStatus.READ:
        facts = catalogue.dump([reply])["facts"][reply.probe]
        print("  " + _safe(json.dumps(facts, ensure_ascii=False)))
    else:
        print("  " + _safe(f"{reply.status}: {reply.reason}"))


def _safe(text: str) -> str:
    """Return text that a terminal only shows, whatever a machine put into it."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


if __name__ == "__main__":
    raise SystemExit(main())
