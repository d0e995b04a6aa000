"""Which data a site ships: its allow-list, checked by name, type and content."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

import duckdb
import yaml

from orchestration.files import sha256_of
from orchestration.reports.places import site_source

# What the reader's browser can decode and show. Other types would appear as codes or
# fail there.
PLAIN_TYPES = re.compile(
    r"BOOLEAN|U?(?:TINY|SMALL|BIG)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)|VARCHAR|DATE|"
    r"TIMESTAMP(?:_S|_MS|_NS)?"
)
CODECS = {"ZSTD", "SNAPPY", "GZIP", "UNCOMPRESSED"}


class SiteDataError(RuntimeError):
    """The files are not what the site may ship; the message names the difference."""


def allowed_tables(audience: str) -> list[str]:
    """The tables that the site ships, in alphabetical order, from its `data.yml`."""
    listed = yaml.safe_load((site_source(audience) / "data.yml").read_text())["tables"]
    return sorted(listed)


def release_files(audience: str, release_dir: Path) -> dict[str, Path]:
    """The release's Parquet file of each allowed table.

    Raises SiteDataError when a table is missing, not allowed, or of a kind that a
    browser cannot read. A table that nobody allowed stops the site: everything in its
    data folder can be downloaded, used by a page or not.
    """
    folder = release_dir / audience
    found = {path.stem: path for path in sorted(folder.glob("*")) if path.suffix == ".parquet"}
    others = sorted(path.name for path in folder.glob("*") if path.suffix != ".parquet")
    allowed = allowed_tables(audience)
    problems = []
    if missing := [table for table in allowed if table not in found]:
        problems.append(f"lacks {', '.join(missing)}")
    if stray := [table for table in found if table not in allowed] + others:
        problems.append(f"has {', '.join(stray)}, which reports/{audience}/data.yml does not list")
    if problems:
        raise SiteDataError(f"the release {folder} {' and '.join(problems)}")
    for table, path in found.items():
        _require_readable(table, path)
    return {table: found[table] for table in allowed}


def data_manifest(audience: str, hashes: Mapping[str, str]) -> str:
    """The `data/manifest.json` in which the pages look up their tables.

    `hashes` has the sha256 of each table's file. It becomes part of the address, so
    that a browser never shows a table of an earlier release from its cache.
    """
    addresses = [
        f"static/data/{audience}/{table}/{table}.parquet?v={hashes[table][:16]}"
        for table in sorted(hashes)
    ]
    return json.dumps({"renderedFiles": {audience: addresses}}, indent=1) + "\n"


def expected_data(audience: str, hashes: Mapping[str, str]) -> dict[str, str]:
    """Path in the site → sha256 of every data file that it may and must have."""
    files = {f"data/{audience}/{table}/{table}.parquet": digest for table, digest in hashes.items()}
    manifest = data_manifest(audience, hashes).encode()
    files["data/manifest.json"] = hashlib.sha256(manifest).hexdigest()
    return files


def data_differences(site: Path, expected: Mapping[str, str]) -> list[str]:
    """How the site's data differ from what is expected; empty when they do not."""
    found = {
        path.relative_to(site).as_posix(): path
        for path in (site / "data").rglob("*")
        if not path.is_dir()
    }
    differences = [f"{name} is not on the allow-list" for name in sorted(found.keys() - expected)]
    differences += [f"{name} is missing" for name in sorted(expected.keys() - found.keys())]
    differences += [
        f"{name} has other content than the release"
        for name in sorted(found.keys() & expected.keys())
        if sha256_of(found[name]) != expected[name]
    ]
    return differences


def _require_readable(table: str, path: Path) -> None:
    with duckdb.connect() as connection:
        try:
            columns = connection.execute(
                "select column_name, column_type from (describe select * from read_parquet(?))",
                [str(path)],
            ).fetchall()
            codecs = connection.execute(
                "select distinct compression from parquet_metadata(?)", [str(path)]
            ).fetchall()
        except duckdb.Error as error:
            raise SiteDataError(f"{path} is not a readable Parquet file: {error}") from error
    unfit = [f"{name} ({kind})" for name, kind in columns if not PLAIN_TYPES.fullmatch(kind)]
    if unfit:
        raise SiteDataError(
            f"{table} has columns that a page cannot show: {', '.join(unfit)}; "
            "publish text, numbers, booleans, dates or timestamps without time zone"
        )
    if odd := {codec for (codec,) in codecs} - CODECS:
        raise SiteDataError(f"{path.name} is compressed with {', '.join(sorted(odd))}; use zstd")
