"""Whether extracts still arrive, looked at every day even when no run is started."""

from collections.abc import Iterator
from datetime import UTC, datetime

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetSelection,
    Definitions,
    ScheduleDefinition,
    define_asset_job,
    definitions,
    in_process_executor,
    multi_asset_check,
)

from orchestration.alerts import Alert
from orchestration.defs.alerts import AlertsResource
from orchestration.defs.landing.assets import STREAMS, raw_key
from orchestration.defs.resources import WorkspaceResource
from orchestration.landing.freshness import freshness

CHECK = "extracts_arrive"
WATCHED = [stream for stream in STREAMS.values() if stream.fresh_within_days]
KEYS = [AssetCheckKey(raw_key(stream), CHECK) for stream in WATCHED]


@multi_asset_check(
    name="landing_freshness",
    specs=[
        AssetCheckSpec(
            CHECK,
            asset=raw_key(stream),
            description=f"An extract comes at least every {stream.fresh_within_days} days.",
        )
        for stream in WATCHED
    ],
)
def landing_freshness(
    context: AssetCheckExecutionContext, workspace: WorkspaceResource, alerts: AlertsResource
) -> Iterator[AssetCheckResult]:
    found = freshness(workspace.open().landing, WATCHED, datetime.now(UTC))
    late = [one for one in found if one.is_late]
    if late:
        alerts.send(
            Alert(
                title=f"Fairlead: {len(late)} streams have stopped arriving",
                text="\n".join([*(one.sentence for one in late), "Look at their extractors."]),
                run_id=context.run.run_id,
            )
        )
    for one in found:
        yield AssetCheckResult(
            asset_key=raw_key(one.stream),
            check_name=CHECK,
            passed=not one.is_late,
            severity=AssetCheckSeverity.WARN,
            description=one.sentence,
            metadata={"newest extract": str(one.newest)},
        )


freshness_job = define_asset_job(
    "freshness",
    selection=AssetSelection.checks(*KEYS),
    executor_def=in_process_executor,
    description="Whether extracts still arrive; alerts when they do not.",
)

every_morning = ScheduleDefinition(
    name="daily_freshness",
    job=freshness_job,
    cron_schedule="0 7 * * *",
    execution_timezone="UTC",
    description="After the daily run, whether it had anything new to read.",
)


@definitions
def defs() -> Definitions:
    return Definitions(
        asset_checks=[landing_freshness], jobs=[freshness_job], schedules=[every_morning]
    )
