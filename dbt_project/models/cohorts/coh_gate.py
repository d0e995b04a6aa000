"""The gate: which candidate cells may be published, and how many people stand behind each."""

from quality.privacy.gate import Policy, decide


def model(dbt, session):
    """One row per candidate cell: cell_id, decision, n_people, people_band."""
    policy = Policy.from_seeds(
        minimums=dbt.ref("privacy_minimums").df(),
        dominance=dbt.ref("dominance_limits").df(),
        audience="leadership",
    )
    return decide(
        cells=dbt.ref("coh_cells").df(),
        memberships=dbt.ref("coh_memberships").df(),
        metrics=dbt.ref("metric_catalog").df(),
        policy=policy,
    )
