"""What assets need from outside: the folders of the organisation, and dbt."""

import os
from datetime import datetime

from dagster import ConfigurableResource, Definitions, EnvVar, definitions

from orchestration.warehouse.dbt import DBT_EXECUTABLE, OfflineDbtCliResource
from orchestration.workspace import DBT_PROJECT, PROJECT_ROOT, Workspace


class WorkspaceResource(ConfigurableResource):
    """The folders of one organisation, from FAIRLEAD_LANDING and FAIRLEAD_HOME."""

    landing: str
    home: str

    def open(self) -> Workspace:
        workspace = Workspace.from_environment()
        workspace.prepare()
        return workspace

    def known_at(self) -> datetime:
        """Nothing newer than the newest extract is known."""
        return self.open().newest_extract()


@definitions
def defs() -> Definitions:
    return Definitions(
        resources={
            "workspace": WorkspaceResource(
                landing=EnvVar("FAIRLEAD_LANDING"), home=EnvVar("FAIRLEAD_HOME")
            ),
            "dbt": OfflineDbtCliResource(
                dbt_executable=os.fspath(DBT_EXECUTABLE),
                project_dir=os.fspath(DBT_PROJECT),
                profiles_dir=os.fspath(PROJECT_ROOT),
            ),
        }
    )
