"""The record of a run carries counts and outcomes, and says what stopped it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.audit.architecture import ArchitectureError, require_architecture
from orchestration.audit.checks import (
    CRITICAL,
    FAILED,
    PASSED,
    WARNING,
    Check,
    checks_of_dbt,
    read_checks,
    write_checks,
)
from orchestration.audit.reasons import reason
from orchestration.audit.tables import two_digits


def check(name: str, outcome: str, severity: str = CRITICAL) -> Check:
    return Check("dbt test", name, "fct_changes", severity, outcome, 1, 0.1, "why")


def test_results_are_kept_by_source_and_replaced_as_a_whole(tmp_path: Path) -> None:
    write_checks(tmp_path, "run", "dbt", [check("one", PASSED), check("two", FAILED)])
    write_checks(tmp_path, "run", "pages", [check("three", PASSED)])
    write_checks(tmp_path, "run", "dbt", [check("one", FAILED)])
    assert read_checks(tmp_path, "run") == [check("one", FAILED), check("three", PASSED)]
    assert read_checks(tmp_path, "another run") == []


def test_only_critical_failures_stop_publication() -> None:
    assert check("x", FAILED).stops_publication
    assert not check("x", FAILED, WARNING).stops_publication
    assert not check("x", PASSED).stops_publication


def test_messages_of_dbt_never_enter_the_record() -> None:
    manifest = {
        "nodes": {
            "test.fairlead.unique_x": {
                "resource_type": "test",
                "name": "unique_x",
                "config": {"severity": "ERROR"},
                "description": "",
                "attached_node": "model.fairlead.x",
                "test_metadata": {"name": "unique", "kwargs": {"column_name": "person_id"}},
            },
            "model.fairlead.x": {"resource_type": "model", "name": "x"},
        },
        "sources": {},
    }
    results = {
        "results": [
            {
                "unique_id": "test.fairlead.unique_x",
                "status": "fail",
                "failures": 3,
                "execution_time": 0.5,
                "message": "Got Ada Lovelace, configured to fail",
            }
        ]
    }
    (found,) = checks_of_dbt(results, manifest)
    assert found == Check(
        "dbt test", "unique_x", "x", CRITICAL, FAILED, 3, 0.5, "person_id identifies a row"
    )


def test_results_of_dbt_stand_in_the_same_order_however_they_ended() -> None:
    manifest = {
        "nodes": {
            f"model.fairlead.{name}": {"resource_type": "model", "name": name} for name in "ab"
        },
        "sources": {},
    }
    ended_last_first = [
        {"unique_id": f"model.fairlead.{name}", "status": "error", "execution_time": 0.5}
        for name in "ba"
    ]
    found = checks_of_dbt({"results": ended_last_first}, manifest)
    assert [check.name for check in found] == ["a", "b"]


def test_a_broken_rule_is_recorded_and_stops_the_build(tmp_path: Path) -> None:
    manifest = {
        "nodes": {
            "model.fairlead.people": {
                "resource_type": "model",
                "package_name": "fairlead",
                "name": "pub_leadership__people",
                "fqn": ["fairlead", "published", "leadership", "pub_leadership__people"],
                "depends_on": {"nodes": []},
                "config": {
                    "group": "publication",
                    "access": "public",
                    "contract": {"enforced": True},
                },
                "raw_code": "select 1",
                "database": "reporting",
                "schema": "leadership",
                "columns": {"person_name": {"name": "person_name"}},
                "constraints": [],
                "description": "One row per person.",
            }
        },
        "sources": {},
        "macros": {},
    }
    with pytest.raises(ArchitectureError, match="person_name"):
        require_architecture(tmp_path, "run", manifest)
    stopping = [one.name for one in read_checks(tmp_path, "run") if one.stops_publication]
    assert "published_models_have_no_person_column" in stopping


def test_numbers_of_rows_say_nothing_exact() -> None:
    assert [two_digits(n) for n in (0, 3, 9, 10, 123, 98765)] == [
        "0",
        "under 10",
        "under 10",
        "10",
        "120",
        "99,000",
    ]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            "Runtime Error in model x (models/core/x.sql)\n"
            '  Binder Error: Referenced column "y" not found in FROM clause!\n'
            '  Candidate bindings: "z"\n\n  LINE 1: select y',
            'Binder Error: Referenced column "y" not found in FROM clause!',
        ),
        (
            "Runtime Error in model x (models/core/x.sql)\n"
            "  Constraint Error: CHECK constraint failed on table x with expression CHECK((n > 4))",
            "Constraint Error: CHECK constraint failed on table x with expression CHECK((n > 4))",
        ),
        (
            "Compilation Error in model x (models/core/x.sql)\n"
            "  This model has an enforced contract that failed.\n  Please ensure the name, …\n\n"
            "  | column_name | definition_type | contract_type | mismatch_reason       |\n"
            "  | ----------- | --------------- | ------------- | --------------------- |\n"
            "  | band        |                 | VARCHAR       | missing in definition |\n"
            "  | n           | DECIMAL(4, 1)   | INTEGER       | data type mismatch    |\n",
            "its columns are not those of its contract: "
            "band (missing in definition), n (data type mismatch)",
        ),
        (
            "Compilation Error in test x (models/core/x.yml)\n  'test_y' is undefined.",
            "'test_y' is undefined.",
        ),
    ],
)
def test_an_error_that_quotes_no_value_is_told(error: str, told: str) -> None:
    assert reason(error) == told


@pytest.mark.parametrize(
    "error",
    [
        "Conversion Error: Could not convert string 'Ada Lovelace' to INT32",
        'Constraint Error: Duplicate key "login: ada" violates unique constraint',
        "Runtime Error in model x (models/x.py)\n  Python model failed:\n  KeyError: 'ada'",
        "Conversion Error: Could not convert string '\nBinder Error: ada' to INT32",
        "",
    ],
)
def test_an_error_that_could_quote_a_value_is_left_in_the_log(error: str) -> None:
    assert "ada" not in reason(error).lower()
    assert "run.log" in reason(error)
