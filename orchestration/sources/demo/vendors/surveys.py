"""What the survey tool exports in one visit: one record per answer."""

from __future__ import annotations

from orchestration.sources.demo.visits import Extract
from orchestration.sources.demo.work.history import Answer
from orchestration.sources.demo.world.calendar import iso
from orchestration.sources.write import Landing


def write_answers(landing: Landing, extract: Extract, answers: list[Answer]) -> None:
    """The answers that were given since the last visit."""
    for item in answers:
        if extract.holds(item.submitted_at):
            landing.add("survey", "responses", extract.folder, response(item))


def response(item: Answer) -> dict[str, object]:
    """One answer, with the choice as text and what Fairlead does not take."""
    return {
        "survey_id": "pulse",
        "wave": item.wave,
        "question_id": item.question_id,
        "respondent_pseudonym": item.respondent,
        "answer": str(item.answer),
        "submitted_at": iso(item.submitted_at),
        "team_id_at_submission": item.team_id,
        "device": "web",
    }
