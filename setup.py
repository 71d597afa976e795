"""Packaging lives in pyproject.toml; this file is what older tools look for."""

from setuptools import setup

setup()
