"""Components: the steps that describe a network and its simulations, and how they are launched and followed."""

from __future__ import annotations

import contextvars
import dataclasses
import hashlib
import html
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

from miv import session
from miv.client import Client
from miv.config import Config, Version, as_config, merge
from miv.errors import error, from_detail
from miv.hooks import with_functions
from miv.pipeline import Draft, iterate
from miv.progress import Display, Progress, of_task
from miv.remote import RemoteFile, fetch
from miv.samples import of_payload
from miv.v1 import events_pb2

PREFIX = "miv_simulator.interface."
_GOOD = (events_pb2.TASK_STATE_CACHED, events_pb2.TASK_STATE_SUCCEEDED)


@dataclasses.dataclass(frozen=True)
class Output:
    """A file that a component has made."""

    name: str
    digest: str
    size: int  #: bytes


@dataclasses.dataclass(frozen=True)
class Event:
    """One line of a job's event log."""

    sequence: int
    time: float  #: seconds since 1970
    step: str  #: "" = of the job
    type: str  #: job_state, task_state, progress, log, artifact, warning, spikes, lfp, recorded, end
    payload: Any  #: miv.samples of spikes, lfp, recorded; else the message of that type in proto/miv/v1/events.proto

    @classmethod
    def of(cls, event: Any) -> Event:
        kind = event.WhichOneof("payload") or ""
        return cls(event.sequence, event.time.ToNanoseconds() / 1e9, event.step, kind,
                   of_payload(kind, getattr(event, kind)) if kind else None)


class Component:
    """One step: a kind, a config and what it uses.  Immutable; nothing runs before launch()."""

    def __init__(self, module: str, version: Version = None, uses: Component | Iterable[Component] | None = None) -> None:
        self.kind = module
        self._given = with_functions(merge(version))
        self._uses = as_list(uses)
        self._directory = os.getcwd()
        self._scope = dict(_scope.get())
        execution = _execution.get()
        self._ranks = execution.ranks if execution else 0
        self._client: Client | None = None
        self._resolved: Any = None
        self._config: Config | None = None
        self._job_id = ""
        self._step = ""
        self._outputs: dict[str, Output] | None = None

    # -- description --

    @property
    def uses(self) -> list[Component]:
        """The components that it was made with."""
        return list(self._uses)

    @property
    def config(self) -> Config:
        """The config with every default filled in by the server; fields are attributes too.

        Errors: those of a config that is wrong, such as UnknownConfigKey."""
        if self._config is None:
            self._config = as_config(_in_order(self._given, json.loads(self._resolution().config_json)))
        return self._config

    @property
    def label(self) -> str:
        """What its step is called on the server, unless another one has that name."""
        population = self._given.get("population") or next(
            (file.component._given.get("population") for file in iterate(self._given)
             if file.component._given.get("population")), "")
        name = self.kind.removeprefix(PREFIX)
        return f"{name}_{population}" if population else name

    @property
    def client(self) -> Client:
        if self._client is None:
            self._client = session.current()
        return self._client

    @property
    def job_id(self) -> str:
        """The job of the latest launch(); "" before."""
        return self._job_id

    @property
    def output_filepath(self) -> RemoteFile:
        """Its output, or the first of several; see RemoteFile."""
        return RemoteFile(self)

    def file(self, name: str) -> RemoteFile:
        """The output of this name."""
        return RemoteFile(self, name)

    # -- running --

    def cached(self) -> bool:
        """Whether the result is there already.  Asks the server; nothing runs."""
        draft = Draft([self])
        steps = {step.step: step for step in draft.submit(self.client, validate_only=True).plan.steps}
        for component, name in draft.names.items():
            if steps[name].cached:
                component._outputs = _outputs_of(steps[name].outputs)
        return bool(steps[draft.names[self]].cached)

    def plan(self) -> list[dict[str, Any]]:
        """What launch() would do: per step its name, kind, whether it is cached and why or why not, and what it will take.

        estimated_s: CPU time of its busiest rank; estimated_memory_bytes: of all ranks; estimated_bytes: of its files; 0 = unknown.
        estimate_basis: what the estimates come from: past runs on this server, or constants of another machine ("typical")."""
        steps = Draft([self]).submit(self.client, validate_only=True).plan.steps
        return [{"step": step.step, "kind": step.kind, "cached": step.cached, "reason": step.reason, "ranks": step.ranks,
                 "estimated_s": step.estimated_s, "estimated_memory_bytes": step.estimated_memory_bytes,
                 "estimated_bytes": step.estimated_bytes, "estimate_basis": step.estimate_basis} for step in steps]

    def launch(self, *, wait: bool = True, cache: str = "USE") -> Component:
        """Builds it and what it uses, as far as the server does not hold the results.

        wait: shows progress until it is done; Ctrl-C detaches and the job goes on.
        cache: USE, REFRESH (run everything anew) or BYPASS (the same, and keep nothing).
        Within an execution (`with get("...slurm"):`) it starts when the block ends.
        Errors: those of a config that is wrong, and of a step that fails."""
        execution = _execution.get()
        if execution is not None:
            execution._staged.append(self)
        else:
            launch([self], wait=wait, cache=cache)
        return self

    def wait(self) -> Component:
        """Follows the job of the latest launch() to its end, with progress.  Errors: NotLaunched; those of a step that fails."""
        self._require_job()
        if self._outputs is None:
            _follow(self.client, self._job_id, {self: self._step}, 1)
        return self

    def watch(self, after_sequence: int = 0) -> Iterator[Event]:
        """The job's events, those of the past first, until it ends; launches the component if it was not."""
        if not self._job_id:
            self.launch(wait=False)
        self._require_job()
        for event in self.client.watch(self._job_id, after_sequence):
            yield Event.of(event)
        self._read_job()

    def progress(self) -> Progress | None:
        """How far it is; None before launch()."""
        return of_task(self._task()) if self._job_id else None

    def cancel(self, reason: str = "") -> None:
        """Stops its job.  Errors: NotLaunched."""
        self._require_job()
        self.client.cancel(self._job_id, reason)

    # -- internals --

    def _upstream(self) -> list[Component]:
        referenced = (file.component for file in iterate(self._given))
        return list(dict.fromkeys([*self._uses, *referenced]))

    def _scoped_seed(self) -> int | None:
        """A seed of its own for every scope; None outside of one."""
        if not self._scope:
            return None
        text = json.dumps([self._given.get("seed", 0), self._scope], sort_keys=True, default=str)
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") & 0x7FFFFFFF

    def _resolution(self) -> Any:
        if self._resolved is None:
            draft = Draft([self])
            answer = draft.resolved(self.client)
            self._resolved = next(step for step in answer.steps if step.step == draft.names[self])
        return self._resolved

    def _first_output(self) -> str:
        if self._outputs:
            return next(iter(self._outputs))
        return str(self._resolution().outputs[0])

    def _outputs_now(self) -> dict[str, Output]:
        if self._outputs is None and self._job_id:
            self.wait()
        if self._outputs is None and not self.cached():
            raise error("NOT_LAUNCHED", f"{self.label} has no result yet", remedy="Call its launch() first.")
        assert self._outputs is not None
        return self._outputs

    def _fetch(self, name: str) -> str:
        outputs = self._outputs_now()
        if name not in outputs:
            raise error("NO_SUCH_OUTPUT", f"{self.label} has no output {name}", expected=", ".join(outputs), found=name,
                        remedy="See its config for what it records.")
        return str(fetch(self.client, outputs[name].digest, name))

    def _require_job(self) -> None:
        if not self._job_id:
            raise error("NOT_LAUNCHED", f"{self.label} has not been launched", remedy="Call its launch() first.")

    def _task(self) -> Any:
        job = self.client.job(self._job_id)
        return next(task for task in job.tasks if task.step == self._step)

    def _read_job(self) -> None:
        task = self._task()
        if task.state in _GOOD:
            self._outputs = _outputs_of(task.outputs)

    def __repr__(self) -> str:
        state = "has a result" if self._outputs else f"job {self._job_id}" if self._job_id else "not launched"
        return f"<miv component {self.label}: {state}>"

    def _repr_html_(self) -> str:
        rows = {"kind": self.kind, "uses": ", ".join(used.label for used in self._uses) or "-", "job": self._job_id or "not launched"}
        for output in (self._outputs or {}).values():
            rows[output.name] = f"{output.size:,} bytes, {output.digest[:19]}…"
        body = "".join(f"<tr><th style='text-align:left'>{html.escape(key)}</th><td style='text-align:left'>{html.escape(value)}</td></tr>"
                       for key, value in rows.items())
        return f"<b>{html.escape(self.label)}</b><table>{body}</table>"


# -- scopes and executions --

_scope: contextvars.ContextVar[Mapping[str, Any]] = contextvars.ContextVar("miv_scope", default={})
_execution: contextvars.ContextVar[Execution | None] = contextvars.ContextVar("miv_execution", default=None)


class Scope:
    """Within `with get("machinable.scope", {"trial": 3}):` components draw other random numbers: repeats, each cached by itself."""

    def __init__(self, predicate: Mapping[str, Any]) -> None:
        self.predicate = dict(predicate)
        self._tokens: list[contextvars.Token[Mapping[str, Any]]] = []

    def __enter__(self) -> Scope:
        self._tokens.append(_scope.set({**_scope.get(), **self.predicate}))
        return self

    def __exit__(self, *_: object) -> None:
        _scope.reset(self._tokens.pop())


class Execution:
    """Within `with get("...slurm", {"ranks": 8}):` launches are collected, and start as one job when the block ends.

    The server decides where; of the resources, the number of MPI ranks is a wish for the components made in the block."""

    def __init__(self, resources: Mapping[str, Any]) -> None:
        self.resources = dict(resources)
        self.ranks = _ranks_of(self.resources)
        self._staged: list[Component] = []
        self._tokens: list[contextvars.Token[Execution | None]] = []

    def __enter__(self) -> Execution:
        self._tokens.append(_execution.set(self))
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        _execution.reset(self._tokens.pop())
        staged, self._staged = self._staged, []
        if kind is None and staged:
            launch(staged)


def launch(components: Sequence[Component], *, wait: bool = True, cache: str = "USE") -> None:
    """Several components, and what they use, as one job."""
    client = components[0].client
    draft = Draft(components)
    job = draft.submit(client, validate_only=False, cache=cache).job
    for component, step in draft.names.items():
        if component in components or not component._job_id:
            component._job_id, component._step = job.id, step
            component._outputs = None
    if wait:
        _follow(client, job.id, draft.names, len(job.tasks))


def _follow(client: Client, job_id: str, steps: Mapping[Component, str], count: int) -> None:
    display = Display(job_id, count)
    try:
        for event in client.watch(job_id):
            display.update(event)
    except KeyboardInterrupt:
        display.detach()
        raise
    finally:
        display.end()
    job = client.job(job_id)
    tasks = {task.step: task for task in job.tasks}
    for component, step in steps.items():
        if tasks[step].state in _GOOD:
            component._outputs = _outputs_of(tasks[step].outputs)
    wanted = [tasks[step] for step in steps.values()]
    if all(task.state in _GOOD for task in wanted):
        return
    failed = next((task.error for task in job.tasks if task.HasField("error")), job.error)
    if failed.message or failed.reason:
        raise from_detail(failed)
    raise error("JOB_CANCELLED", f"job {job_id} was cancelled", remedy="Call launch() again to run it.")


def _outputs_of(outputs: Iterable[Any]) -> dict[str, Output]:
    return {output.name: Output(output.name, output.digest, output.size) for output in outputs}


def as_list(uses: Component | Iterable[Component] | None) -> list[Component]:
    if uses is None:
        return []
    listed = [uses] if isinstance(uses, Component) else list(uses)
    for used in listed:
        if not isinstance(used, Component):
            raise error("WRONG_TYPE", "uses is a component or a list of components", field="uses", expected="components",
                        found=repr(used)[:200], remedy="Give what get() returned.")
    return list(dict.fromkeys(listed))


def _in_order(given: Mapping[str, Any], resolved: Mapping[str, Any]) -> dict[str, Any]:
    """The resolved config in the order in which the user wrote it, with what only the user's has: files and resources."""
    merged: dict[str, Any] = {}
    for key, value in given.items():
        if isinstance(value, Mapping) and isinstance(resolved.get(key), Mapping):
            merged[key] = _in_order({name: entry for name, entry in value.items() if name in resolved[key]}, resolved[key])
        else:
            merged[key] = resolved.get(key, value)
    merged.update((key, value) for key, value in resolved.items() if key not in merged)
    return merged


def _ranks_of(resources: Mapping[str, Any]) -> int:
    """Of ranks, -n, ntasks, or nodes times tasks per node; 0 = the server's default."""
    named = {key.lstrip("-").replace("_", "-"): value for key, value in resources.items()}
    for key in ("ranks", "n", "ntasks", "np"):
        if key in named:
            return max(int(named[key]), 0)
    per_node = named.get("ntasks-per-node")
    return int(per_node) * int(named.get("nodes", 1)) if per_node is not None else 0
