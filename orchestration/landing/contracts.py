"""Stream contracts: what each source may bring in, in one YAML file per source.

A contract is an allow-list. Nothing that it does not declare reaches the warehouse,
and every declared key says why it is collected. The reader, the tests and the
disclosure (LANDING.md) all derive from the dataclasses here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

STREAMS_FOLDER = Path(__file__).parent / "streams"

TYPES = ("integer", "number", "text", "boolean", "timestamp", "date", "any")
FORMATS = ("json", "csv", "parquet")
KINDS = ("event", "snapshot")

# Never collected, whatever the purpose: the words are matched one by one in a column's
# name, so that `base_pay` is refused and `payload` is not.
FORBIDDEN_WORDS: Mapping[str, str] = MappingProxyType(
    {word: reason for reason, words in {
        "pay": """salary salaries wage wages pay payroll compensation bonus bonuses
                  remuneration equity""",
        "birth date and age": "birth birthday birthdate dob age",
        "ethnicity and other protected attributes": """ethnicity ethnic race religion
                  nationality gender sex""",
        "medical data": "medical diagnosis illness sick sickness disability pregnancy",
        "chat logs": "chat chats",
        "calendar contents": "calendar calendars",
        "keystroke or presence data": "keystroke keystrokes keylog presence",
    }.items() for word in words.split()}
)  # fmt: skip
FORBIDDEN_PHRASES: Mapping[str, str] = MappingProxyType(
    {
        "leave_reason": "leave reasons",
        "absence_reason": "leave reasons",
        "reason_for_leave": "leave reasons",
        "reason_for_absence": "leave reasons",
        "time_off_reason": "leave reasons",
        "leave_type": "leave reasons",
    }
)

# Who somebody is, by the names that tools give it: such a key is marked, or refused.
_PERSON = re.compile(
    r"(^|[._])(login|email|employee_id)$"
    r"|(^|\.)(user|author|creator|committer|agent|actor|assignee|reviewer)\.(id|name)$",
    re.IGNORECASE,
)
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\[\])?(\.[A-Za-z_][A-Za-z0-9_-]*(\[\])?)*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
# What `only` fits: a key at the top of a record, or of the elements of a list there.
_RESTRICTED = re.compile(r"[^.\[]+(\[\]\.[^.\[]+)?")


class ContractError(ValueError):
    """A stream contract is malformed; the message names the file and the key."""


@dataclass(frozen=True)
class Key:
    """One declared key: its type, whether records need it, and why it is collected.

    `only`: the texts that are kept; any other is null before anything is stored, so that a
    few words of a system can be taken from where people write, too. Empty: all are kept.
    Of a list, only the elements are kept whose key has one of these texts.

    `within`: the keys that are kept of an object whose keys differ from one organisation to the
    next. A key of type `any` without it holds a single value or a list of them, and no object:
    nobody would know what is in it.
    """

    type: str
    why: str
    required: bool = False
    person: bool = False
    only: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stream:
    """One stream of one source.

    `keys` maps paths (`a.b`, `labels[].name`) to their declarations. `zone` names the
    zone of timestamps without an offset; without it they are not accepted.
    `fresh_within_days` says how old the newest extract may be; None: nobody is alerted.
    """

    source: str
    name: str
    format: str
    purpose: str
    kind: str
    retention: str
    primary_key: tuple[str, ...]
    cursor: str | None
    keys: Mapping[str, Key] = field(repr=False)
    zone: str | None = None
    fresh_within_days: int | None = None

    @property
    def table(self) -> str:
        """The raw table's name without its schema, e.g. `github__pull_requests`."""
        return f"{self.source}__{self.name}"

    @property
    def repeats_matter(self) -> bool:
        """Whether the same file content at a later time says something new.

        A list that went from A to B and back to A did change; with a cursor in each
        record, the record itself tells which version is the latest.
        """
        return self.kind == "snapshot" or self.cursor is None

    @cached_property
    def top_level(self) -> frozenset[str]:
        """Names of the declared top-level keys."""
        return frozenset(path.split(".")[0].removesuffix("[]") for path in self.keys)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Paths that every record has."""
        return tuple(path for path, key in self.keys.items() if key.required)


def forbidden(name: str) -> str | None:
    """Return the kind of data that a key or column named so would hold, if forbidden.

    >>> forbidden("Base Pay"), forbidden("payload"), forbidden("leaveReason")
    ('pay', None, 'leave reasons')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    words = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
    for phrase, reason in FORBIDDEN_PHRASES.items():
        if f"_{phrase}_" in f"_{words}_":
            return reason
    return next(
        (FORBIDDEN_WORDS[word] for word in words.split("_") if word in FORBIDDEN_WORDS),
        None,
    )


def load_contracts(folder: Path = STREAMS_FOLDER) -> dict[tuple[str, str], Stream]:
    """Read every `*.yml` of a folder; keyed and sorted by (source, stream).

    Raises ContractError on the first malformed file.
    """
    streams: dict[tuple[str, str], Stream] = {}
    for path in sorted(folder.glob("*.yml")):
        for stream in read_contract(path):
            identity = (stream.source, stream.name)
            if identity in streams:
                raise ContractError(f"{path}: {stream.table} is declared twice")
            streams[identity] = stream
    return dict(sorted(streams.items()))


def read_contract(path: Path) -> list[Stream]:
    """Read and validate one source's contract file."""
    try:
        with path.open(encoding="utf-8") as file:
            document = yaml.load(file, Loader=_NoDuplicateKeys)
    except yaml.YAMLError as error:
        raise ContractError(f"{path}: not valid YAML: {error}") from error
    document = _mapping(document, str(path))
    _only(document, {"source", "format", "fresh_within_days", "streams"}, str(path))
    source = _choice(document, "source", None, str(path))
    form = _choice(document, "format", FORMATS, str(path))
    fresh_within = _days(document, "fresh_within_days", str(path))
    declared = _mapping(document.get("streams"), f"{path}: streams")
    return [
        replace(
            _stream(source, form, name, _mapping(body, f"{path}: {name}"), f"{path}: {name}"),
            fresh_within_days=fresh_within,
        )
        for name, body in declared.items()
    ]


def _stream(source: str, form: str, name: str, body: dict[str, Any], at: str) -> Stream:
    _only(
        body,
        {"purpose", "kind", "retention", "primary_key", "cursor", "zone", "keys"},
        at,
    )
    if not _NAME.fullmatch(name):
        raise ContractError(f"{at}: a stream's name is lower_snake_case")
    keys = {
        path: _key(path, declaration, f"{at}: {path}")
        for path, declaration in _mapping(body.get("keys"), f"{at}: keys").items()
    }
    _no_leaf_is_a_container(keys, at)
    primary_key = body.get("primary_key")
    if not isinstance(primary_key, list) or not primary_key:
        raise ContractError(f"{at}: primary_key must be a list of keys")
    for path in primary_key:
        if path not in keys:
            raise ContractError(f"{at}: primary key {path!r} is not among the keys")
        if "[]" in path:
            raise ContractError(f"{at}: primary key {path!r} lies inside a list")
    if not any(keys[path].required for path in primary_key):
        raise ContractError(f"{at}: no part of the primary key is required")
    cursor = body.get("cursor")
    if cursor is not None and (cursor not in keys or keys[cursor].type != "timestamp"):
        raise ContractError(f"{at}: cursor {cursor!r} is not a timestamp among the keys")
    return Stream(
        source=source,
        name=name,
        format=form,
        purpose=_text(body, "purpose", at),
        kind=_choice(body, "kind", KINDS, at),
        retention=_choice(body, "retention", None, at),
        primary_key=tuple(primary_key),
        cursor=cursor,
        keys=MappingProxyType(keys),
        zone=body.get("zone"),
    )


def _key(path: str, declaration: Any, at: str) -> Key:
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise ContractError(f"{at}: not a path such as a.b or labels[].name")
    reason = forbidden(path)
    if reason:
        raise ContractError(f"{at}: forbidden, {reason} is never collected")
    body = _mapping(declaration, at)
    _only(body, {"type", "required", "person", "only", "within", "why"}, at)
    for flag in ("required", "person"):
        if not isinstance(body.get(flag, False), bool):
            raise ContractError(f"{at}: {flag} must be true or false")
    if _PERSON.search(path) and not body.get("person"):
        raise ContractError(f"{at}: tells who somebody is; mark it with person: true")
    required = body.get("required", False)
    if required and "[]" in path:
        raise ContractError(f"{at}: a key inside a list cannot be required")
    kind = _choice(body, "type", TYPES, at)
    only, within = _texts(body, "only", at), _texts(body, "within", at)
    if only and (kind != "text" or required or not _RESTRICTED.fullmatch(path)):
        raise ContractError(
            f"{at}: only fits a text that may be absent, of a record or of a list's elements"
        )
    if within and (kind != "any" or required or not _NAME.fullmatch(path)):
        raise ContractError(f"{at}: within fits a key of type any at the top that may be absent")
    for name in within:
        if reason := forbidden(name):
            raise ContractError(f"{at}: within: {name}: forbidden, {reason} is never collected")
    return Key(
        type=kind,
        why=_text(body, "why", at),
        required=required,
        person=body.get("person", False),
        only=only,
        within=within,
    )


def _no_leaf_is_a_container(keys: Mapping[str, Key], at: str) -> None:
    """A path cannot be both a value and an object, nor differ by case alone."""
    seen: dict[str, str] = {}
    for path in keys:
        parts = path.replace("[]", ".[]").split(".")
        for length in range(1, len(parts) + 1):
            prefix = ".".join(parts[:length])
            role = "value" if length == len(parts) else "container"
            # What follows tells an object from a list.
            if role == "container":
                role = "list" if parts[length] == "[]" else "object"
            spelt = f"{role} {prefix}"
            known = seen.setdefault(prefix.lower(), spelt)
            if known != spelt:
                raise ContractError(f"{at}: {path}: clashes with the {known}")


def _mapping(value: Any, at: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        raise ContractError(f"{at}: expected a mapping that is not empty")
    return value


def _only(body: Mapping[str, Any], allowed: set[str], at: str) -> None:
    unknown = sorted(str(name) for name in body if name not in allowed)
    if unknown:
        raise ContractError(
            f"{at}: unknown {', '.join(unknown)};"
            f" known are {', '.join(sorted(allowed))} (quote a text that holds a comma)"
        )


def _text(body: Mapping[str, Any], name: str, at: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ContractError(f"{at}: {name} is missing")
    return value


def _texts(body: Mapping[str, Any], name: str, at: str) -> tuple[str, ...]:
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ContractError(f"{at}: {name} must be a list of texts")
    return tuple(value)


def _days(body: Mapping[str, Any], name: str, at: str) -> int | None:
    value = body.get(name)
    if value is not None and (type(value) is not int or value < 1):
        raise ContractError(f"{at}: {name} must be a whole number of days, at least 1")
    return value


def _choice(body: Mapping[str, Any], name: str, choices: tuple[str, ...] | None, at: str) -> str:
    value = _text(body, name, at)
    if choices is None and not _NAME.fullmatch(value):
        raise ContractError(f"{at}: {name} must be lower_snake_case")
    if choices is not None and value not in choices:
        raise ContractError(f"{at}: unknown {name} {value!r}; known are {', '.join(choices)}")
    return value


# The parser in C, where the package has it: fifty streams are a second's work without.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _NoDuplicateKeys(_Loader):  # type: ignore[misc]
    """YAML keeps the last of two equal keys without a word; a contract must not."""


def _construct_mapping(loader: _NoDuplicateKeys, node: yaml.MappingNode) -> dict[str, object]:
    mapping: dict[str, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in mapping:
            raise ContractError(f"{node.start_mark.name}: {key!r} is declared twice")
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


_NoDuplicateKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)
