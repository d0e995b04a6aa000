"""How dbt's nodes are named and grouped in Dagster."""

from collections.abc import Mapping
from typing import Any

from dagster import AssetKey, AssetSpec
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject

# Checks that look at all streams are about it: what they stop stands behind it.
STREAMS_KEY = AssetKey(["raw", "streams"])


class FairleadTranslator(DagsterDbtTranslator):
    """Sources are the landing assets; groups are the layers of the warehouse."""

    def __init__(self) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return AssetKey(["raw", dbt_resource_props["identifier"]])
        return super().get_asset_key(dbt_resource_props)

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        if spec.group_name != "staging":
            return spec
        keys = {dep.asset_key for dep in spec.deps} | {STREAMS_KEY}
        return spec.replace_attributes(deps=sorted(keys, key=str))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return layer_of(dbt_resource_props)


def layer_of(dbt_resource_props: Mapping[str, Any]) -> str:
    """The layer of a node: the first folder below models/, or `seeds`."""
    if dbt_resource_props["resource_type"] == "seed":
        return "seeds"
    layer: str = dbt_resource_props["fqn"][1]
    return layer
