"""Thin screens over the desk: one blueprint a family, listed here by hand."""

from __future__ import annotations

from flask import Blueprint

from opsdesk.web import (
    account,
    articles,
    assets,
    audit_trail,
    board,
    change_calendar,
    change_templates,
    findings,
    handover,
    health,
    metrics,
    notices,
    papers,
    people,
    records,
    responses,
    roster,
    rounds,
    second_factor,
    servers,
    settings,
    statistics,
    tickets,
    transcripts,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    account.screen,
    second_factor.screen,
    board.screen,
    rounds.screen,
    transcripts.screen,
    servers.screen,
    findings.screen,
    assets.screen,
    records.screen,
    papers.screen,
    roster.screen,
    handover.screen,
    tickets.screen,
    responses.screen,
    articles.screen,
    change_calendar.screen,
    change_templates.screen,
    statistics.screen,
    settings.screen,
    people.screen,
    audit_trail.screen,
    health.screen,
    metrics.screen,
    notices.screen,
)
