"""Decodes neuroh5 files with h5py alone, straight from the layout: what the product writes is checked by code that shares nothing with it.

Every count, pointer and link that the layout promises is asserted while reading.  Gids are global everywhere.
"""
import pathlib
import sys

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples" / "microcircuit" / "validation"))
import swc  # noqa: E402

VALUE_TYPES = {np.dtype(t) for t in ("u1", "i1", "u2", "i2", "u4", "i4", "f4")}


def require(condition, what):
    if not condition:
        raise AssertionError(what)


class Ragged:
    """One attribute: gids [cells], ascending; pointers [cells + 1] into values."""

    def __init__(self, gids, pointers, values):
        self.gids, self.pointers, self.values = gids, pointers, values

    def __getitem__(self, i):
        return self.values[self.pointers[i]:self.pointers[i + 1]]

    def counts(self):
        return np.diff(self.pointers)


class Projection:
    """Edges onto `destinations` [n], ascending: those of the i-th are pointers[i]:pointers[i + 1] of every column."""

    def __init__(self, destinations, pointers, sources, columns):
        self.destinations, self.pointers, self.sources, self.columns = destinations, pointers, sources, columns

    def destination_of_edge(self):
        return np.repeat(self.destinations, np.diff(self.pointers))


class File:
    """A context manager."""

    def __init__(self, path):
        self.h5 = h5py.File(path, "r")
        types = self.h5["H5Types"]
        labels = h5py.check_enum_dtype(types["Population labels"].dtype)
        names = {value: name for name, value in labels.items()}
        self.populations = {names[int(row[2])]: range(int(row[0]), int(row[0]) + int(row[1]))
                            for row in types["Populations"][:].tolist()}
        self.valid_projections = {(names[int(source)], names[int(destination)])  # source, destination
                                  for source, destination in types["Valid population projections"][:].tolist()}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.h5.close()

    def attribute(self, population, namespace, name):
        group = self.h5[f"Populations/{population}/{namespace}/{name}"]
        index, pointers, values = (group[part][:] for part in ("Cell Index", "Attribute Pointer", "Attribute Value"))
        require(index.dtype == np.uint32 and pointers.dtype == np.uint64 and values.dtype in VALUE_TYPES, group.name)
        pointers = pointers.astype(np.int64)
        require(len(pointers) == len(index) + 1 and pointers[0] == 0 and pointers[-1] == len(values), group.name)
        require((np.diff(pointers) >= 0).all() and (np.diff(index.astype(np.int64)) > 0).all(), group.name)
        gids = index.astype(np.int64) + self.populations[population].start
        require(gids[-1] in self.populations[population], group.name)
        return Ragged(gids, pointers, values)

    def namespace(self, population, namespace):
        return {name: self.attribute(population, namespace, name)
                for name, item in self.h5[f"Populations/{population}/{namespace}"].items() if isinstance(item, h5py.Group)}

    def per_cell(self, population, namespace, name):
        """[cells]: the one value of every cell of the population, in order of gid."""
        found = self.attribute(population, namespace, name)
        require((found.counts() == 1).all() and found.gids.tolist() == list(self.populations[population]), name)
        return found.values

    def trees(self, population):
        """Yields (gid, tree, parent points) of every cell; the tree is swc.Tree with loc None."""
        parts = self.namespace(population, "Trees")
        group = self.h5[f"Populations/{population}/Trees"]
        for name in parts:
            require(group[name]["Cell Index"] == group["Cell Index"], f"{name} is not linked to the one index")
            family = self._pointer_family(name)
            require(group[name]["Attribute Pointer"] == group[family], f"{name} is not linked to {family}")
        for i, gid in enumerate(parts["Section"].gids):
            yield int(gid), *self._tree({name: part[i] for name, part in parts.items()})

    @staticmethod
    def _pointer_family(attribute):
        """The dataset whose hard links are the pointers of an attribute of trees."""
        if attribute == "Section":
            return "Section/Section Pointer"
        return "Source Section/Section Pointer" if attribute.endswith(" Section") else "X Coordinate/Attribute Pointer"

    @staticmethod
    def _tree(part):
        flat, nodes, at = part["Section"].tolist(), {}, 1
        for section in range(flat[0]):
            nodes[section] = np.array(flat[at + 1:at + 1 + flat[at]], dtype=np.uint16)
            at += 1 + flat[at]
        require(at == len(flat), "sections do not fill the list")
        xyz = np.stack([part[f"{axis} Coordinate"] for axis in "XYZ"], axis=1)
        tree = swc.Tree(xyz, part["Radius"], part["Point Layer"], part["SWC Type"], nodes,
                        part["Source Section"], part["Destination Section"], None)
        return tree, part["Parent Point"]

    def projection(self, destination, source):
        group = self.h5[f"Projections/{destination}/{source}"]
        edges = group["Edges"]
        first, block, pointers, sources = (edges[name][:] for name in (
            "Destination Block Index", "Destination Block Pointer", "Destination Pointer", "Source Index"))
        require(first.dtype == sources.dtype == np.uint32 and block.dtype == pointers.dtype == np.uint64, group.name)
        first, block, pointers = (a.astype(np.int64) for a in (first, block, pointers))
        sizes = np.diff(block)
        sizes[-1] -= 1  # the last pointer is one past the number of destinations
        require(block[-1] == len(pointers) and pointers[0] == 0 and pointers[-1] == len(sources), group.name)
        destinations = np.concatenate([np.arange(start, start + n) for start, n in zip(first, sizes)])
        require(len(destinations) + 1 == len(pointers) and (np.diff(destinations) > 0).all(), group.name)
        columns = {f"{space}/{name}": item[:] for space in group if space != "Edges" for name, item in group[space].items()}
        require(all(len(column) == len(sources) for column in columns.values()), group.name)
        return Projection(destinations + self.populations[destination].start, pointers,
                          sources.astype(np.int64) + self.populations[source].start, columns)

    def projections(self):
        """(destination, source) pairs that have a group."""
        return {(post, pre) for post in self.h5["Projections"] for pre in self.h5[f"Projections/{post}"]}
