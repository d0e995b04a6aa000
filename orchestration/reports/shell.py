"""Shells: an audience's pages, built once for all releases.

A shell holds pages, components and the query engine, and no data: `publish` adds the
files of a release. It is cached under a hash of everything that goes into it, so it is
rebuilt only when pages, components or packages change.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from orchestration.files import alone
from orchestration.reports.content_policy import CONTENT_POLICY
from orchestration.reports.places import REPORTS, SHARED, site_source
from orchestration.reports.toolchain import (
    Log,
    ensure_node_modules,
    node,
    node_environment,
)

# The builder exits 0 after some of these, so its log decides.
FAILURES = re.compile(
    r"Error in Query|error during build|Build failed|ERR_[A-Z_]+|"
    r"(?:Parse|Syntax|Type|Reference)Error|CompileError|\[ERROR\]|Failed to ",
)
DATA_FILES = {".parquet", ".arrow", ".csv", ".duckdb", ".db"}
KEPT_SHELLS = 3

HEAD = f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}" />'
NO_SCRIPT = "<noscript>These reports are drawn in the browser: please allow scripts.</noscript>"
UPSTREAM_LINKS = re.compile(r'\s*<link rel="(?:icon|apple-touch-icon|manifest)"(?![^>]*svg)[^>]*>')
UPSTREAM_FILES = [
    "apple-touch-icon.png",
    "favicon.ico",
    "fix-tprotocol-service-worker.js",
    "icon-192.png",
    "icon-512.png",
    "manifest.webmanifest",
]


class ShellError(RuntimeError):
    """A shell could not be built; the message says why and what to do next."""


def shell_key(audience: str) -> str:
    """A hash of everything that decides how a shell turns out (16 hex digits)."""
    digest = hashlib.sha256()
    for root, path in _ingredients(audience):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def build_shell(audience: str, cache_dir: Path, log: Log = print) -> Path:
    """The audience's shell in `cache_dir`, built first if the cache does not hold it.

    A build happens in a folder of its own and is renamed into place when it is
    complete, so a killed build leaves no shell. Who needs the same shell meanwhile waits.

    Raises ShellError when the pages do not build.
    """
    target = cache_dir / f"{audience}-{shell_key(audience)}"
    if target.is_dir():
        return target
    with alone(cache_dir.with_name(f"{cache_dir.name}-{audience}.lock")):
        if not target.is_dir():
            _build_into(target, audience, cache_dir, log)
    return target


def _build_into(target: Path, audience: str, cache_dir: Path, log: Log) -> None:
    modules = ensure_node_modules(log)
    cache_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache_dir, prefix=f".building-{audience}-") as scratch:
        stage = Path(scratch) / audience
        stage_site(audience, stage, modules)
        log(f"Building the {audience} shell (a minute or two; only when pages change)")
        built = _build(audience, stage, cache_dir, log)
        _finish_start_page(built)
        _add_start_pages(built, stage / "pages")
        _require_no_data(built)
        built.rename(target)
    _prune(audience, cache_dir, keep=target)


def stage_site(audience: str, stage: Path, modules: Path) -> None:
    """Lay out one Evidence project: the site's own files, shared parts, packages.

    Evidence reads partials and components only from the project's own folder, so the
    shared ones are put there. A site cannot replace a shared part: that would be two
    truths under one name.
    """
    shutil.copytree(
        site_source(audience),
        stage,
        ignore=shutil.ignore_patterns(".evidence", "build"),
    )
    for part in ("partials", "components", "static"):
        for source in sorted((SHARED / part).rglob("*")):
            if source.is_dir():
                continue
            target = stage / part / source.relative_to(SHARED / part)
            if target.exists():
                raise ShellError(
                    f"{audience} and shared both have {part}/{target.name}; rename the site's own"
                )
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    # The builder finds which packages to compile through the project's package.json.
    shutil.copy2(REPORTS / "package.json", stage / "package.json")
    (stage / "node_modules").symlink_to(modules)


def _ingredients(audience: str) -> Iterator[tuple[Path, Path]]:
    """(root, file) of everything that goes into a shell, in a stable order."""
    for path in sorted([REPORTS / "package.json", REPORTS / "package-lock.json"]):
        yield REPORTS, path
    for folder in (SHARED, site_source(audience)):
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if path.is_file() and not {"node_modules", ".evidence", "build"} & set(relative.parts):
                yield REPORTS, path
    here = Path(__file__)
    for path in (here.with_name("content_policy.py"), here):
        yield here.parent, path


def _build(audience: str, stage: Path, cache_dir: Path, log: Log) -> Path:
    environment = node_environment(node(log)) | {
        "VITE_EVIDENCE_SPA": "true",
        "NODE_OPTIONS": "--max-old-space-size=4096",
        "CI": "true",
    }
    with subprocess.Popen(
        [str(stage / "node_modules" / ".bin" / "evidence"), "build:strict"],
        cwd=stage,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        output = process.stdout.read()
    built = stage / "build"
    failures = [line.strip() for line in output.splitlines() if FAILURES.search(line)]
    if process.returncode != 0 or failures or not (built / "index.html").is_file():
        log_file = cache_dir / f"{audience}-failed.log"
        log_file.write_text(output)
        reason = "\n".join(failures[:5]) or "\n".join(output.splitlines()[-5:])
        raise ShellError(
            f"the {audience} pages do not build:\n{reason}\n"
            f"The whole log is in {log_file}. Correct the page and run this again; "
            "queries alone are checked in a second by "
            f"`python -m orchestration.reports.page_sql {audience} RELEASE`."
        )
    return built


def _finish_start_page(built: Path) -> None:
    """Close the start page: own icon, no foreign host, a word where scripts are off."""
    start = built / "index.html"
    html = start.read_text()
    html = UPSTREAM_LINKS.sub("", html)
    html = html.replace("<head>", f"<head>\n{HEAD}", 1)
    html = html.replace("<body>", f"<body>\n{NO_SCRIPT}", 1)
    start.write_text(html)
    for name in UPSTREAM_FILES:
        (built / name).unlink(missing_ok=True)


def _add_start_pages(built: Path, pages: Path) -> None:
    """Give every page a copy of the start page, so that any static server finds it."""
    for page in sorted(pages.rglob("*.md")):
        relative = page.relative_to(pages).with_suffix("")
        route = relative.parent if relative.name in {"index", "+page"} else relative
        if route != Path("."):
            (built / route).mkdir(parents=True, exist_ok=True)
            shutil.copy2(built / "index.html", built / route / "index.html")
    manifest = sorted(
        path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()
    )
    (built / "shell.json").write_text(json.dumps({"files": manifest}, indent=1) + "\n")


def _require_no_data(built: Path) -> None:
    found = sorted(
        path.relative_to(built).as_posix()
        for path in built.rglob("*")
        if path.is_file()
        and (path.suffix in DATA_FILES or path.relative_to(built).parts[0] == "data")
    )
    if found:
        raise ShellError(
            f"a shell must hold no data, and this one has {', '.join(found)}; "
            "remove the files from the site's folder"
        )


def _prune(audience: str, cache_dir: Path, keep: Path) -> None:
    """Forget old shells and what killed builds left; sites have links of their own."""
    shells = sorted(
        (path for path in cache_dir.glob(f"{audience}-*") if path.is_dir() and path != keep),
        key=lambda path: path.stat().st_mtime,
    )
    for old in shells[: max(0, len(shells) - KEPT_SHELLS + 1)]:
        shutil.rmtree(old, ignore_errors=True)
    for leftover in cache_dir.glob(f".building-{audience}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
