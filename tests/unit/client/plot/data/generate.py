#!/usr/bin/python3
"""Writes results.h5: what a simulation of three populations leaves, in little.

    generate.py OUTPUT [small|large]

`small` is the file that the tests read (results.h5 beside this program, made
with h5py 3.7); the numbers are chosen so that they can be checked by hand.
`large` is for looking at pictures.
"""
import json
import sys

import h5py
import numpy as np

POPULATIONS = {
    "small": [("STIM", 0, 4), ("PYR", 100, 5), ("PVBC", 101, 2)],
    "large": [("STIM", 0, 1000), ("PYR", 100, 800), ("PVBC", 101, 60), ("OLM", 102, 40)],
}


def write(file, path, values):
    file.create_dataset(path, data=values, chunks=(max(len(values), 1),), maxshape=(None,), track_times=False)


def write_types(file, populations):
    labels = h5py.enum_dtype({name: index for name, index, _ in populations}, basetype="<u2")
    file["H5Types/Population labels"] = np.dtype(labels)
    row = np.dtype([("Start", "<u8"), ("Count", "<u4"), ("Population", labels)])
    starts = np.cumsum([0] + [count for _, _, count in populations])
    rows = np.array([(start, count, index) for start, (_, index, count) in zip(starts, populations)], dtype=row)
    write(file, "H5Types/Populations", rows)
    pair = np.dtype([("Source", "<u2"), ("Destination", "<u2")])
    write(file, "H5Types/Valid population projections", np.array([(0, 100)], dtype=pair))
    return dict(zip((name for name, _, _ in populations), starts))


def spikes_of(size, populations, starts, duration):
    if size == "small":
        # (t, gid): two of STIM, three of PYR, one of PVBC.
        return np.array([(1.5, 0), (2.0, 4), (2.0, 5), (10.25, 9), (12.0, 3), (19.0, 4)])
    rng = np.random.default_rng(3)
    rates = {"STIM": 5, "PYR": 2.5, "PVBC": 18, "OLM": 9}
    spikes = []
    for name, _, count in populations:
        for gid in range(starts[name], starts[name] + count):
            for t in rng.uniform(0, duration, rng.poisson(2 * rates[name] * duration / 1000)):
                if rng.uniform() < 0.5 + 0.5 * np.cos(2 * np.pi * 8 * t / 1000 - (name == "PVBC")):
                    spikes.append((t, gid))
    return np.array(sorted(spikes))


def write_spikes(file, spikes, populations, starts):
    write(file, "Spikes/gid", spikes[:, 1].astype("<u4"))
    write(file, "Spikes/t", spikes[:, 0].astype("<f8"))
    for name, _, count in populations:
        gids = spikes[:, 1]
        inside = spikes[(gids >= starts[name]) & (gids < starts[name] + count)]
        cells = np.unique(inside[:, 1])
        if not len(cells):
            continue
        trains = [inside[inside[:, 1] == gid, 0] for gid in cells]
        group = f"Populations/{name}/Spike Events/t"
        write(file, f"{group}/Cell Index", (cells - starts[name]).astype("<u4"))
        write(file, f"{group}/Attribute Pointer", np.cumsum([0] + [len(train) for train in trains]).astype("<u8"))
        write(file, f"{group}/Attribute Value", np.concatenate(trains).astype("<f4"))


def write_lfp(file, size, duration):
    n = int(duration / 0.1 + 1e-9) + 1
    t = 0.1 * np.arange(n)
    rng = np.random.default_rng(7)
    for label, position in (("deep", (10.0, 20.0, 30.0)), ("soma", (100.0, 50.0, 200.0))):
        parts = {"PYR": 0.03 * np.sin(2 * np.pi * 8 * t / 1000), "PVBC": 0.015 * np.sin(2 * np.pi * 60 * t / 1000)}
        noise = np.zeros(n)
        if size == "large":
            steps = 0.002 * rng.standard_normal(n)
            for k in range(1, n):
                noise[k] = 0.995 * noise[k - 1] + steps[k]
        write(file, f"LFP/{label}/t", t)
        write(file, f"LFP/{label}/v", sum(parts.values()) + noise)
        for name, values in parts.items():
            write(file, f"LFP/{label}/{name}/v", values)
        file[f"LFP/{label}"].attrs["position"] = np.array(position)
        file[f"LFP/{label}"].attrs["rho"] = 333.0
        file[f"LFP/{label}"].attrs["mode"] = "exact"


def main():
    path, size = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "small"
    duration = 20.0 if size == "small" else 500.0
    populations = POPULATIONS[size]
    with h5py.File(path, "w") as file:
        starts = write_types(file, populations)
        write_spikes(file, spikes_of(size, populations, starts, duration), populations, starts)
        write_lfp(file, size, duration)
        file.create_dataset("Manifest", data=json.dumps({"config": {"t_end": duration}}), track_times=False)


if __name__ == "__main__":
    main()
