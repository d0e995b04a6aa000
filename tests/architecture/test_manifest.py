"""The warehouse keeps its architecture, and each rule notices when it would not."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Callable

import pytest

from orchestration.warehouse.project import ensure_manifest
from quality import architecture as rules


@pytest.fixture(scope="session")
def manifest() -> rules.Manifest:
    return json.loads(ensure_manifest().read_text())


def node(manifest: rules.Manifest, name: str) -> rules.Node:
    return manifest["nodes"][f"model.fairlead.{name}"]


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_the_project_follows_the_rule(
    manifest: rules.Manifest, rule: Callable[[rules.Manifest], list[str]]
) -> None:
    assert rule(manifest) == [], rule.__doc__


def _published_reads_core(broken: rules.Manifest) -> None:
    node(broken, "pub_leadership__delivery")["depends_on"]["nodes"].append(
        "model.fairlead.fct_changes"
    )


def _staging_reads_another_source(broken: rules.Manifest) -> None:
    node(broken, "stg_github__commits")["depends_on"]["nodes"].append(
        "source.fairlead.people.roster"
    )


def _published_reads_before_the_gate(broken: rules.Manifest) -> None:
    node(broken, "pub_leadership__delivery")["depends_on"]["nodes"].append(
        "model.fairlead.coh_cells"
    )


def _core_is_public(broken: rules.Manifest) -> None:
    node(broken, "fct_changes")["config"]["access"] = "public"


def _model_configures_itself(broken: rules.Manifest) -> None:
    node(broken, "fct_changes")["raw_code"] += "{{ config(materialized='view') }}"


def _published_without_contract(broken: rules.Manifest) -> None:
    node(broken, "pub_leadership__brief")["config"]["contract"]["enforced"] = False


def _published_without_checks(broken: rules.Manifest) -> None:
    node(broken, "pub_leadership__on_call")["constraints"] = []


def _hard_coded_relation(broken: rules.Manifest) -> None:
    node(broken, "met_delivery")["raw_code"] += "\nselect * from core.fct_changes"


def _clock(broken: rules.Manifest) -> None:
    node(broken, "fct_incidents")["raw_code"] += "\nselect current_date"


def _name_of_another_layer(broken: rules.Manifest) -> None:
    node(broken, "fct_incidents")["name"] = "incidents"


def _description_without_grain(broken: rules.Manifest) -> None:
    node(broken, "fct_incidents")["description"] = "Incidents."


def _unmarked_person(broken: rules.Manifest) -> None:
    column = node(broken, "fct_pages")["columns"]["person_id"]
    column["config"] = {}
    column["meta"] = {}


def _unmarked_person_key(broken: rules.Manifest) -> None:
    del node(broken, "stg_github__reviews")["columns"]["reviewer_id"]


def _published_count_of_people(broken: rules.Manifest) -> None:
    node(broken, "pub_leadership__on_call")["columns"]["n_people"] = {"name": "n_people"}


PLANTED = {
    rules.layers_read_only_their_neighbours: _published_reads_core,
    rules.staging_reads_its_own_source: _staging_reads_another_source,
    rules.aggregate_audiences_read_only_behind_the_gate: _published_reads_before_the_gate,
    rules.folders_decide_group_and_access: _core_is_public,
    rules.models_do_not_configure_themselves: _model_configures_itself,
    rules.published_models_have_contracts_in_their_own_file: _published_without_contract,
    rules.published_cells_have_checks: _published_without_checks,
    rules.no_relation_is_hard_coded: _hard_coded_relation,
    rules.nothing_reads_the_clock: _clock,
    rules.names_tell_the_layer: _name_of_another_layer,
    rules.descriptions_end_with_the_grain: _description_without_grain,
    rules.person_columns_are_marked: _unmarked_person,
    rules.person_keys_stay_marked_in_staging: _unmarked_person_key,
    rules.published_models_have_no_person_column: _published_count_of_people,
}


def test_every_rule_has_a_planted_violation() -> None:
    assert set(PLANTED) == set(rules.RULES)


def test_every_rule_that_is_written_is_listed() -> None:
    written = {
        function
        for name, function in inspect.getmembers(rules, inspect.isfunction)
        if function.__module__ == rules.__name__
        and not name.startswith("_")
        and inspect.get_annotations(function) == {"manifest": "Manifest", "return": "list[str]"}
    }
    assert written == set(rules.RULES)


@pytest.mark.parametrize(
    "column",
    [
        "record ->> '$.user.login' as reviewer_name",
        "lower(record ->> '$.user.login')\n            as who,",
        "cast(record ->> '$.user.id' as bigint) as who",
    ],
)
def test_a_person_key_is_found_however_it_is_taken(manifest: rules.Manifest, column: str) -> None:
    broken = copy.deepcopy(manifest)
    node(broken, "stg_github__reviews")["raw_code"] = f"select\n    {column}\nfrom source"
    assert rules.person_keys_stay_marked_in_staging(broken) != []


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_a_planted_violation_is_found(
    manifest: rules.Manifest, rule: Callable[[rules.Manifest], list[str]]
) -> None:
    broken = copy.deepcopy(manifest)
    PLANTED[rule](broken)
    assert rule(broken) != []
