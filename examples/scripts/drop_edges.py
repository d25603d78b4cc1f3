#!/usr/bin/python3
"""Drops a fraction of the edges of one projection, at random, and leaves everything else as it is.

A step of kind `script` runs it in place of `generate_connections`:

    thinned_PYR:
      kind: script
      uses: [connections_PYR]
      config:
        program: ./drop_edges.py
        args: ["{input:connections}", "{output}", --from, PVBC, --to, PYR, --fraction, 0.2]
        inputs: {connections: step:connections_PYR/connectivity.h5}
        stands_for: generate_connections
        population: PYR

The graph then uses thinned_PYR instead of connections_PYR.  Variables: MIV_SEED, MIV_OUTPUT, MIV_INPUT_CONNECTIONS (here given as arguments).
"""
import argparse
import os
import shutil

import h5py
import numpy

parser = argparse.ArgumentParser()
parser.add_argument("source")
parser.add_argument("destination")
parser.add_argument("--from", dest="pre", required=True, help="population that sends")
parser.add_argument("--to", dest="post", required=True, help="population that receives")
parser.add_argument("--fraction", type=float, required=True, help="of the edges, to drop")
options = parser.parse_args()

shutil.copyfile(options.source, options.destination)
with h5py.File(options.destination, "r+") as file:
    projection = file[f"Projections/{options.post}/{options.pre}"]
    edges = projection["Edges"]
    count = edges["Source Index"].shape[0]
    random = numpy.random.Generator(numpy.random.Philox(int(os.environ["MIV_SEED"])))
    keep = numpy.ones(count, bool)
    keep[random.choice(count, round(options.fraction * count), replace=False)] = False

    def replace(group, name, values):
        """Gives a dataset other values, of the same type and in chunks of the same size."""
        old = group[name]
        values, chunks = values.astype(old.dtype), old.chunks
        del group[name]
        group.create_dataset(name, data=values, chunks=chunks, maxshape=(None,))

    # Edges of the k-th destination: pointer[k] to pointer[k + 1].
    kept_before = numpy.concatenate([[0], numpy.cumsum(keep)])
    replace(edges, "Destination Pointer", kept_before[edges["Destination Pointer"][:].astype(numpy.int64)])
    replace(edges, "Source Index", edges["Source Index"][:][keep])
    for name_space in set(projection) - {"Edges"}:
        for attribute in list(projection[name_space]):
            replace(projection[name_space], attribute, projection[name_space][attribute][:][keep])
print(f"{options.pre} to {options.post}: kept {keep.sum()} of {count} edges")
