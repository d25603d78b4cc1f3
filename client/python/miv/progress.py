"""What a waiting user sees: a bar on a terminal or in a notebook, plain lines elsewhere.  MIV_PROGRESS=off silences it."""

from __future__ import annotations

import dataclasses
import html
import os
import shutil
import sys
import time
from typing import Any

from miv.v1 import events_pb2

_BAR = 24
_QUIET_S = 0.4  # what is done by then needs no bar
_LINE_S = 5.0  # between plain lines of one step


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a component is."""

    state: str  #: WAITING, QUEUED, LAUNCHING, RUNNING, CACHED, SUCCEEDED, FAILED, CANCELLED
    phase: str = ""
    done: float = 0.0
    total: float = 0.0
    unit: str = ""
    rate: float = 0.0  #: units per second; 0 = unknown
    eta_s: float = -1.0  #: seconds; negative = unknown

    @property
    def fraction(self) -> float:
        """0 to 1."""
        if self.state in ("CACHED", "SUCCEEDED"):
            return 1.0
        return min(self.done / self.total, 1.0) if self.total > 0 else 0.0

    def __str__(self) -> str:
        text = self.phase if self.phase and self.state == "RUNNING" else self.state.lower()
        if self.total > 0 and self.fraction < 1:
            text += f" {100 * self.fraction:.0f} %"
        if self.eta_s >= 1 and self.fraction < 1:
            text += f", {self.eta_s:.0f} s left"
        return text

    def _repr_html_(self) -> str:
        return f'<progress value="{self.fraction:.3f}" max="1"></progress> {html.escape(str(self))}'


def state_name(state: int) -> str:
    return str(events_pb2.TaskState.Name(state)).removeprefix("TASK_STATE_")  # type: ignore[arg-type]


def of_task(task: Any) -> Progress:
    """From a jobs_pb2.Task."""
    return _make(state_name(task.state), task.progress)


def _make(state: str, latest: Any) -> Progress:
    return Progress(state, latest.phase, latest.done, latest.total, latest.unit, latest.rate, latest.eta_s)


class Display:
    """Follows the events of one job."""

    def __init__(self, job_id: str, steps: int) -> None:
        self._job_id = job_id
        self._steps = steps
        self._states: dict[str, Progress] = {}
        self._started = time.monotonic()
        self._begun: dict[str, float] = {}
        self._last_line: dict[str, float] = {}
        self._writer = _writer()

    def update(self, event: Any) -> None:
        kind = event.WhichOneof("payload")
        if kind == "task_state":
            state = state_name(event.task_state.to)
            self._states[event.step] = Progress(state)
            if state == "RUNNING":
                self._begun[event.step] = time.monotonic()
            if state in ("SUCCEEDED", "FAILED", "CANCELLED"):
                took = time.monotonic() - self._begun.get(event.step, self._started)
                self._writer.line(f"{event.step}: {state.lower()} after {took:.1f} s")
        elif kind == "progress":
            self._states[event.step] = _make("RUNNING", event.progress)
            now = time.monotonic()
            if now - max(self._last_line.get(event.step, 0), self._begun.get(event.step, self._started)) > _LINE_S:
                self._last_line[event.step] = now
                self._writer.line(f"{event.step}: {self._states[event.step]}")
        elif kind == "warning":
            self._writer.line(f"{event.step or 'job'}: {event.warning.text}", always=True)
        if time.monotonic() - self._started > _QUIET_S:
            self._writer.bar(*self._summary())

    def end(self) -> None:
        self._writer.end()

    def detach(self) -> None:
        self._writer.end()
        self._writer.line(f"detached: job {self._job_id} goes on; launch() again takes it up, .cancel() or `miv cancel {self._job_id}` "
                          "stops it", always=True)

    def _summary(self) -> tuple[float, str]:
        fractions = sum(progress.fraction for progress in self._states.values())
        finished = sum(progress.fraction >= 1 for progress in self._states.values())
        running = [f"{step}: {progress}" for step, progress in self._states.items() if progress.state in ("RUNNING", "LAUNCHING")]
        text = f"{finished}/{self._steps} steps"
        return fractions / max(self._steps, 1), "  ".join([text, *running[-1:]])


class _Writer:
    """Plain lines."""

    def line(self, text: str, always: bool = False) -> None:
        print(f"miv: {text}", file=sys.stderr, flush=True)

    def bar(self, fraction: float, text: str) -> None:
        pass

    def end(self) -> None:
        pass


class _Silent(_Writer):
    def line(self, text: str, always: bool = False) -> None:
        if always:
            super().line(text)


class _Terminal(_Writer):
    shown = False

    def line(self, text: str, always: bool = False) -> None:
        if always:
            self.end()
            super().line(text)

    def bar(self, fraction: float, text: str) -> None:
        full = round(fraction * _BAR)
        columns = shutil.get_terminal_size().columns
        sys.stderr.write(f"\r\x1b[K{'█' * full}{'░' * (_BAR - full)} {text}"[:columns + 3])
        sys.stderr.flush()
        self.shown = True

    def end(self) -> None:
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
        self.shown = False


class _Notebook(_Writer):
    def __init__(self) -> None:
        from IPython import display  # type: ignore[import-not-found]

        self._display = display
        self._handle: Any = None

    def line(self, text: str, always: bool = False) -> None:
        if always:
            super().line(text)

    def bar(self, fraction: float, text: str) -> None:
        self._show(f'<progress value="{fraction:.3f}" max="1"></progress> {html.escape(text)}')

    def end(self) -> None:
        if self._handle is not None:
            self._show("")

    def _show(self, content: str) -> None:
        shown = self._display.HTML(content)
        if self._handle is None:
            self._handle = self._display.display(shown, display_id=True)
        else:
            self._handle.update(shown)


def _writer() -> _Writer:
    if os.environ.get("MIV_PROGRESS", "").lower() in ("off", "0", "no", "false"):
        return _Silent()
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None and hasattr(shell, "kernel"):
        return _Notebook()
    return _Terminal() if sys.stderr.isatty() else _Writer()
