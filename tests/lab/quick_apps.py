"""Applications made by the hundred: what each would work out anew is kept or put off.

Every application compiles each template it shows, and a builder for each of its
addresses. Compiled templates are handed to the next application of the worker (Jinja
keeps them by the text they were compiled from); an address is compiled once asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.templating import Environment
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Compiled(BytecodeCache):
    """What templates were compiled to, in this process."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


KNOWN = Compiled()


class QuickEnvironment(Environment):
    """An environment that looks first at what another has compiled."""

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, bytecode_cache=KNOWN, **options)


class QuickRule(Rule):
    """A rule that learns to build its address when the first one is built."""

    def _compile_builder(self, *words: Any, **more: Any) -> Callable[..., Any]:
        compiled = super()._compile_builder
        made: list[Callable[..., Any]] = []

        def build(rule: Rule, /, **values: Any) -> Any:
            if not made:
                made.append(compiled(*words, **more))
            return made[0](rule, **values)

        return build


@contextmanager
def quick_apps() -> Iterator[None]:
    """Make applications this way until the block ends."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_environment", QuickEnvironment)
        patch.setattr(Flask, "url_rule_class", QuickRule)
        yield
