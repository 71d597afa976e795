"""Try plans by hand: `python -m runbooks FILE…` says what is wrong with each."""

from __future__ import annotations

import sys
from pathlib import Path

from runbooks import loader, review


def main(files: list[str]) -> int:
    """Check files, or the shipped plans; returns 2 where one has mistakes."""
    status = 0
    for path in map(Path, files) if files else loader.shipped_files():
        try:
            plan = loader.load(path)
        except loader.BadPlan as bad:
            status = 2
            lines = [loader.told(bad.path, one, "zh") for one in bad.mistakes]
        else:
            lines = [f"{path}: {plan.title.zh} {plan.version}"]
            lines += [
                f"{path}: {one.path}: {one.words.zh}" for one in review.review(plan)
            ]
        sys.stdout.write("\n".join(lines) + "\n")
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
