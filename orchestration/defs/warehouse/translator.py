"""How dbt's nodes are named and grouped in Dagster."""

from collections.abc import Mapping
from typing import Any

from dagster import AssetKey
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings


class FairleadTranslator(DagsterDbtTranslator):
    """Sources are the landing assets; groups are the layers of the warehouse."""

    def __init__(self) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return AssetKey(["raw", dbt_resource_props["identifier"]])
        return super().get_asset_key(dbt_resource_props)

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return layer_of(dbt_resource_props)


def layer_of(dbt_resource_props: Mapping[str, Any]) -> str:
    """The layer of a node: the first folder below models/, or `seeds`."""
    if dbt_resource_props["resource_type"] == "seed":
        return "seeds"
    layer: str = dbt_resource_props["fqn"][1]
    return layer
