"""What may be said of an error: messages of other libraries can quote values of records."""

from __future__ import annotations

# Errors whose messages the project words itself, without values of records.
_OWN_ERRORS = {
    "AlertTargetError",
    "ArchitectureError",
    "ContractError",
    "ExtractError",
    "ManifestError",
    "QualityError",
    "ReleaseError",
    "ServiceUnavailable",
    "ShellError",
    "SiteDataError",
    "TokenError",
    "ToolchainError",
    "WarehouseBusy",
    "WorkspaceError",
}


def told(step: str, error: str, message: str) -> str:
    """The failure of a step: in full where the words are the project's own, else by name."""
    if error in _OWN_ERRORS:
        return f"{step} failed: {message.strip()}"
    return f"{step} failed with {error}; see the log"
