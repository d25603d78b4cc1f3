"""Writes neuroh5 files with h5py that our writer would never write.

usage: odd_files.py DIRECTORY
Population A: index 0, gids 0 to 5.  Population B: index 5, gids 6 to 9.
"""

import os
import sys

import h5py
import numpy as np

LABELS = h5py.enum_dtype({"A": 0, "B": 5}, basetype="u2")
RANGE = np.dtype([("Start", "<u8"), ("Count", "<u4"), ("Population", LABELS)])
PAIR = np.dtype([("Source", LABELS), ("Destination", LABELS)])
BIG_LABELS = h5py.enum_dtype({"A": 0, "B": 5}, basetype=">u2")
BIG_RANGE = np.dtype([("Start", ">u8"), ("Count", ">u4"),
                      ("Population", BIG_LABELS)])


def types(f, pairs=((5, 0),), rows=((6, 4, 5), (0, 6, 0)), range_type=RANGE,
          labels=LABELS):
    g = f.create_group("H5Types")
    g["Population labels"] = labels
    g.create_dataset("Populations", data=np.array(list(rows), dtype=range_type))
    if pairs:
        g.create_dataset("Valid population projections",
                         data=np.array(list(pairs), dtype=PAIR))


def cells(f, name, index=None, pointer=None, values=(), kind="<f4",
          pop="A", index_kind="<u4", pointer_kind="<u8", **options):
    g = f.create_group(f"Populations/{pop}/{name}")
    if index is not None:
        g.create_dataset("Cell Index", data=np.array(index, index_kind),
                         **options)
    if pointer is not None:
        g.create_dataset("Attribute Pointer",
                         data=np.array(pointer, pointer_kind), **options)
    g.create_dataset("Attribute Value", data=np.array(values, kind), **options)


def edges(f, block_index=(0,), block_pointer=(0, 3), pointer=(0, 2, 3),
          source=(3, 1, 0), ids=(7, 8, 9), pair="A/B", id_kind="<u4"):
    g = f.create_group(f"Projections/{pair}/Edges")
    g["Destination Block Index"] = np.array(block_index, "<u4")
    g["Destination Block Pointer"] = np.array(block_pointer, "<u8")
    g["Destination Pointer"] = np.array(pointer, "<u8")
    g["Source Index"] = np.array(source, "<u4")
    f[f"Projections/{pair}/Synapses/syn_id"] = np.array(ids, id_kind)


def trees(f, gids=(0,), sections=(2, 2, 0, 1, 2, 1, 2), src=(0,), dst=(1,),
          layer_kind="i1"):
    n = len(gids)
    points = {"X Coordinate": (0, 1, 2), "Y Coordinate": (0, 0, 0),
              "Z Coordinate": (0, 0, 0), "Radius": (3, 1, 1)}

    def put(name, values, kind):
        cells(f, f"Trees/{name}", gids,
              [i * len(values) for i in range(n + 1)], list(values) * n, kind)

    for name, values in points.items():
        put(name, values, "<f4")
    put("Point Layer", (-1, 0, 1), layer_kind)
    put("SWC Type", (1, 4, 4), "i1")
    put("Parent Point", (-1, 0, 1), "<i4")
    put("Section", sections, "<u2")
    put("Source Section", src, "<u2")
    put("Destination Section", dst, "<u2")


def good(f):
    # Wide big-endian index, narrow contiguous pointer, big-endian values.
    cells(f, "N/big_endian", [1, 2], [0, 1, 3], [0.5, 1.5, -2.5], ">f4",
          index_kind=">u8", pointer_kind="<u4")
    # Compressed, unsorted, pointer longer than needed.
    cells(f, "N/compressed", [4, 1, 3], [0, 2, 2, 5, 5, 9], range(5), "<i2",
          compression="gzip", shuffle=True, chunks=(2,))
    cells(f, "N/twice", [2, 0, 2], [0, 1, 3, 4], [10, 20, 21, 30], "<u4")
    cells(f, "N/shared", [5, 0], None, [1, 2, 3], "u1")
    cells(f, "N/no_index", None, [0, 1], [1], "u1")
    cells(f, "N/flags", [0, 1], [0, 1, 2], [True, False], "?")
    f["Populations/A/N/loose"] = np.arange(3)
    f["Populations/A/N"].attrs["Reference U Min"] = np.float64(-3.25)
    f["Populations/A/N"].attrs["text"] = "not a number"
    f["Somewhere Else/t"] = np.arange(2.0)
    edges(f, block_index=(4, 0, 4), block_pointer=(0, 1, 3, 5),
          pointer=(0, 1, 1, 3, 5), source=(3, 2, 0, 1, 1), ids=range(5))
    trees(f, gids=(5, 1))


def write(directory, name, fill, **how):
    libver = how.pop("libver", None)
    with h5py.File(os.path.join(directory, name + ".h5"), "w",
                   libver=libver) as f:
        if how.pop("with_types", True):
            types(f, **how)
        fill(f)


FILES = {
    "good": (good, {}),
    "latest": (good, {"libver": "latest"}),
    "f64": (lambda f: cells(f, "N/v", [0], [0, 1], [1], "<f8"), {}),
    "i64": (lambda f: cells(f, "N/v", [0], [0, 1], [1], "<i8"), {}),
    "text": (lambda f: cells(f, "N/v", [0], [0, 1], [b"x"], "S3"), {}),
    "short_pointer": (lambda f: cells(f, "N/v", [0, 1], [0, 1], [1, 2]), {}),
    "decreasing": (lambda f: cells(f, "N/v", [0, 1], [0, 2, 1], [1, 2]), {}),
    "beyond_values": (lambda f: cells(f, "N/v", [0, 1], [0, 1, 3], [1, 2]), {}),
    "unowned_values": (lambda f: cells(f, "N/v", [0], [0, 1], [1, 2]), {}),
    "beyond_cells": (lambda f: cells(f, "N/v", [6], [0, 1], [1]), {}),
    "unknown_population": (
        lambda f: cells(f, "N/v", [0], [0, 1], [1], pop="C"), {}),
    "different_cells": (lambda f: (cells(f, "N/a", [0, 1], [0, 1, 2], [1, 2]),
                                   cells(f, "N/b", [0], [0, 1], [1])), {}),
    "synapse_lengths": (
        lambda f: (cells(f, "Synapse Attributes/syn_ids", [0, 1], [0, 1, 3],
                         [0, 0, 1], "<u4"),
                   cells(f, "Synapse Attributes/syn_locs", [0, 1], [0, 1, 2],
                         [0.5, 0.5])), {}),
    "readme": (lambda f: edges(f, block_pointer=(0, 2)), {}),
    "no_cover": (lambda f: edges(f, block_pointer=(0, 7)), {}),
    "edge_length": (lambda f: edges(f, ids=(7, 8)), {}),
    "edge_f64": (lambda f: edges(f, id_kind="<f8"), {}),
    "source_length": (lambda f: edges(f, source=(3, 1)), {}),
    "beyond_sources": (lambda f: edges(f, source=(3, 4, 0)), {}),
    "beyond_destinations": (lambda f: edges(f, block_index=(5,)), {}),
    "decreasing_edges": (lambda f: edges(f, pointer=(0, 4, 3)), {}),
    "unlisted": (lambda f: edges(f, pair="B/B"), {}),
    "no_pairs": (edges, {"pairs": ()}),
    "empty_projection": (lambda f: f.create_group("Projections/A/B"), {}),
    "tree_twice": (lambda f: trees(f, gids=(3, 3)), {}),
    "tree_one_section": (
        lambda f: trees(f, sections=(1, 3, 0, 1, 2), src=(), dst=()), {}),
    "tree_cut_sections": (
        lambda f: trees(f, sections=(2, 2, 0, 1, 9, 1)), {}),
    "tree_one_based": (
        lambda f: trees(f, sections=(2, 2, 1, 2, 2, 2, 3)), {}),
    "tree_layer_type": (lambda f: trees(f, layer_kind="<i2"), {}),
    "no_types": (lambda f: None, {"with_types": False}),
    "no_label": (lambda f: None, {"rows": ((0, 6, 0), (6, 4, 7))}),
    "too_many_cells": (lambda f: None, {"rows": ((2**40, 6, 0),)}),
    "overlap": (lambda f: None, {"rows": ((0, 6, 0), (3, 4, 5))}),
    "no_rows": (lambda f: None, {"rows": ()}),
    "wide_rows": (lambda f: None, {"range_type": np.dtype(
        [("a", "<i8"), ("b", "<u8"), ("c", "<u4")])}),
    "big_endian_rows": (lambda f: None, {"range_type": BIG_RANGE,
                                         "labels": BIG_LABELS}),
    "float_rows": (lambda f: None, {"range_type": np.dtype(
        [("a", "<f8"), ("b", "<u8"), ("c", "<u4")])}),
    "external": (lambda f: f.__setitem__(
        "Populations/A", h5py.ExternalLink("good.h5", "/Populations/A")), {}),
}


def huge(f):
    g = f.create_group("Populations/A/N/v")
    for name, kind in (("Cell Index", "<u4"), ("Attribute Pointer", "<u8"),
                       ("Attribute Value", "<f4")):
        g.create_dataset(name, shape=(2**44,), dtype=kind, chunks=(4000,))


FILES["huge"] = (huge, {})


def packed(f):
    g = f.create_group("Populations/A/N/v")
    g.create_dataset("Cell Index", data=np.array([0, 1], "<u4"), chunks=(2,))
    g["Attribute Pointer"] = np.array([0, 150_000, 250_000], "<u8")
    g.create_dataset("Attribute Value", data=np.arange(250_000, dtype="<u4"),
                     chunks=(100_000,), compression="gzip")


FILES["packed"] = (packed, {})

if __name__ == "__main__":
    for file_name, (fill, how) in FILES.items():
        write(sys.argv[1], file_name, fill, **how)
