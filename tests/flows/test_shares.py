"""How a share is printed: as a reader's calculator says it, and never all but all."""

from __future__ import annotations

import pytest

from opsdesk.flows.month.told import share


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [
        (47, 51, "92.2%"),
        (49, 51, "96.1%"),
        (1, 8, "12.5%"),
        (9_999, 10_000, "99.9%"),
        (1, 10_000, "0.1%"),
        (0, 7, "0.0%"),
        (7, 7, "100.0%"),
        (0, 0, "—"),
    ],
)
def test_a_share_is_rounded_and_says_all_or_none_only_of_all_or_none(
    part: int, whole: int, printed: str
) -> None:
    assert share(part, whole) == printed
