"""Results that arrive while a simulation runs, as NumPy arrays.  Times are in ms."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Spikes:
    """Spikes with begin_ms <= t < end_ms; every spike of a run comes exactly once."""

    begin_ms: float
    end_ms: float
    t: np.ndarray  #: float64, sorted
    gid: np.ndarray  #: uint32, parallel to t
    lost: str = ""  #: why some could not be read; "" = none are missing


@dataclasses.dataclass(frozen=True)
class Trace:
    """Samples of one electrode."""

    label: str
    t: np.ndarray  #: float64
    v: np.ndarray  #: float64, mV
    populations: dict[str, np.ndarray]  #: the part of each population, mV


@dataclasses.dataclass(frozen=True)
class Lfp:
    """Samples of electrodes."""

    begin_ms: float
    end_ms: float
    traces: list[Trace]
    lost: str = ""


@dataclasses.dataclass(frozen=True)
class Block:
    """Samples of one recording, of some of its cells."""

    label: str
    variable: str
    unit: str
    t: np.ndarray  #: float64 [samples]
    value: np.ndarray  #: float64 [samples, traces]
    gid: np.ndarray  #: uint32 [traces]
    section: np.ndarray  #: int32 [traces]
    x: np.ndarray  #: float64 [traces]


@dataclasses.dataclass(frozen=True)
class Recorded:
    """Samples of recordings."""

    begin_ms: float
    end_ms: float
    blocks: list[Block]
    lost: str = ""


def _times(piece: Any, count: int) -> np.ndarray:
    return (piece.first + np.arange(count)) * piece.dt_ms


def _trace(trace: Any) -> Trace:
    parts = {part.population: np.array(part.v_mv, "f8") for part in trace.populations}
    return Trace(trace.label, _times(trace, len(trace.v_mv)), np.array(trace.v_mv, "f8"), parts)


def _block(block: Any) -> Block:
    value = np.array(block.value, "f8").reshape(-1, max(len(block.gid), 1))
    return Block(block.label, block.variable, block.unit, _times(block, len(value)), value,
                 np.array(block.gid, "u4"), np.array(block.section, "i4"), np.array(block.x, "f8"))


_FORMS: dict[str, Callable[[Any], Any]] = {
    "spikes": lambda m: Spikes(m.begin_ms, m.end_ms, np.array(m.t_ms, "f8"), np.array(m.gid, "u4"), m.lost),
    "lfp": lambda m: Lfp(m.begin_ms, m.end_ms, [_trace(trace) for trace in m.traces], m.lost),
    "recorded": lambda m: Recorded(m.begin_ms, m.end_ms, [_block(block) for block in m.blocks], m.lost),
}


def of_payload(kind: str, message: Any) -> Any:
    """The payload of an event: one of the classes above, or the message as it is."""
    form = _FORMS.get(kind)
    return form(message) if form else message
