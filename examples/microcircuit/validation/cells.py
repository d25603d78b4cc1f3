"""The cells of this example, made from its own templates and morphologies."""

import functools
import pathlib

import yaml
from neuron import h

import mechanisms
import swc

ROOT = pathlib.Path(__file__).resolve().parent.parent
POPULATIONS = ("PYR", "PVBC", "OLM")  # those with a morphology
DT, V_INIT, SECONDORDER = 0.025, -65.0, 2


@functools.cache
def config(name: str):
    """Content of config/NAME.yml; do not change it."""
    return yaml.safe_load((ROOT / "config" / f"{name}.yml").read_text())


@functools.cache
def trees() -> dict[str, swc.Tree]:
    """The contracted morphology of each population."""
    return {p: swc.read(ROOT / "morphology" / f"{p}.swc") for p in POPULATIONS}


class Factory:
    """Loads mechanisms and templates once, then makes cells."""

    def __init__(self) -> None:
        h.load_file("stdrun.hoc")
        h("objref nil")
        mechanisms.load(ROOT / "mechanisms")
        cell_types = config("cell_types")
        self._templates = {}
        for population in POPULATIONS:
            name = cell_types[population]["template"]
            if h.load_file(str(ROOT / "templates" / f"{name}.hoc")) != 1:
                raise RuntimeError(f"template {name} does not load")
            self._templates[population] = getattr(h, name)

    def make(self, population: str, gid: int):
        return self._templates[population](gid, *trees()[population].arguments())


def detector(cell, target=None):
    """NetCon of the spike detector: -30 mV, first segment of the axon."""
    axon = list(cell.axon_list)[0]
    connection = h.NetCon(axon(0.5 / axon.nseg)._ref_v, target, sec=axon)
    connection.threshold = -30
    return connection


def prepare() -> None:
    """Numerics of a MiV run; before finitialize."""
    h.cvode.cache_efficient(1)
    h.nrn_netrec_state_adjust = 1
    h.secondorder = SECONDORDER
    h.dt = DT
    h.steps_per_ms = 1 / DT


