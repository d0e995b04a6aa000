"""Extracts from the REST APIs of GitHub and PagerDuty: records as they are sent."""

from orchestration.sources.api.errors import ExtractError, ServiceUnavailable, TokenError
from orchestration.sources.api.extract import (
    GITHUB,
    PAGERDUTY,
    connect,
    extract_github,
    extract_pagerduty,
)
from orchestration.sources.api.notes import OVERLAP_HOURS
from orchestration.sources.api.run import Extracted, Options

__all__ = [
    "GITHUB",
    "OVERLAP_HOURS",
    "PAGERDUTY",
    "ExtractError",
    "Extracted",
    "Options",
    "ServiceUnavailable",
    "TokenError",
    "connect",
    "extract_github",
    "extract_pagerduty",
]
