"""Great Expectations below one folder: nothing is sent anywhere and no progress is drawn.

Importing this module imports Great Expectations, which takes seconds: import it late.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

# Read when the library is imported.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from great_expectations.data_context.data_context.ephemeral_data_context import (
    EphemeralDataContext,
)
from great_expectations.data_context.types.base import DataContextConfig, ProgressBarsConfig
from tqdm import tqdm  # type: ignore[import-untyped]

SITE = "fairlead"


def open_context(folder: Path | None = None) -> EphemeralDataContext:
    """A context that keeps all in memory, or validation results and pages below a folder.

    Validation happens in memory first, so that nothing is written before it was looked
    through for values.
    """
    tqdm.monitor_interval = 0  # its thread would outlive the run
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    results: dict[str, Any] = {"class_name": "ValidationResultsStore"}
    sites: dict[str, Any] = {}
    if folder:
        results["store_backend"] = _folder(folder / "validations")
        sites[SITE] = {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": _folder(folder / "data_docs"),
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        }
    return gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            stores={
                "expectations_store": {"class_name": "ExpectationsStore"},
                "validation_results_store": results,
                "validation_definition_store": {"class_name": "ValidationDefinitionStore"},
                "checkpoint_store": {"class_name": "CheckpointStore"},
            },
            expectations_store_name="expectations_store",
            validation_results_store_name="validation_results_store",
            checkpoint_store_name="checkpoint_store",
            data_docs_sites=sites,
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
        ),
    )


def _folder(folder: Path) -> dict[str, str]:
    return {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)}
