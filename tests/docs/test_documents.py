"""Documents lead somewhere and speak of the project alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.workspace import PROJECT_ROOT
from tests.docs.documents import (
    anchors,
    broken_links,
    documents,
    foreign_words,
    project_files,
    unknown_targets,
)


@pytest.fixture(scope="module")
def files() -> list[Path]:
    if not (PROJECT_ROOT / ".git").exists():
        pytest.skip("git tells which files belong to the project")
    return project_files(PROJECT_ROOT)


def test_every_link_leads_to_a_file_and_a_heading(files: list[Path]) -> None:
    found = documents(files, PROJECT_ROOT)
    assert PROJECT_ROOT / "README.md" in found
    assert [problem for file in found for problem in broken_links(file)] == []


def test_every_make_command_in_a_document_exists(files: list[Path]) -> None:
    makefile = PROJECT_ROOT / "Makefile"
    found = documents(files, PROJECT_ROOT)
    assert {file.name: unknown_targets(file, makefile) for file in found} == {
        file.name: [] for file in found
    }


def test_no_file_speaks_of_a_machine_or_a_registry(files: list[Path]) -> None:
    assert [problem for file in files for problem in foreign_words(file)] == []


def test_planted_faults_are_found(tmp_path: Path) -> None:
    makefile = tmp_path / "Makefile"
    makefile.write_text("run: setup\nlint:\n")
    document = tmp_path / "README.md"
    document.write_text(
        "# A title, with `code`\n\n[good](Makefile) [here](#a-title-with-code)\n"
        "[gone](missing.md) [nowhere](README.md#no-such-heading) [out](https://a.example/x)\n"
        "`[not a link](in-code.md)`\n\n    make run\n    make everything\n"
        "see /wo" + "rk/main and https://py" + "pi.org/simple\n"
    )
    assert list(broken_links(document)) == [
        "README.md: there is no missing.md",
        "README.md: README.md has no heading #no-such-heading",
    ]
    assert unknown_targets(document, makefile) == ["everything"]
    assert [word.partition(": ")[2] for word in foreign_words(document)] == [
        "/wo" + "rk/",
        "https://py" + "pi.org/simple",
    ]


def test_anchors_are_made_as_code_hosts_make_them() -> None:
    text = "# One & two\n\n## 5. Ancestry by `using key`\n\n## Same\n\n## Same\n"
    assert anchors(text) == {"one--two", "5-ancestry-by-using-key", "same", "same-1"}
