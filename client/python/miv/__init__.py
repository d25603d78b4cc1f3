"""MiV Service from Python: build and simulate networks on a server.

    from miv import get, from_yaml

    h5_types = get("h5_types", {...}).launch()
    run = get("simulation", {**graph.files(), "t_end": 500}, uses=graph).launch()
    run.spikes(), run.readout()

See docs/python.md.
"""

import importlib
from typing import Any

from miv.client import Client
from miv.component import Component, Event, Execution, Scope, launch
from miv.config import Config, from_yaml
from miv.errors import MivError
from miv.kinds import Graph, Network, Simulation, get
from miv.pipeline import MivWarning
from miv.progress import Progress
from miv.remote import RemoteFile
from miv.session import connect, local

__all__ = ["Client", "Component", "Config", "Event", "Execution", "Graph", "MivError", "MivWarning", "Network", "Progress", "RemoteFile",
           "Scope", "Simulation", "connect", "from_yaml", "get", "launch", "local"]


def __getattr__(name: str) -> Any:
    """miv.h5, miv.plot and miv.errors are imported when they are first used."""
    if name in ("errors", "h5", "plot"):
        return importlib.import_module(f"miv.{name}")
    raise AttributeError(f"module 'miv' has no attribute {name!r}")
