"""A local clone as extracts in the form of GitHub's: what a history alone can tell."""

from orchestration.sources.git.extract import Extracted, extract_repository
from orchestration.sources.git.history import GitError

__all__ = ["Extracted", "GitError", "extract_repository"]
