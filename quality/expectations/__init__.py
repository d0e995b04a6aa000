"""Expectations of our own, and how a declared check becomes one of the library's.

Importing this module imports Great Expectations, which takes seconds: import it late.
"""

from __future__ import annotations

from typing import Any

from great_expectations import expectations as library
from great_expectations.expectations.expectation import Expectation

from quality.checks import Check
from quality.expectations.counted import COUNTS, CountedExpectation, ExpectFewRowsWhere
from quality.expectations.published import (
    ExpectColumnsWithoutPeople,
    ExpectEachMetricBesideItsPartner,
    ExpectEnoughPeopleBehindEachValue,
)
from quality.expectations.volume import (
    ExpectFewFaultyLines,
    ExpectFilesToBeAccepted,
    ExpectFullListsToKeepTheirSize,
    ExpectNewestExtractsToBeAccepted,
    ExpectRowsToHaveAMatch,
    ExpectStreamsToKeepUp,
    ExpectStreamToGoOn,
)

__all__ = ["COUNTS", "IDENTITY", "OWN", "build"]

# Where an expectation carries the name of its check.
IDENTITY = "check"

OWN: dict[str, type[CountedExpectation]] = {
    one.__name__: one
    for one in (
        ExpectColumnsWithoutPeople,
        ExpectEachMetricBesideItsPartner,
        ExpectEnoughPeopleBehindEachValue,
        ExpectFewFaultyLines,
        ExpectFewRowsWhere,
        ExpectFilesToBeAccepted,
        ExpectFullListsToKeepTheirSize,
        ExpectNewestExtractsToBeAccepted,
        ExpectRowsToHaveAMatch,
        ExpectStreamsToKeepUp,
        ExpectStreamToGoOn,
    )
}


def build(check: Check) -> Expectation:
    """The expectation of a check. Raises AttributeError for a class that does not exist."""
    common: dict[str, Any] = {
        "description": check.sentence,
        "severity": check.severity,
        "meta": {IDENTITY: f"{check.table} {check.name}"},
    }
    if check.expectation in OWN:
        kind = OWN[check.expectation]
        return kind(**common, **check.arguments, smallest=check.smallest)
    column = {"column": check.column} if check.column else {}
    built: Expectation = getattr(library, check.expectation)(**common, **column, **check.arguments)
    return built
