"""Configs: YAML, versions merged left to right, dotted keys, "from_file('...')"."""

from __future__ import annotations

import os
import pathlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import yaml

from miv.errors import error

Version = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None

_FROM_FILE = re.compile(r"""\s*from_file\(\s*(?P<quote>['"])(?P<path>.*)(?P=quote)\s*\)\s*""")


class Config(dict[str, Any]):
    """A mapping whose keys are attributes too.  Read-only by convention: changing it changes no component."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the config has no field {name!r}; it has {', '.join(map(str, self))}") from None


def as_config(value: Any) -> Any:
    """Mappings become Config, at every level."""
    if isinstance(value, Mapping):
        return Config({key: as_config(entry) for key, entry in value.items()})
    if isinstance(value, list | tuple):
        return [as_config(entry) for entry in value]
    return value


def from_yaml(path: str | os.PathLike[str]) -> Any:
    """The content of a YAML file, with `!include FILE` relative to the including file.

    Booleans are true and false only, and 1e-3 is a number (YAML 1.2), as the service reads them.
    Errors: FileNotFound, InvalidYaml, IncludeCycle."""
    return _load(pathlib.Path(path), ())


def merge(version: Version) -> dict[str, Any]:
    """One config from a version: a mapping, or a list of them merged left to right.

    Errors: WrongType; NotAvailable for "~name(args)"."""
    merged: dict[str, Any] = {}
    for part in _parts(version):
        _merge_into(merged, _unflatten(_evaluate(_plain(part), pathlib.Path(), ())))
    return merged


def _parts(version: Version) -> Sequence[Any]:
    if version is None:
        return ()
    parts: Sequence[Any] = version if isinstance(version, list | tuple) else (version,)
    for part in parts:
        if isinstance(part, str) and part.startswith("~"):
            raise error("NOT_AVAILABLE", f'there is no named version "{part}"', field="version",
                        remedy="Give its content as a dict; a list of dicts is merged left to right.")
        if part is not None and not isinstance(part, Mapping):
            raise error("WRONG_TYPE", "a version is a dict or a list of dicts", field="version", expected="a dict", found=repr(part))
    return [part for part in parts if part is not None]


def _plain(value: Any) -> Any:
    """Tuples as lists, NumPy values as Python's; other objects stay."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        return _plain(value.tolist())
    return value


def _evaluate(value: Any, directory: pathlib.Path, including: tuple[pathlib.Path, ...]) -> Any:
    """Every "from_file('...')" replaced by the file's content: parsed, nothing else is evaluated."""
    if isinstance(value, dict):
        return {key: _evaluate(entry, directory, including) for key, entry in value.items()}
    if isinstance(value, list):
        return [_evaluate(entry, directory, including) for entry in value]
    if isinstance(value, str) and (call := _FROM_FILE.fullmatch(value)):
        return _load(directory / call["path"], including)
    return value


def _unflatten(config: dict[str, Any]) -> dict[str, Any]:
    """{"a.b": 1} -> {"a": {"b": 1}}, at the top level, where versions are written."""
    nested: dict[str, Any] = {}
    for key, value in config.items():
        for name in reversed(key.split(".")[1:]):
            value = {name: value}
        _merge_into(nested, {key.split(".")[0]: value})
    return nested


def _merge_into(base: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), dict):
            _merge_into(base[key], value)
        else:
            base[key] = value


class _Loader(yaml.SafeLoader):
    """YAML 1.2's scalars, includes, and no key twice."""

    path: pathlib.Path
    including: tuple[pathlib.Path, ...]

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers
                if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:float", "tag:yaml.org,2002:int",
                               "tag:yaml.org,2002:timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|True|TRUE|false|False|FALSE)\Z"), list("tTfF"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z"),
    list("-+0123456789."))


def _int(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(node.value, 0 if node.value.startswith(("0x", "0o")) else 10)


def _float(loader: _Loader, node: yaml.ScalarNode) -> float:
    return float(node.value.replace(".inf", "inf").replace(".Inf", "inf").replace(".INF", "inf").replace(".nan", "nan")
                 .replace(".NaN", "nan").replace(".NAN", "nan"))


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            continue
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            _refuse(loader.path, f"the key {key!r} is there twice", key_node.start_mark.line + 1)
        seen.add(key)
    return dict(loader.construct_mapping(node, deep=True))


def _include(loader: _Loader, node: yaml.ScalarNode) -> Any:
    return _load(loader.path.parent / str(node.value), loader.including)


_Loader.add_constructor("tag:yaml.org,2002:int", _int)
_Loader.add_constructor("tag:yaml.org,2002:float", _float)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("!include", _include)


def _refuse(path: pathlib.Path, message: str, line: int = 0) -> NoReturn:
    raise error("INVALID_YAML", message, file=str(path), line=line, remedy="Correct the file and try again.")


def _load(path: pathlib.Path, including: tuple[pathlib.Path, ...]) -> Any:
    if path.resolve() in including:
        raise error("INCLUDE_CYCLE", "the file includes itself", file=str(path), remedy="Take one of the !include lines out.")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as wrong:
        raise error("FILE_NOT_FOUND", f"cannot read {path}: {wrong.strerror}", file=str(path),
                    remedy=f"Relative paths start at {pathlib.Path.cwd()}.") from None
    except UnicodeDecodeError:
        _refuse(path, "the file is not UTF-8 text")
    loader = _Loader(text)
    loader.path, loader.including = path, (*including, path.resolve())
    try:
        return _evaluate(loader.get_single_data(), path.parent, loader.including)
    except yaml.MarkedYAMLError as wrong:
        _refuse(path, wrong.problem or str(wrong), wrong.problem_mark.line + 1 if wrong.problem_mark else 0)
    except yaml.YAMLError as wrong:
        _refuse(path, str(wrong))
    finally:
        loader.dispose()
