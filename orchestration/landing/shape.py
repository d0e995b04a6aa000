"""The declared keys of a stream as a tree, and the SQL that prunes and checks a record.

A record is parsed once, into a struct that has the declared keys and whose leaves are
JSON. So what is not declared is gone before anything is stored, and a leaf keeps the
digits it was written with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from orchestration.landing.contracts import Key, Stream
from orchestration.landing.tables import literal, quoted
from orchestration.landing.values import fault, is_clean


@dataclass
class _Leaf:
    path: str
    key: Key


@dataclass
class _Object:
    path: str
    children: dict[str, _Leaf | _Object | _List] = field(default_factory=dict)


@dataclass
class _List:
    path: str
    element: _Object | _Leaf


_Node = _Leaf | _Object | _List


class Shape:
    """SQL fragments for one stream.

    `as_text` says that the file has only texts (CSV), so that numbers may be quoted.
    """

    def __init__(self, stream: Stream, *, as_text: bool = False) -> None:
        self._as_text = as_text
        self._zoned = stream.zone is not None
        self._root = _tree(stream)

    def structure(self, extra: tuple[str, ...] = ()) -> str:
        """The structure that `json_transform` takes, with some more top-level keys."""
        structure = _structure(self._root)
        for name in extra:
            structure.setdefault(name, "JSON")
        return json.dumps(structure)

    def is_clean(self, record: str) -> str:
        """SQL, true where no check fails and no container was of the wrong type.

        False only sends a record to `faults`, which decides: absent lists, for
        example, are legal but look like lists of the wrong type.
        """
        # A check of an absent value is null, and null does not fail a conjunction.
        return f"coalesce({' and '.join(self._clean(self._root, record))}, true)"

    def faults(self, record: str, payload: str) -> str:
        """SQL, a list of {field, reason, is_fatal}; empty where the record is fine.

        `payload` is the text that `record` was made from.
        """
        entries = list(self._faults(self._root, record))
        containers = [node for node in _walk(self._root) if _is_checked(node)]
        if containers:
            paths = ", ".join(literal(_json_path(node)) for node in containers)
            # Named once per container and computed once: it is a common subexpression.
            types = f"json_type({payload}, [{paths}])"
            for position, node in enumerate(containers, start=1):
                expected = "ARRAY" if isinstance(node, _List) else "OBJECT"
                reason = (
                    f"case when {types}[{position}] not in ('{expected}', 'NULL')"
                    " then 'wrong_type' end"
                )
                entries.append(_entry(node.path, reason))
        for node in containers:
            if isinstance(node, _List) and isinstance(node.element, _Object):
                types = f"json_type({payload}, {literal(_json_path(node) + '[*]')})"
                reason = (
                    f"case when len(list_filter({types}, lambda each_type:"
                    " each_type not in ('OBJECT', 'NULL'))) > 0 then 'wrong_type' end"
                )
                entries.append(_entry(f"{node.path}[]", reason))
        listed = ", ".join(entries)
        return f"list_filter([{listed}], lambda each_entry: each_entry.reason is not null)"

    def mended(self, record: str, faults: str) -> str:
        """SQL, the record with null in the place of what `faults` names."""
        fields = f"list_transform({faults}, lambda each_fault: each_fault.field)"
        return self._mended(self._root, record, fields)

    def _clean(self, node: _Object, value: str) -> Iterator[str]:
        for name, child in node.children.items():
            inner = f"{value}.{quoted(name)}"
            if isinstance(child, _Leaf):
                valid = self._valid(child, inner)
                if child.key.required:
                    blank = literal('""')
                    yield f"({inner} is not null and {inner} <> {blank} and {valid})"
                elif not child.key.within:
                    yield valid
            elif isinstance(child, _Object):
                leaves = list(_leaf_values(child, inner))
                filled = " or ".join(f"{leaf} is not null" for leaf in leaves)
                yield f"({inner} is null or {filled})"
                yield from self._clean(child, inner)
            else:
                element = _variable(child)
                leaves = list(_leaf_values(child.element, element))
                filled = " or ".join(f"{leaf} is not null" for leaf in leaves)
                checks = [f"({filled})"]
                if isinstance(child.element, _Leaf):
                    checks.append(self._valid(child.element, element))
                else:
                    checks.extend(self._clean(child.element, element))
                clean = f"coalesce({' and '.join(checks)}, true)"
                faulty = f"list_filter({inner}, lambda {element}: not {clean})"
                yield f"({inner} is not null and len({faulty}) = 0)"

    def _faults(self, node: _Object, value: str) -> Iterator[str]:
        for name, child in node.children.items():
            inner = f"{value}.{quoted(name)}"
            if isinstance(child, _Leaf):
                absent = f"{inner} is null"
                when_absent = "null"
                if child.key.required:
                    absent = f"({absent} or {inner} = {literal(chr(34) * 2)})"
                    when_absent = "'missing'"
                elif child.key.within:
                    continue
                reason = (
                    f"case when {absent} then {when_absent} else {self._reason(child, inner)} end"
                )
                yield _entry(child.path, reason, is_fatal=child.key.required)
            elif isinstance(child, _Object):
                yield from self._faults(child, inner)
            else:
                yield from self._list_faults(child, inner)

    def _list_faults(self, node: _List, value: str) -> Iterator[str]:
        """One entry per key of the elements, whatever the number of elements."""
        for leaf, reasons in self._list_reasons(node, value):
            first = f"list_filter({reasons}, lambda each_r: each_r is not null)[1]"
            yield _entry(leaf.path, first)

    def _list_reasons(self, node: _List, value: str) -> Iterator[tuple[_Leaf, str]]:
        """Keys of the elements, each with SQL of the reasons that its values have."""
        element = _variable(node)
        for leaf, inner in _leaves(node.element, element):
            reason = self._reason(leaf, inner)
            yield leaf, f"list_transform({value}, lambda {element}: {reason})"
        for child, inner in _lists(node.element, element):
            for leaf, reasons in self._list_reasons(child, inner):
                nested = f"list_transform({value}, lambda {element}: {reasons})"
                yield leaf, f"flatten({nested})"

    def _mended(self, node: _Node, value: str, fields: str) -> str:
        if isinstance(node, _Leaf):
            if node.key.within:
                return value
            if "[]" in node.path:
                # One element may be at fault and the next may not.
                return f"case when {self._reason(node, value)} is null then {value} end"
            fault_here = f"list_contains({fields}, {literal(node.path)})"
            return f"case when not {fault_here} then {value} end"
        if isinstance(node, _List):
            element = _variable(node)
            inner = self._mended(node.element, element, fields)
            return f"list_transform({value}, lambda {element}: {inner})"
        packed = []
        for name, child in node.children.items():
            inner = self._mended(child, f"{value}.{quoted(name)}", fields)
            packed.append(f"{quoted(name)} := {inner}")
        struct = f"struct_pack({', '.join(packed)})"
        return f"case when {value} is not null then {struct} end"

    def _valid(self, leaf: _Leaf, value: str) -> str:
        return is_clean(leaf.key.type, _text(value), as_text=self._as_text)

    def _reason(self, leaf: _Leaf, value: str) -> str:
        return fault(leaf.key.type, _text(value), as_text=self._as_text, zoned=self._zoned)


def _text(value: str) -> str:
    """A JSON leaf as it is written; the cast costs nothing."""
    return f"({value}::varchar)"


def _tree(stream: Stream) -> _Object:
    root = _Object("")
    for path, key in stream.keys.items():
        node = root
        *parents, last = path.split(".")
        walked: list[str] = []
        for part in parents:
            walked.append(part)
            here = ".".join(walked)
            name = part.removesuffix("[]")
            if part.endswith("[]"):
                child = node.children.setdefault(
                    name, _List(here.removesuffix("[]"), _Object(here))
                )
                assert isinstance(child, _List)
                assert isinstance(child.element, _Object)
                node = child.element
            else:
                inner = node.children.setdefault(name, _Object(here))
                assert isinstance(inner, _Object)
                node = inner
        leaf = _Leaf(path, key)
        if last.endswith("[]"):
            node.children[last.removesuffix("[]")] = _List(path[:-2], leaf)
        else:
            node.children[last] = leaf
    return root


def _structure(node: _Node) -> Any:
    if isinstance(node, _Leaf):
        return "JSON"
    if isinstance(node, _List):
        return [_structure(node.element)]
    return {name: _structure(child) for name, child in node.children.items()}


def _walk(node: _Node) -> Iterator[_Node]:
    yield node
    if isinstance(node, _Object):
        for child in node.children.values():
            yield from _walk(child)
    elif isinstance(node, _List):
        yield from _walk(node.element)


def _is_checked(node: _Node) -> bool:
    """Containers outside lists; the elements of a list are looked at by their keys."""
    return not isinstance(node, _Leaf) and node.path != "" and "[]" not in node.path


def _leaves(node: _Object | _Leaf, value: str) -> Iterator[tuple[_Leaf, str]]:
    """Leaves of an object that are not inside a further list, with their SQL."""
    if isinstance(node, _Leaf):
        yield node, value
        return
    for name, child in node.children.items():
        inner = f"{value}.{quoted(name)}"
        if isinstance(child, _Leaf):
            yield child, inner
        elif isinstance(child, _Object):
            yield from _leaves(child, inner)


def _lists(node: _Object | _Leaf, value: str) -> Iterator[tuple[_List, str]]:
    """Lists of an object that are not inside a further list, with their SQL."""
    if isinstance(node, _Leaf):
        return
    for name, child in node.children.items():
        inner = f"{value}.{quoted(name)}"
        if isinstance(child, _List):
            yield child, inner
        elif isinstance(child, _Object):
            yield from _lists(child, inner)


def _leaf_values(node: _Object | _Leaf, value: str) -> Iterator[str]:
    """SQL of everything below an object that is null when the object is not one."""
    if isinstance(node, _Leaf):
        yield value
        return
    for name, child in node.children.items():
        inner = f"{value}.{quoted(name)}"
        if isinstance(child, _Object):
            yield from _leaf_values(child, inner)
        else:
            yield inner


def _variable(node: _List) -> str:
    return "each_" + "".join(c if c.isalnum() else "_" for c in node.path)


def _json_path(node: _Node) -> str:
    return "$" + "".join(f'."{part}"' for part in node.path.split("."))


def _entry(path: str, reason: str, *, is_fatal: bool = False) -> str:
    fatal = str(is_fatal).lower()
    return f"{{'field': {literal(path)}, 'reason': {reason}, 'is_fatal': {fatal}}}"
