"""What assets need from outside: the folders of the organisation, and dbt."""

import os
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from importlib.metadata import version as package_version
from typing import Any

from dagster import ConfigurableResource, Definitions, definitions
from dagster_dbt import DbtCliResource
from packaging import version

from orchestration.warehouse.dbt import DBT_EXECUTABLE
from orchestration.workspace import DBT_PROJECT, PROJECT_ROOT, Workspace


class WorkspaceResource(ConfigurableResource):
    """The folders of one organisation, from FAIRLEAD_LANDING and FAIRLEAD_HOME."""

    def open(self) -> Workspace:
        workspace = Workspace.from_environment()
        workspace.prepare()
        return workspace

    def known_at(self) -> datetime:
        """Nothing newer than the newest extract is known."""
        return self.open().newest_extract()


class OfflineDbtCliResource(DbtCliResource):
    """dbt's command line without two things that Dagster would do before each command: look up
    versions, which asks a package index, and open an adapter, which is only needed to count rows
    and list columns through dbt."""

    @cached_property
    def _cli_version(self) -> version.Version:
        return version.parse(package_version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


@definitions
def defs() -> Definitions:
    return Definitions(
        resources={
            "workspace": WorkspaceResource(),
            "dbt": OfflineDbtCliResource(
                dbt_executable=os.fspath(DBT_EXECUTABLE),
                project_dir=os.fspath(DBT_PROJECT),
                profiles_dir=os.fspath(PROJECT_ROOT),
                # Its debug log of 10 MB takes seconds to write, and `run.log` has what is read.
                global_config_flags=["--log-level-file", "info"],
            ),
        }
    )
