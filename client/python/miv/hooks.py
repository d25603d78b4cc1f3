"""Hooks written as Python functions: their source becomes a file that the simulation runs (docs/hooks.md)."""

from __future__ import annotations

import builtins
import dis
import hashlib
import inspect
import os
import textwrap
import types
from collections.abc import Callable
from typing import Any

from miv import endpoint
from miv.errors import error

POINTS = ("after_cells", "before_run", "after_run")


def source_file(function: Callable[..., Any]) -> str:
    """The path of a module that holds the function and nothing else; the same for the same source.

    Errors: HOOK if the function cannot run by itself, on a machine that has nothing but its source."""
    name = getattr(function, "__name__", repr(function))
    if name not in POINTS:
        raise _refusal(name, "the name of the function says when it runs", " or ".join(POINTS), "Rename it.")
    try:
        text = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        raise _refusal(name, "the source of the function is not to be had", "a function of a file or notebook",
                       "Write it into a file and give its path.") from None
    _check_names(function, name)
    module = f"from __future__ import annotations\n\n{text}"
    digest = hashlib.sha256(module.encode()).hexdigest()
    path = endpoint.cache_directory() / "hooks" / digest[:16] / f"{name}.py"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_text(module)
        temporary.replace(path)
    return str(path)


def with_functions(config: dict[str, Any]) -> dict[str, Any]:
    """The config with every function among its `hooks` replaced by a file; Python is switched on for them."""
    hooks = config.get("hooks")
    if not isinstance(hooks, list | tuple) or not any(map(_function_of, hooks)):
        return config
    files = [_with_file(hook) if _function_of(hook) else hook for hook in hooks]
    return {"python": True, **config, "hooks": files}


def _function_of(hook: Any) -> Callable[..., Any] | None:
    function = hook.get("file") if isinstance(hook, dict) else hook
    return function if callable(function) and not isinstance(function, type) else None


def _with_file(hook: Any) -> dict[str, Any]:
    function = _function_of(hook)
    assert function is not None
    return {**(hook if isinstance(hook, dict) else {}), "file": source_file(function)}


def _check_names(function: Callable[..., Any], name: str) -> None:
    code = function.__code__
    missing = sorted({*code.co_freevars, *_globals_of(code)} - {name} - set(dir(builtins)))
    if missing:
        raise _refusal(name, f"the function uses {', '.join(missing)} from outside, which the server does not have",
                       "names that it makes or imports itself",
                       "Import and define them in the function, or write the hook into a file.")


def _globals_of(code: types.CodeType) -> set[str]:
    """The names that the code and the functions in it look up outside of themselves."""
    names = {str(step.argval) for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _globals_of(constant)
    return names


def _refusal(name: str, what: str, expected: str, remedy: str) -> Exception:
    return error("HOOK", what, field="config.hooks", expected=expected, found=name, remedy=remedy)
