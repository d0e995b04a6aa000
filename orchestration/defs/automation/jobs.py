"""The main job, and what starts it."""

from dagster import (
    AssetSelection,
    Definitions,
    RunRequest,
    ScheduleDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    define_asset_job,
    definitions,
    in_process_executor,
    sensor,
)

from orchestration.defs.alerts import alert_on_failure
from orchestration.defs.landing import freshness
from orchestration.inputs import landing_fingerprint
from orchestration.workspace import Workspace

# DuckDB has one writer: steps run one after another in one process.
publish = define_asset_job(
    "publish",
    selection=AssetSelection.all()
    - AssetSelection.groups("audit", "extract")
    - AssetSelection.checks(*freshness.KEYS),
    executor_def=in_process_executor,
    hooks={alert_on_failure},
    description="From landing to the sites: load, build, check, release, publish.",
)


@sensor(
    job=publish,
    minimum_interval_seconds=60,
    description="Runs the main job when files arrive in the landing folder.",
)
def landing_sensor(context: SensorEvaluationContext) -> SensorResult | SkipReason:
    fingerprint = landing_fingerprint(Workspace.from_environment().landing)
    if fingerprint == context.cursor:
        return SkipReason("no new files in the landing folder")
    return SensorResult(run_requests=[RunRequest(run_key=fingerprint)], cursor=fingerprint)


daily = ScheduleDefinition(
    name="daily",
    job=publish,
    cron_schedule="0 5 * * *",
    execution_timezone="UTC",
    description="Every morning, so that a missed sensor tick never costs more than a day.",
)


@definitions
def defs() -> Definitions:
    return Definitions(jobs=[publish], sensors=[landing_sensor], schedules=[daily])
