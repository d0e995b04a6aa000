"""How much was said in reviews, by how much there was to read."""

from __future__ import annotations

from tests.truth.changes import Change
from tests.truth.definitions import Profile, threshold
from tests.truth.facts import Facts
from tests.truth.metrics.figures import Figure, Figures, by_place


def review_depth(facts: Facts, profile: Profile) -> Figures:
    """Of deployed changes that somebody else reviewed. One of unknown size could be of any: it is
    left out of each, and counted in each."""
    changes = by_place(
        facts,
        [change for change in facts.changes.deployed() if change.reviews],
        lambda change: change.deployed_at,
        lambda change: change.deployment.service_id if change.deployment else None,
    )
    found: Figures = {}
    for place, here in changes.items():
        changes_of: dict[str | None, list[Change]] = {}
        for change in here:
            changes_of.setdefault(size(change), []).append(change)
        n_of_unknown_size = len(changes_of.pop(None, []))
        for name, sized in changes_of.items():
            counts = [comments(change, facts) for change in sized]
            known = [count for count in counts if count is not None]
            found[place, f"review_comments_on_{name}_changes"] = Figure(
                sum(known) / len(known) if known else None,
                float(sum(known)) if known else None,
                float(len(known)),
                len(known),
                n_of_unknown_size + len(counts) - len(known),
            )
    return found


def size(change: Change) -> str | None:
    n_lines = change.n_changed_lines
    if n_lines is None:
        return None
    if n_lines < threshold("small_change_below_lines"):
        return "small"
    return "medium" if n_lines < threshold("large_change_from_lines") else "large"


def comments(change: Change, facts: Facts) -> int | None:
    """Only those of GitHub are collected, and may not be: then nobody knows how many there were."""
    if not facts.told.comments_of_review:
        return None
    if any(review.system != "github" for review in change.reviews):
        return None
    return sum(facts.told.comments_of_review.get(one.review_id, 0) for one in change.reviews)
