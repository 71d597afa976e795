"""The plan that the documentation shows, whole; tests begin with it."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "writing-a-plan.md"
FOUND = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
assert FOUND is not None
EXAMPLE: str = FOUND[1]
