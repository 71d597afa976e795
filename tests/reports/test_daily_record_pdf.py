"""The daily record as a reader of the paper finds it."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from pypdf import PdfReader

from reports.documents.daily_record import DailyRecord, RoundState
from reports.documents.words import Words, say
from tests.factories.papers import pages, pictures, rendered, text

pytestmark = pytest.mark.pdf
GOLDEN = Path(__file__).parent / "golden"
_ALIKE = 2.5  # mean difference of two pages' pixels, of 255


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_every_server_stands_on_the_paper(record: DailyRecord, chinese: bytes) -> None:
    found = text(chinese)
    assert len(record.servers) == 29
    missing = [s.name for s in record.servers if s.name not in found]
    assert missing == []
    assert [s.address for s in record.servers if s.address not in found] == []


def test_every_abnormal_item_stands_on_the_paper_with_what_was_done(
    record: DailyRecord, chinese: bytes
) -> None:
    found = text(chinese)
    assert record.items
    for item in record.items:
        assert squeezed(say(item.phenomenon, "zh")) in found
        for line in item.handling:
            assert squeezed(say(line, "zh")) in found


def test_each_round_says_when_how_and_by_whom(
    record: DailyRecord, chinese: bytes
) -> None:
    found = text(chinese)
    for row in record.rounds:
        assert row.number in found
        assert row.state.words.zh in found
        if row.inspector:
            assert row.inspector.name in found
    assert "☑自动" in found


def test_every_page_says_its_number_and_what_anchors_it(
    record: DailyRecord, chinese: bytes
) -> None:
    found = pages(chinese)
    assert record.issue is not None
    for number, page in enumerate(found, start=1):
        assert f"第{number}页共{len(found)}页" in page
        assert record.number in page
        assert record.issue.content_sha256[:12] in page
        assert squeezed(record.frame.project) in page


def test_no_page_is_empty_and_signatures_follow_their_conclusion(
    chinese: bytes,
) -> None:
    last = pages(chinese)[-1]
    assert "复核人" in last
    assert "本次共检29项" in last
    assert "甲方抽查" in last


def test_the_english_paper_has_no_chinese_but_what_people_wrote(
    record: DailyRecord, english: bytes
) -> None:
    found = text(english)
    assert "Dailyinspectionrecord" in found
    assert "Page1of" in found
    for label in ("设备名称", "巡检时段", "结论", "未取得", "已完成", "打印"):
        assert label not in found


def test_the_file_says_its_title_language_and_date(chinese: bytes) -> None:
    reader = PdfReader(io.BytesIO(chinese))
    assert reader.metadata is not None
    assert reader.metadata.title == "日常巡检记录表 WRY-XJ-20261122"
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.isoformat().startswith("2026-11-22T12:35:00")
    assert str(reader.root_object["/Lang"]) == "zh-Hans"
    assert reader.outline


def test_the_same_record_gives_the_same_bytes(
    short: DailyRecord, font_cache: Path
) -> None:
    first = rendered(short, "zh", font_cache)
    assert rendered(short, "zh", font_cache) == first


def test_only_bundled_faces_are_in_the_file(chinese: bytes) -> None:
    names = set()
    for page in PdfReader(io.BytesIO(chinese)).pages:
        fonts: Any = page["/Resources"].get_object()
        names |= {
            str(font.get_object()["/BaseFont"]) for font in fonts["/Font"].values()
        }
    assert names
    assert all("Noto" in name for name in names), names


def test_the_paper_looks_as_it_did(chinese: bytes, tmp_path: Path) -> None:
    """Compare with the pictures kept; tests/reports/golden/README.md says how."""
    now = pictures(chinese, tmp_path)
    kept = sorted(GOLDEN.glob("daily_record-*.png"))
    assert len(now) == len(kept)
    for picture, path in zip(now, kept, strict=True):
        assert difference(picture, path) < _ALIKE, path.name


def difference(picture: Image.Image, path: Path) -> float:
    """Return the mean difference of the pixels, from 0 to 255."""
    with Image.open(path) as golden:
        kept = golden.convert("L")
    assert picture.size == kept.size
    return ImageStat.Stat(ImageChops.difference(picture, kept)).mean[0]


def with_items(record: DailyRecord, *phenomena: str) -> DailyRecord:
    first = record.items[0]
    items = tuple(
        dataclasses.replace(first, server=f"srv-{n}", phenomenon=text, carried=False)
        for n, text in enumerate(phenomena)
    )
    return dataclasses.replace(record, items=items)


def test_rare_characters_are_printed_and_unknown_ones_named(
    short: DailyRecord, font_cache: Path
) -> None:
    """The wide faces have the first four; no bundled face has 𪚥 and the emoji."""
    paper = rendered(with_items(short, "㼆䶮龘𠮷", "𪚥😀"), "zh", font_cache)
    found = text(paper)
    assert "㼆䶮龘𠮷" in found
    assert "〓U+2A6A5〓U+1F600" in found


def test_control_characters_can_be_seen(short: DailyRecord, font_cache: Path) -> None:
    nasty = "red \x1b[31m\x00 turn\u202earound \ud800 ␛"
    found = text(rendered(with_items(short, nasty), "zh", font_cache))
    assert "red‹ESC›[31m‹NUL›turn‹U+202E›around‹U+D800›‹ESC›" in found


def test_markup_in_data_stays_text(short: DailyRecord, font_cache: Path) -> None:
    found = text(rendered(with_items(short, "<b>&amp;<img src=x>"), "zh", font_cache))
    assert "<b>&amp;<imgsrc=x>" in found


def test_fifty_items_and_long_texts_lose_nothing(
    short: DailyRecord, font_cache: Path
) -> None:
    long = "".join(f"第{n}句说明处理经过。" for n in range(30))
    texts = [f"现象编号{n:02d}" for n in range(49)]
    found = text(rendered(with_items(short, *texts, long), "zh", font_cache))
    assert [t for t in texts if t not in found] == []
    assert long in found


def test_a_long_day_keeps_the_signatures_with_their_conclusion(
    short: DailyRecord, font_cache: Path
) -> None:
    for count in range(3, 15, 2):
        texts = [f"现象编号{n:02d}" for n in range(count)]
        last = pages(rendered(with_items(short, *texts), "zh", font_cache))[-1]
        assert "复核人" in last
        assert "本日应巡检3次" in last


def test_a_missed_round_says_why(short: DailyRecord, font_cache: Path) -> None:
    missed = dataclasses.replace(
        short.rounds[1],
        state=RoundState.MISSED,
        reason=Words("停电", "power cut"),
        tally=None,
        inspector=None,
    )
    rounds = (short.rounds[0], missed, *short.rounds[2:])
    paper = rendered(dataclasses.replace(short, rounds=rounds), "zh", font_cache)
    found = text(paper)
    assert "未巡检" in found
    assert "中：停电" in found
    assert "应巡检3次，完成2次" in found


@pytest.mark.parametrize(
    ("change", "mark"),
    [("demo", "演示"), ("superseded", "已被新版取代"), ("preview", "预览")],
)
def test_a_mark_stands_on_every_page(
    short: DailyRecord, font_cache: Path, change: str, mark: str
) -> None:
    assert short.issue is not None
    changed = {
        "demo": dataclasses.replace(short, demo=True),
        "superseded": dataclasses.replace(
            short, issue=dataclasses.replace(short.issue, superseded=True)
        ),
        "preview": dataclasses.replace(short, issue=None),
    }[change]
    assert all(mark in page for page in pages(rendered(changed, "zh", font_cache)))


def test_an_unmarked_paper_has_no_mark(chinese: bytes) -> None:
    assert not any(mark in text(chinese) for mark in ("演示", "已被新版取代", "预览"))


def test_a_desk_without_servers_still_has_a_record(
    short: DailyRecord, font_cache: Path
) -> None:
    bare = dataclasses.replace(short, servers=(), tables=(), items=(), gaps=())
    found = text(rendered(bare, "zh", font_cache))
    assert "本日各次巡检未发现异常或关注项" in found
