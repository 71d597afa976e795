"""What psutil tells of the desk's own machine is read, and nothing else is."""

import pytest

from probes.catalogue import host
from probes.local import ask
from probes.probe import Unreadable
from probes.server import Kind, Server, Transport
from probes.transcript import Section
from probes.transport import Call, Deadline, Errand
from tests.lab.odd import Words
from tests.probes.engine.fixtures import SHORT


def told() -> Section:
    server = Server(
        name="desk",
        kind=Kind.OTHER,
        zone="office",
        address="localhost",
        transport=Transport.LOCAL,
    )
    errand = Errand(server=server, script=Words("true"), limits=SHORT)
    with Call(Deadline.after(SHORT.server)) as call:
        [section] = ask(errand, call).answers
    return section


def test_what_this_machine_tells_is_read() -> None:
    facts = host.read(told())
    assert facts.cores >= 1
    assert facts.memory_total_kib > facts.memory_available_kib
    assert facts.desk.rss_kib > 1000
    assert len(facts.load) == 3


def test_the_desk_itself_makes_a_trend() -> None:
    names = {reading.name for reading in host.readings(host.read(told()))}
    assert {"desk_rss_kib", "desk_files", "desk_threads"} <= names


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"desk": 1}'])
def test_anything_else_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        host.read(Section(name="host", stdout=text.encode()))
