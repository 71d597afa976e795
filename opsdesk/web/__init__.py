"""Thin screens over the desk: one blueprint a family, listed here by hand."""

from __future__ import annotations

from flask import Blueprint

from opsdesk.web import account, audit_trail, health, people

BLUEPRINTS: tuple[Blueprint, ...] = (
    account.screen,
    people.screen,
    audit_trail.screen,
    health.screen,
)
