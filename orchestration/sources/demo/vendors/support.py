"""Tickets as the support desk exports them, with what Fairlead does not take."""

from __future__ import annotations

from orchestration.sources.demo.visits import Extract
from orchestration.sources.demo.work.history import Ticket
from orchestration.sources.demo.world.calendar import iso
from orchestration.sources.write import Landing

Json = dict[str, object]


def write_tickets(landing: Landing, extract: Extract, tickets: list[Ticket]) -> None:
    """Support tickets for one visit."""
    for item in tickets:
        if item.opened_at <= extract.at and extract.holds(item.updated_at(extract.at)):
            record = ticket(item, extract.at)
            landing.add("support", "tickets", extract.folder, record)


def ticket(item: Ticket, at: int) -> Json:
    """One ticket, as it was at ``at``."""
    escalated = item.escalated_at if _by(item.escalated_at, at) else None
    resolved = item.resolved_at if _by(item.resolved_at, at) else None
    return {
        "ticket_id": item.ticket_id,
        "service_id": item.service.service_id,
        "subject": "A customer's question",
        "requester": "customer@client.example",
        "opened_at": iso(item.opened_at),
        "escalated_at": iso(escalated) if escalated else None,
        "handled_by": item.handler.support_id if item.handler and escalated else None,
        "resolved_at": iso(resolved) if resolved else None,
        "updated_at": iso(item.updated_at(at)),
    }


def _by(moment: int | None, at: int) -> bool:
    return moment is not None and moment <= at
