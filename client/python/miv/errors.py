"""Errors: one class per reason that the server, or this package, gives.

A reason is a stable UPPER_SNAKE name such as UNKNOWN_CONFIG_KEY; its class is `miv.errors.UnknownConfigKey`.  Every class derives from
`MivError`, whose text says what is wrong, what was expected and found, and ends with what to do about it.
"""

from __future__ import annotations

import re
from typing import Any

_classes: dict[str, type[MivError]] = {}


class MivError(Exception):
    """What went wrong, in terms that a user can act on."""

    reason = ""

    def __init__(self, message: str, *, code: str = "", step: str = "", field: str = "", file: str = "", line: int = 0,
                 expected: str = "", found: str = "", remedy: str = "", rank: int = -1, gid: int = -1,
                 simulated_ms: float = -1.0, phase: str = "", output: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.step = step
        self.field = field
        self.file = file
        self.line = line
        self.expected = expected
        self.found = found
        self.remedy = remedy
        self.rank = rank
        self.gid = gid
        self.simulated_ms = simulated_ms
        self.phase = phase
        self.output = output

    def __str__(self) -> str:
        where = self.field or (f"step {self.step}" if self.step else "")
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        head = ": ".join(part for part in (place, where, self.message) if part)
        lines = [head]
        if self.expected:
            lines.append(f"  expected {self.expected}")
        if self.found:
            lines.append(f"  found    {self.found}")
        lines.extend(f"  {name} {value}" for name, value in self._circumstances())
        if self.output:
            lines.extend("  | " + text for text in self.output.rstrip().splitlines())
        if self.remedy:
            lines.append(f"  {self.remedy}")
        return "\n".join(lines)

    def _circumstances(self) -> list[tuple[str, object]]:
        found: list[tuple[str, object]] = []
        if self.phase:
            found.append(("during  ", self.phase))
        if self.rank >= 0:
            found.append(("on rank ", self.rank))
        if self.gid >= 0:
            found.append(("at gid  ", self.gid))
        if self.simulated_ms >= 0:
            found.append(("at time ", f"{self.simulated_ms:g} ms"))
        return found


def class_name(reason: str) -> str:
    """UNKNOWN_CONFIG_KEY -> UnknownConfigKey."""
    return "".join(word.capitalize() for word in reason.split("_"))


def error_class(reason: str) -> type[MivError]:
    """The class of a reason, the same object every time."""
    name = class_name(reason)
    if name not in _classes:
        _classes[name] = type(name, (MivError,), {"reason": reason, "__module__": __name__,
                                                  "__doc__": f"The reason {reason}."})
    return _classes[name]


def error(reason: str, message: str, **details: Any) -> MivError:
    """An error of this package's own."""
    return error_class(reason)(message, **details)


def from_detail(detail: Any, code: str = "") -> MivError:
    """From a miv.v1.ErrorDetail."""
    cls = error_class(detail.reason) if detail.reason else MivError
    found = cls(detail.message or detail.reason, code=code, step=detail.step, field=detail.field, file=detail.file,
                line=detail.line, expected=detail.expected, found=detail.found, remedy=detail.remedy, rank=detail.rank,
                gid=detail.gid, simulated_ms=detail.simulated_ms, phase=detail.phase, output=detail.output)
    if not detail.phase and not detail.output:
        # A detail that is not about a running task leaves its numbers at 0.
        found.rank, found.gid, found.simulated_ms = -1, -1, -1.0
    return found


def __getattr__(name: str) -> type[MivError]:
    if not re.fullmatch(r"[A-Z][a-z0-9]+([A-Z][a-z0-9]*)*", name):
        raise AttributeError(name)
    return error_class(re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper())
