"""A network of six cells for the tests of the simulation step, written with h5py.

STIM 0-1 (VecStim), A 2-3 (Spiker), B 4-5 (Stick); every cell with a membrane has
the tree of test_model.h.  A: four synapses from STIM; B: four from A.
"""
import os

import h5py
import numpy as np

POPULATIONS = {"STIM": (0, 0, 2), "A": (100, 2, 2), "B": (101, 4, 2)}
PAIRS = [("STIM", "A"), ("A", "B")]
POINTS = np.array([(0, 0, 0, 10, 6, 1, -1), (0, 0, 20, 10, 6, 1, 0), (0, 0, 120, 1, 8, 4, 1),
                   (0, 0, 220, 1, 8, 4, 2), (0, 0, -75, .5, 5, 2, 0), (0, 0, -150, .5, 5, 2, 4)])
SECTIONS = [[0, 1], [1, 2, 3], [0, 4, 5]]
EDGES = [(0, 1), (0, 2)]
# Synapse ids, sections, locations and SWC types of each cell.
SYN_IDS = [4, 1, 2, 7]
SYN_SECS = [0, 1, 1, 2]
SYN_LOCS = [0.5, 0.0, 0.02, 1.0]
SYN_TYPES = [1, 4, 4, 2]


def write_types(h, populations=POPULATIONS, pairs=PAIRS):
    enum = h5py.enum_dtype({n: i for n, (i, _, _) in populations.items()}, basetype="<u2")
    row = np.dtype([("Start", "<u8"), ("Count", "<u4"), ("Population", enum)])
    pair = np.dtype([("Source", enum), ("Destination", enum)])
    g = h.create_group("H5Types")
    g["Population labels"] = enum
    g["Populations"] = np.array([(s, c, i) for i, s, c in populations.values()], dtype=row)
    g["Valid population projections"] = np.array(
        [(populations[a][0], populations[b][0]) for a, b in pairs], dtype=pair)


def write_attribute(h, path, rows, dtype):
    g = h.create_group(path)
    g["Cell Index"] = np.arange(len(rows), dtype="<u4")
    g["Attribute Pointer"] = np.concatenate([[0], np.cumsum([len(r) for r in rows])]).astype("<u8")
    g["Attribute Value"] = np.concatenate(rows).astype(dtype)


def write_tree(h, population, count):
    flat = [len(SECTIONS)]
    for section in SECTIONS:
        flat += [len(section)] + section
    edges = np.array(EDGES)
    columns = {"X Coordinate": (POINTS[:, 0], "<f4"), "Y Coordinate": (POINTS[:, 1], "<f4"),
               "Z Coordinate": (POINTS[:, 2], "<f4"), "Radius": (POINTS[:, 3], "<f4"),
               "Point Layer": (POINTS[:, 4], "i1"), "SWC Type": (POINTS[:, 5], "i1"),
               "Parent Point": (POINTS[:, 6], "<i4"), "Section": (flat, "<u2"),
               "Source Section": (edges[:, 0], "<u2"), "Destination Section": (edges[:, 1], "<u2")}
    for name, (values, dtype) in columns.items():
        write_attribute(h, f"Populations/{population}/Trees/{name}", [values] * count, dtype)
    h[f"Populations/{population}/Trees/Cell Index"] = np.arange(count, dtype="<u4")


def write_cells(path):
    with h5py.File(path, "w") as h:
        write_types(h)
        for population, (_, _, count) in POPULATIONS.items():
            for axis in "XYZ":
                write_attribute(h, f"Populations/{population}/Generated Coordinates/{axis} Coordinate",
                                [[50.0 * k] for k in range(count)], "<f4")
        for population in ("A", "B"):
            write_tree(h, population, 2)
            space = f"Populations/{population}/Synapse Attributes/"
            for name, values, dtype in (
                    ("syn_ids", SYN_IDS, "<u4"), ("syn_locs", SYN_LOCS, "<f4"),
                    ("syn_secs", SYN_SECS, "<u4"), ("syn_layers", [6] * 4, "i1"),
                    ("syn_types", [0] * 4, "u1"), ("swc_types", SYN_TYPES, "u1")):
                write_attribute(h, space + name, [values] * 2, dtype)
            weights = f"Populations/{population}/Weights/"
            write_attribute(h, weights + "syn_id", [SYN_IDS] * 2, "<u4")
            write_attribute(h, weights + "AMPA", [[1.5, 2.5, 3.5, 4.5]] * 2, "<f4")


def write_connections(path):
    with h5py.File(path, "w") as h:
        write_types(h)
        for pre, post in PAIRS:
            g = h.create_group(f"Projections/{post}/{pre}")
            g["Edges/Destination Block Index"] = np.array([0], "<u4")
            g["Edges/Destination Block Pointer"] = np.array([0, 3], "<u8")
            g["Edges/Destination Pointer"] = np.array([0, 4, 8], "<u8")
            g["Edges/Source Index"] = np.array([0, 0, 1, 1] * 2, "<u4")
            g["Synapses/syn_id"] = np.array([1, 2, 4, 7] * 2, "<u4")
            g["Connections/distance"] = np.array([500, 250, 0, 1000] * 2, "<f4")


def write_junctions(path, rows, both=False):
    """rows: (gid, section, position, nS) of the two sides, both cells of B (gids 4 and 5).

    both: each junction stands at both of its cells, as `directions: both` writes it.
    """
    edges = [(a, b) for a, b in rows] + ([(b, a) for a, b in rows] if both else [])
    edges.sort(key=lambda edge: edge[0][0])
    counts = [sum(a[0] == gid for a, _ in edges) for gid in (4, 5)]
    with h5py.File(path, "w") as h:
        write_types(h, pairs=PAIRS + [("B", "B")])
        g = h.create_group("Projections/B/B")
        g["Edges/Destination Block Index"] = np.array([0], "<u4")
        g["Edges/Destination Block Pointer"] = np.array([0, 3], "<u8")
        g["Edges/Destination Pointer"] = np.concatenate([[0], np.cumsum(counts)]).astype("<u8")
        g["Edges/Source Index"] = np.array([b[0] - 4 for _, b in edges], "<u4")
        for side, name in enumerate(("Destination", "Source")):
            sides = [edge[side] for edge in edges]
            g[f"Location/{name} section"] = np.array([s[1] for s in sides], "<u4")
            g[f"Location/{name} position"] = np.array([s[2] for s in sides], "<f4")
            g[f"Coupling strength/{name}"] = np.array([s[3] for s in sides], "<f4")


def write(directory):
    os.makedirs(directory, exist_ok=True)
    cells = os.path.join(directory, "cells.h5")
    connections = os.path.join(directory, "connections.h5")
    write_cells(cells)
    write_connections(connections)
    return cells, connections
