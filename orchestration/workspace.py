"""Where a run finds its input and keeps its state."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT_ROOT / "dbt_project"

# Where a command looks unless told, below the folder that it is called in.
LANDING = Path("out/landing")
HOME = Path("out/home")
DEMO = Path("out/demo")

# DuckDB has one writer, so runs queue up. A run whose process was killed starts again; one
# whose step failed does not, for it would fail again.
_DAGSTER_SETTINGS = """\
telemetry:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
"""


class WorkspaceError(Exception):
    """The folders of a run are not usable; the message says what to change."""


@dataclass(frozen=True)
class Workspace:
    """The folders of one organisation.

    landing: where extracts arrive (read only). home: all state of the runs over them.
    as_of: the end of what is counted, UTC; None takes the newest extract.
    """

    landing: Path
    home: Path
    as_of: datetime | None = None

    @classmethod
    def from_environment(cls) -> Workspace:
        """FAIRLEAD_LANDING, FAIRLEAD_HOME and, optionally, FAIRLEAD_AS_OF."""
        missing = [
            name for name in ("FAIRLEAD_LANDING", "FAIRLEAD_HOME") if not os.environ.get(name)
        ]
        if missing:
            raise WorkspaceError(
                f"{' and '.join(missing)} must name the folders to work on; "
                "`make dev` and `fairlead run` set them."
            )
        as_of = os.environ.get("FAIRLEAD_AS_OF")
        return cls(
            landing=Path(os.environ["FAIRLEAD_LANDING"]),
            home=Path(os.environ["FAIRLEAD_HOME"]),
            as_of=parse_moment(as_of) if as_of else None,
        )

    def to_environment(self) -> dict[str, str]:
        """What child processes and dbt's profile need to find the same folders."""
        variables = {
            "FAIRLEAD_LANDING": str(self.landing.resolve()),
            "FAIRLEAD_HOME": str(self.home.resolve()),
            "DAGSTER_HOME": str(self.dagster_home.resolve()),
        }
        if self.as_of:
            variables["FAIRLEAD_AS_OF"] = self.as_of.isoformat()
        return variables

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def reporting(self) -> Path:
        """The tables that were published last."""
        return self.home / "reporting.duckdb"

    @property
    def unreleased(self) -> Path:
        """Tables that a build means to publish, until they are released."""
        return self.home / "unreleased.duckdb"

    @property
    def to_publish(self) -> Path:
        """The tables of the last build, whether they are released or not."""
        return self.unreleased if self.unreleased.exists() else self.reporting

    @property
    def databases(self) -> tuple[Path, Path]:
        """What the last build wrote: rows about people, and what may be published of them."""
        return (self.warehouse, self.to_publish)

    @property
    def releases(self) -> Path:
        return self.home / "releases"

    @property
    def sites(self) -> Path:
        return self.home / "sites"

    @property
    def dagster_home(self) -> Path:
        return self.home / "dagster"

    @property
    def audit(self) -> Path:
        """What happened in each run, and what auditors read of it."""
        return self.home / "audit"

    @property
    def data_docs(self) -> Path:
        """The pages of Great Expectations."""
        return self.home / "quality" / "data_docs"

    @property
    def dbt_target(self) -> Path:
        return self.home / "dbt"

    def prepare(self) -> None:
        """Create what is missing below home. Raises WorkspaceError without a landing."""
        if not self.landing.is_dir():
            raise WorkspaceError(
                f"There is no landing folder {self.landing}. "
                "Write extracts into it with `fairlead extract`, or place files as "
                "<source>/<stream>/<extracted_at>/; `fairlead demo` writes an example."
            )
        for folder in (self.home, self.releases, self.sites, self.dagster_home):
            folder.mkdir(parents=True, exist_ok=True)
        settings = self.dagster_home / "dagster.yaml"
        if not settings.exists():
            settings.write_text(_DAGSTER_SETTINGS)

    def newest_extract(self) -> datetime:
        """The latest extract folder of any stream, UTC. Raises WorkspaceError on none."""
        from orchestration.landing.files import extract_time

        moments = [
            moment
            for folder in self.landing.glob("*/*/*")
            if folder.is_dir() and (moment := extract_time(folder.name))
        ]
        if not moments:
            raise WorkspaceError(
                f"{self.landing} holds no extract. Expected files in folders such as "
                "github/deployments/2026-08-31T00-00-00Z/."
            )
        return max(moments)

    def resolved_as_of(self) -> datetime:
        return self.as_of or self.newest_extract()


def parse_moment(text: str) -> datetime:
    """A date or an ISO 8601 timestamp as UTC. Raises WorkspaceError on anything else."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise WorkspaceError(
            f"{text!r} is no date. Use 2026-10-15 or 2026-10-15T00:00:00Z."
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
