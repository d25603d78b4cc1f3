"""Changes one thing in the cells.h5 and connections.h5 of verify_network.yaml.

usage: mutate_network.py MUTATION CELLS CONNECTIONS"""
import sys

import h5py
import numpy as np

SYNAPSES = "Populations/PYR/Synapse Attributes"


class Projection:
    """Edges from a population onto PYR, with global gids."""

    def __init__(self, cells, connections, source):
        names = h5py.check_enum_dtype(cells["H5Types/Populations"].dtype["Population"])
        start = {row["Population"]: int(row["Start"]) for row in cells["H5Types/Populations"][:]}
        self.first, self.post = start[names[source]], start[names["PYR"]]
        self.group = connections["Projections/PYR"][source]
        self.pointer = self.group["Edges/Destination Pointer"][:]
        self.source = self.group["Edges/Source Index"][:].astype(np.int64)
        self.syn_id = self.group["Synapses/syn_id"][:]
        self.distance = self.group["Connections/distance"][:]
        # One block of consecutive destinations.
        assert len(self.group["Edges/Destination Block Index"]) == 1
        self.block = int(self.group["Edges/Destination Block Index"][0])

    def of_cell(self, cell):
        """Edges of the PYR cell with this index."""
        return slice(int(self.pointer[cell - self.block]), int(self.pointer[cell - self.block + 1]))

    def write(self):
        for name, values in (("Edges/Source Index", self.source), ("Synapses/syn_id", self.syn_id),
                             ("Connections/distance", self.distance), ("Edges/Destination Pointer", self.pointer)):
            replace(self.group, name, values)

    def resort(self, cell):
        edges = self.of_cell(cell)
        order = np.lexsort((self.syn_id[edges], self.source[edges]))
        for column in (self.source, self.syn_id, self.distance):
            column[edges] = column[edges][order]


def replace(group, name, values):
    dtype = group[name].dtype
    del group[name]
    group.create_dataset(name, data=np.asarray(values).astype(dtype))


def column(cells, name):
    return cells[SYNAPSES][name]["Attribute Value"]


def synapses_of(cells, cell):
    pointer = cells[SYNAPSES]["syn_ids"]["Attribute Pointer"][:]
    return slice(int(pointer[cell]), int(pointer[cell + 1]))


def arc(cells, population):
    group = cells["Populations"][population]["Arc Distances"]
    return np.stack([group[f"{axis} Distance"]["Attribute Value"][:] for axis in "UV"])


def swap_syn_ids(cells, connections):
    """Two neighbours exchange their ids."""
    at = synapses_of(cells, 3).start + 10
    ids = column(cells, "syn_ids")
    ids[at:at + 2] = ids[at:at + 2][::-1]


def swap_edge_syn_ids(cells, connections):
    """An excitatory and an inhibitory edge exchange their apical synapses in SP."""
    stim, bc = Projection(cells, connections, "STIM"), Projection(cells, connections, "BC")
    own = synapses_of(cells, 5)
    fits = (column(cells, "swc_types")[own] == 4) & (column(cells, "syn_layers")[own] == 6)
    pick = [next(e for e in range(*p.of_cell(5).indices(len(p.source))) if fits[p.syn_id[e]]) for p in (stim, bc)]
    stim.syn_id[pick[0]], bc.syn_id[pick[1]] = bc.syn_id[pick[1]], stim.syn_id[pick[0]]
    stim.write()
    bc.write()


def add_autapse(cells, connections):
    pyr = Projection(cells, connections, "PYR")
    edge = pyr.of_cell(7).start
    pyr.source[edge], pyr.distance[edge] = 7, 0
    pyr.resort(7)
    pyr.write()


def move_source(cells, connections):
    """An edge comes from beyond 3 sigma, its distance along with it."""
    stim = Projection(cells, connections, "STIM")
    delta = np.abs(arc(cells, "STIM") - arc(cells, "PYR")[:, [2]])
    far = int(np.argmax(delta[0]))
    assert delta[0, far] > 91
    edge = stim.of_cell(2).start
    stim.source[edge], stim.distance[edge] = far, delta[:, far].sum()
    stim.resort(2)
    stim.write()


def flip_type(cells, connections):
    """An excitatory apical synapse becomes inhibitory."""
    own = synapses_of(cells, 4)
    types, classes = column(cells, "syn_types"), column(cells, "swc_types")
    at = own.start + int(np.flatnonzero((types[own] == 0) & (classes[own] == 4))[20])
    types[at] = 1


def shift_distance(cells, connections):
    stim = Projection(cells, connections, "STIM")
    stim.distance[stim.of_cell(1).start] += 0.5
    stim.write()


def drop_layer(cells, connections):
    """5 % of the basal synapses in SP vanish with their edges; ids close up."""
    pointer = cells[SYNAPSES]["syn_ids"]["Attribute Pointer"][:]
    chosen = (column(cells, "swc_types")[:] == 3) & (column(cells, "syn_layers")[:] == 6)
    keep = ~(chosen & (np.random.default_rng(1).random(len(chosen)) < 0.05))
    kept = np.concatenate([[0], np.cumsum(keep)])[pointer.astype(np.int64)]
    new_ids = np.cumsum(keep) - 1
    for name in list(cells[SYNAPSES]):
        values = column(cells, name)[:][keep]
        if name == "syn_ids":
            values = np.concatenate([np.arange(n) for n in np.diff(kept)])
        replace(cells[SYNAPSES][name], "Attribute Value", values)
        replace(cells[SYNAPSES][name], "Attribute Pointer", kept)
    for source in ("STIM", "PYR", "BC"):
        p = Projection(cells, connections, source)
        cell = np.repeat(np.arange(len(p.pointer) - 1) + p.block, np.diff(p.pointer.astype(np.int64)))
        row = pointer[cell].astype(np.int64) + p.syn_id
        stays = keep[row]
        p.pointer = np.concatenate([[0], np.cumsum(stays)])[p.pointer.astype(np.int64)]
        p.syn_id = (new_ids[row] - kept[cell])[stays]
        p.source, p.distance = p.source[stays], p.distance[stays]
        p.write()


def move_cell(cells, connections):
    """A BC cell of SP leaves its band; its position in space follows."""
    group = cells["Populations/BC/Generated Coordinates"]
    depth = group["L Coordinate"]["Attribute Value"]
    at = int(np.flatnonzero(depth[:] > 20)[0])
    step = 58 - depth[at]
    depth[at] = 58
    tilt, turn = np.radians(30), np.radians(45)
    # The third column of Rz(45) Ry(30).
    for axis, part in (("X", np.cos(turn) * np.sin(tilt)), ("Y", np.sin(turn) * np.sin(tilt)), ("Z", np.cos(tilt))):
        values = group[f"{axis} Coordinate"]["Attribute Value"]
        values[at] = values[at] + part * step


if __name__ == "__main__":
    with h5py.File(sys.argv[2], "r+") as cells, h5py.File(sys.argv[3], "r+") as connections:
        globals()[sys.argv[1]](cells, connections)
