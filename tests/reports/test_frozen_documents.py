"""What is hashed and archived is the content, the same whenever it is asked."""

from __future__ import annotations

import dataclasses

import pytest
from pydantic import ValidationError

from reports.documents.daily_record import DailyRecord
from reports.documents.freezing import digest, freeze, thaw
from tests.factories.papers import sample


@pytest.fixture
def record() -> DailyRecord:
    return sample("daily_record")


def test_a_thawed_record_freezes_to_the_same_bytes(record: DailyRecord) -> None:
    frozen = freeze(record)
    assert freeze(thaw(DailyRecord, frozen)) == frozen


def test_the_hash_does_not_depend_on_when_it_was_printed(record: DailyRecord) -> None:
    assert freeze(record) == freeze(dataclasses.replace(record, issue=None))


def test_the_hash_depends_on_every_conclusion(record: DailyRecord) -> None:
    first = record.servers[0]
    marks = tuple(reversed(type(first.marks[0])))[:3]
    changed = dataclasses.replace(first, marks=marks)
    servers = (changed, *record.servers[1:])
    other = dataclasses.replace(record, servers=servers)
    assert digest(freeze(other)) != digest(freeze(record))


def test_the_sample_prints_the_hash_of_its_own_content(record: DailyRecord) -> None:
    assert record.issue is not None
    assert record.issue.content_sha256 == digest(freeze(record))


def test_json_that_is_no_record_is_refused() -> None:
    with pytest.raises(ValidationError):
        thaw(DailyRecord, b'{"number": 1}')
