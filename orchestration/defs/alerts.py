"""Who is told when a step fails: the target of `orchestration.alerts`, as a hook of the jobs."""

from dagster import ConfigurableResource, Definitions, HookContext, definitions, failure_hook

from orchestration.alerts import Alert, send
from orchestration.failures import told


class AlertsResource(ConfigurableResource):
    """Sends to the target that FAIRLEAD_ALERTS names, by default the log."""

    def send(self, alert: Alert) -> None:
        send(alert)


@failure_hook(required_resource_keys={"alerts"})
def alert_on_failure(context: HookContext) -> None:
    """One alert per step that failed; what was skipped because of it stays quiet."""
    problem = context.op_exception
    cause = (problem.__cause__ or problem) if problem else None
    words = told(context.step_key, type(cause).__name__, str(cause))
    alert = Alert(
        title=f"Fairlead: {context.job_name} stopped",
        text=f"{words}\nWhat was published before is unchanged.",
        run_id=context.run_id,
    )
    context.resources.alerts.send(alert)


@definitions
def defs() -> Definitions:
    return Definitions(resources={"alerts": AlertsResource()})
