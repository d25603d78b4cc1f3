"""Components as the pipeline that is sent to the server."""

from __future__ import annotations

import json
import os
import pathlib
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from miv.client import Client
from miv.content import Blob, blobs_of, is_digest
from miv.errors import MivError, error
from miv.remote import RemoteFile
from miv.v1 import pipeline_pb2

if TYPE_CHECKING:
    from miv.component import Component

API = "miv/v1"


class MivWarning(UserWarning):
    """Something odd in a config that does not stop it."""


class Draft:
    """Components and everything that they use, as named steps; equal ones share a step."""

    def __init__(self, targets: Sequence[Component]) -> None:
        self.names: dict[Component, str] = {}
        self._targets = targets
        self._steps: dict[str, Any] = {}
        self._makers: dict[str, Component] = {}
        self._same: dict[str, str] = {}
        for component in _dependencies_first(targets):
            self._add(component)
        self._pipeline = pipeline_pb2.Pipeline(api=API, name=_pipeline_name(), steps=self._steps.values())
        self._resolved: Any = None

    def resolved(self, client: Client) -> Any:
        """A jobs_pb2.ResolvePipelineResponse: checked by the server."""
        if self._resolved is None:
            with _as_user_wrote(self._makers):
                self._resolved = client.resolve(self._pipeline)
        return self._resolved

    def submit(self, client: Client, *, validate_only: bool, cache: str = "USE") -> Any:
        """A jobs_pb2.SubmitJobResponse."""
        resolved = self.resolved(client)
        blobs: list[Blob] = []
        del self._pipeline.files[:]
        for needed in resolved.files:
            blobs += self._add_file(needed)
        with _as_user_wrote(self._makers):
            response = client.submit(self._pipeline, blobs, validate_only=validate_only, cache=cache)
        if not validate_only:
            asked = {self.names[target] for target in self._targets}
            for warning in [*resolved.warnings, *response.plan.warnings]:
                if warning.step in asked:
                    warnings.warn(f"{warning.field}: {warning.text}", MivWarning, stacklevel=4)
        return response

    def _add(self, component: Component) -> None:
        config = {key: self._encode(value, component, key) for key, value in component._given.items()}
        seed = component._scoped_seed()
        if seed is not None:
            config.pop("seed", None)
        try:
            text = json.dumps(config, allow_nan=False)
        except ValueError:
            raise error("OUT_OF_RANGE", "a number of the config is not finite", step=component.label, expected="finite numbers",
                        remedy="Look for nan and inf in the config.") from None
        uses = list(dict.fromkeys(self.names[used] for used in component._upstream()))
        signature = json.dumps([component.kind, text, uses, seed, component._ranks, component._directory])
        if signature not in self._same:
            name = self._free_name(component.label)
            self._same[signature] = name
            self._makers[name] = component
            step = pipeline_pb2.Step(name=name, kind=component.kind, config_json=text, uses=uses, ranks=component._ranks)
            if seed is not None:
                step.seed = seed
            self._steps[name] = step
        self.names[component] = self._same[signature]

    def _free_name(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._steps:
            number += 1
            name = f"{wanted}_{number}"
        return name

    def _encode(self, value: Any, component: Component, field: str) -> Any:
        if isinstance(value, RemoteFile):
            return value.reference(self.names[value.component])
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if isinstance(value, Mapping):
            return {str(key): self._encode(entry, component, f"{field}.{key}") for key, entry in value.items()}
        if isinstance(value, list | tuple):
            return [self._encode(entry, component, f"{field}[{index}]") for index, entry in enumerate(value)]
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise error("WRONG_TYPE", "a config holds no such value", step=component.label, field=f"config.{field}",
                    expected="numbers, strings, lists, dicts, paths and outputs of components", found=repr(value)[:200],
                    remedy="Convert it first.")

    def _add_file(self, needed: Any) -> list[Blob]:
        entry = self._pipeline.files.add(path=needed.path, directory=needed.directory)
        if is_digest(needed.path):
            entry.digest = needed.path
            return []
        blobs = blobs_of(pathlib.Path(self._directory_of(needed), needed.path), needed.path, needed.directory, needed.field)
        entry.digest, entry.size = blobs[-1].digest, blobs[-1].size
        return blobs

    def _directory_of(self, needed: Any) -> str:
        """The working directory in which the component was made that names the path."""
        if os.path.isabs(needed.path):
            return "/"
        makers = [maker for maker in self._makers.values() if needed.path in _strings(maker._given)]
        # A path that the server put together, such as a directory's PYR.swc, is in no config as it is.
        directories = {maker._directory for maker in makers or self._makers.values()}
        if len(directories) == 1:
            return directories.pop()
        raise error("AMBIGUOUS_PATH", f'"{needed.path}" was written in several working directories', field=needed.field,
                    found=", ".join(sorted(directories)), remedy="Give an absolute path.")


def _pipeline_name() -> str:
    """What the server calls the jobs of this script or notebook."""
    name = pathlib.Path(sys.argv[0]).stem if sys.argv and sys.argv[0] else ""
    name = "".join(letter if letter.isalnum() or letter in "_.-" else "_" for letter in name if letter.isascii())
    return "notebook" if name == "ipykernel_launcher" else name.strip("._-") or "python"


def _dependencies_first(targets: Sequence[Component]) -> list[Component]:
    order: dict[Component, None] = {}
    stack = [(target, False) for target in reversed(targets)]
    while stack:
        component, done = stack.pop()
        if component in order:
            continue
        if done:
            order[component] = None
            continue
        stack.append((component, True))
        stack.extend((used, False) for used in reversed(component._upstream()))
    return list(order)


def _strings(value: Any) -> set[str]:
    if isinstance(value, str | pathlib.PurePath):
        return {os.fspath(value)}
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return set().union(*(_strings(entry) for entry in value)) if value else set()
    return set()


class _as_user_wrote:
    """Errors that name a step by the name that this module gave it say which component that is."""

    def __init__(self, makers: Mapping[str, Component]) -> None:
        self._makers = makers

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, failed: BaseException | None, __: object) -> None:
        if isinstance(failed, MivError) and failed.step in self._makers and not failed.field:
            failed.field = f"steps.{failed.step}"


def iterate(value: Any) -> Iterator[RemoteFile]:
    """Every RemoteFile in a config."""
    if isinstance(value, RemoteFile):
        yield value
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from iterate(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from iterate(entry)
