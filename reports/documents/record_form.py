"""An official form filled in: everything that stands on its paper, frozen.

It says its own labels, so that a form printed again years later is the form of its
day, whatever the layouts have become since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reports.documents.daily_record import TableColumn
from reports.documents.parts import Frame, Issue
from reports.documents.words import Text, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A label and what stands beside it; a wide one takes the row."""

    label: Words
    value: Text
    wide: bool = False
    lines: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Labelled cells, in the order of the paper."""

    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A table; its rows are numbered when it is printed."""

    title: Words
    columns: tuple[TableColumn, ...]
    lines: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLine:
    """One clock, and in words why it stands where it stands."""

    label: Text
    due: Text
    actual: Text
    result: Text
    explanation: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTable:
    """Every clock of the record."""

    clocks: tuple[ClockLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that belongs to the record."""

    name: str
    size: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentList:
    """Every file of the record."""

    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A signature given in the desk.

    `decision` is agreed, refused or supplement; `acting_for` is whom a substitute
    signs for, and is printed 「代 ×××」.
    """

    name: str
    at: datetime | None = None
    decision: str = ""
    opinion: Text = ""
    acting_for: str = ""
    snapshot_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignBox:
    """A place to sign: by the desk, or with a pen while `given` is None."""

    role: Words
    opinion: bool = True
    given: Given | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignBoxes:
    """What is signed together."""

    title: Words
    boxes: tuple[SignBox, ...]


Block = Answers | Listing | ClockTable | AttachmentList | SignBoxes


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSection:
    """A title and what stands under it."""

    title: Words
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordForm:
    """One record on its official form."""

    kind: str  # incident, change, …
    title: Words
    number: str  # of the record
    form_number: str  # of the paper
    frame: Frame
    zone: str  # IANA name; moments are printed in it
    sections: tuple[FormSection, ...]
    address: str = ""  # of the record in the desk, for the QR code
    demo: bool = False
    exercise: bool = False  # 「演练」 across every page
    void: bool = False
    issue: Issue | None = None
