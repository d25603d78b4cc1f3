"""The kinds of components that offer more than others do, and `get`, which makes all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from miv.component import PREFIX, Component, Execution, Scope, as_list
from miv.config import Version, merge
from miv.errors import error
from miv.remote import RemoteFile

if TYPE_CHECKING:
    import numpy as np

    from miv import h5


class Network(Component):
    """network_architecture: where the cells are; makes the components that build on it."""

    def measure_distances(self, version: Version = None, uses: Component | Iterable[Component] | None = None) -> Component:
        return self._derive("measure_distances", version, uses)

    def generate_synapse_forest(self, version: Version = None, uses: Component | Iterable[Component] | None = None) -> Component:
        return self._derive("generate_synapse_forest", version, uses)

    def distribute_synapses(self, version: Version = None, uses: Component | Iterable[Component] | None = None) -> Component:
        return self._derive("distribute_synapses", version, uses)

    def generate_connections(self, version: Version = None, uses: Component | Iterable[Component] | None = None) -> Component:
        return self._derive("generate_connections", version, uses)

    def _derive(self, kind: str, version: Version, uses: Component | Iterable[Component] | None) -> Component:
        return Component(kind, version, [self, *as_list(uses)])


class Graph(Component):
    """neuroh5_graph, or a declarative network, which ends in one: the whole network in two files."""

    def files(self) -> dict[str, RemoteFile]:
        """{cells, connections}: for the config of a simulation, get("simulation", {**graph.files(), ...})."""
        return {"cells": self.file("cells.h5"), "connections": self.file("connections.h5")}


class Simulation(Component):
    """A run of a network; its results as arrays."""

    def results(self) -> h5.Results:
        """results.h5, opened; a context manager."""
        from miv import h5

        return h5.Results(self._fetch("results.h5"))

    def readout(self, label: str | None = None) -> np.ndarray[Any, Any]:
        """[t, value]: ms and mV of an electrode, by default the first one's; t from 0 in steps of its dt_lfp."""
        import numpy as np

        return np.load(self._fetch(f"readout_{label}.npy" if label else "readout.npy"))

    def spikes(self, population: str | None = None) -> h5.Spikes:
        """Every spike, sorted by (t, gid), or those of one population."""
        with self.results() as results:
            return results.spikes(population)

    def voltages(self, label: str | None = None) -> h5.Recording:
        """The recording of this label; by default the first of the membrane potential."""
        with self.results() as results:
            return results.recording(label)


_KINDS: dict[str, type[Component]] = {
    "network_architecture": Network, "architecture": Network, "neuroh5_graph": Graph, "network": Graph,
    "simulation": Simulation}


def get(module: str, version: Version = None, uses: Component | Iterable[Component] | None = None) -> Any:
    """A component, a scope ("machinable.scope") or an execution ("...execution.local", "...slurm", "...mpi").

    module: a kind such as h5_types, also after "miv_simulator.interface.".
    version: its config: a dict, or a list of them merged left to right; keys may be dotted ("lfp.rho"), and a value
      "from_file('x.yml')" is replaced by what the file holds.
    uses: the components that it builds on."""
    name = module.rsplit(".", 1)[-1]
    if module == "machinable.scope":
        return Scope(merge(version))
    if name in ("slurm", "mpi") or ".execution." in f".{module}":
        return Execution(merge(version))
    if module.startswith("machinable."):
        raise error("NOT_AVAILABLE", f"there is no {module} here", field="module",
                    remedy="Results are kept by the server; choose it with miv.connect().")
    return _KINDS.get(module.removeprefix(PREFIX), Component)(module, version, uses)
