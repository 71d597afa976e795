"""Packaging lives in pyproject.toml; the build adds the compiled translations."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py


class WithTranslations(build_py):
    """Compile each catalogue beside its copy: what is compiled is not committed."""

    def run(self) -> None:
        """Build as usual, then compile."""
        super().run()
        top = Path("." if self.editable_mode else self.build_lib)
        for source in top.glob("opsdesk/translations/*/LC_MESSAGES/*.po"):
            with (
                source.open("rb") as words,
                source.with_suffix(".mo").open("wb") as out,
            ):
                write_mo(out, read_po(words))


setup(cmdclass={"build_py": WithTranslations})
