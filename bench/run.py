"""Measures the build half, estimates and cancelling, and prints tables.  `./run bench [--quick]` builds what this needs and starts it.

Nothing is asserted: a slow machine is no failure.  Times are CPU time where rates per core are given, because a machine that does other
work as well stretches the wall clock but hardly the CPU clock.  All numbers also go to bench/results.json in the build directory.
"""
import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests" / "support")]
import cancel  # noqa: E402
import estimates  # noqa: E402
import harness  # noqa: E402
import network  # noqa: E402

BUILD = pathlib.Path(os.environ.get("MIV_BUILD", ROOT / "build"))
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1",
          "--mca", "btl_vader_single_copy_mechanism", "none", "--mca", "pml", "ob1", "--mca", "btl", "self,vader"]
RANKS = 2

# Times of MiV-Simulator (Python) on this case at 8.29M synapses, measured once elsewhere.
ORIGINAL = [("whole build", "1,340 CPU s"), ("per placed synapse", "22 us"), ("per edge", "48 to 143 us"), ("distances", "208 s")]


def table(title, head, rows):
    rows = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
    print(f"\n{title}")
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) if k == 0 else cell.rjust(width)
                               for k, (cell, width) in enumerate(zip(row, widths))).rstrip())
    sys.stdout.flush()


def command(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{words[0]} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def machine():
    model = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), model)
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    return {"cpu": model, "cores": cores, "load": load, "system": platform.platform(),
            "note": "loaded: other programs run, wall times are too long" if load > 0.5 else "idle"}


def measure_files(directory, quick):
    """Bandwidth of synapse columns by write(2), plain HDF5 and neuroh5: medians, interleaved."""
    options = ["--synapses", 2_000_000 if quick else 8_000_000, "--repeat", 9 if quick else 11]
    found = json.loads(command(BUILD / "bench" / "miv-bench-files", directory, *options))
    rates = {way: found["bytes"] / statistics.median(run["cpu_s"]) / 1e9 for way, run in found["runs"].items()}
    rows = []
    for act in ("write", "read"):
        for way in ("(2)", " HDF5 contiguous", " HDF5 chunked", " neuroh5"):
            name = act + way
            rows.append([name, f"{rates[name]:.2f}", f"{100 * rates[name] / rates[act + ' HDF5 contiguous']:.0f} %",
                         f"{100 * rates[name] / rates[act + ' HDF5 chunked']:.0f} %"])
    table(f"Files: {found['bytes'] / 1e6:.0f} MB of synapse columns to and from the page cache, one core",
          ["", "GB/CPU s", "of HDF5 contiguous", "of HDF5 chunked"], rows)
    return {"bytes": found["bytes"], "gb_per_cpu_s": rates, "runs": found["runs"]}


def measure_kernels(quick):
    program = BUILD / "bench" / "miv-bench-kernels"
    if not program.exists():
        print("\nKernels: not measured, Google Benchmark is not installed")
        return {}
    found = json.loads(command(program, "--benchmark_format=json", f"--benchmark_min_time={0.05 if quick else 0.5}"))
    rows = [[run["name"], f"{run['items_per_second'] / 1e6:.1f}", f"{1e9 / run['items_per_second']:.0f}"]
            for run in found["benchmarks"]]
    table("Kernels: one core, no files", ["", "M items/CPU s", "ns per item"], rows)
    return {run["name"]: run["items_per_second"] for run in found["benchmarks"]}


def whole_case(directory, quick):
    """The case through a coordinator, whose mechanisms are compiled before; returns a compiled library too."""
    walls = []
    with harness.Server() as server:
        pipeline = network.write(directory, 1)
        server.submit(pipeline)
        for _ in range(1 if quick else 5):
            start = time.monotonic()
            job = server.submit(pipeline, "--cache", "bypass")
            walls.append(time.monotonic() - start)
        library = pathlib.Path(directory) / "libnrnmech.so"
        shutil.copy(next(server.directory.glob("groups/*/inputs/model/library/libnrnmech.so")), library)
    edges = sum(sum(task["report"]["edges"]) for task in job["tasks"] if task["kind"] == "generate_connections")
    return {"wall_s": walls, "edges": edges}, library


def run_chain(directory, library, cells, share, ranks):
    """All build steps in one mpirun; what each took, and the wall time with the start of the program."""
    pipeline = network.write(directory, cells, share)
    output = pathlib.Path(directory) / "out"
    start = time.monotonic()
    try:
        found = json.loads(command(*MPIRUN, "-n", ranks, BUILD / "bench" / "miv-bench-chain", pipeline, output,
                                   "--mechanisms", library))
        found["wall_s"] = time.monotonic() - start
    finally:
        shutil.rmtree(output, ignore_errors=True)
    return found


def per_kind(chain):
    """Sums over the steps of a kind."""
    kinds = {}
    for step in chain["steps"]:
        kind = kinds.setdefault(step["kind"], {"wall_s": 0, "cpu_s": 0, "bytes": 0, "synapses": 0, "edges": 0, "peak_rss": 0})
        kind["wall_s"] += step["wall_s"]
        kind["cpu_s"] += sum(step["report"]["cpu_s"])
        kind["bytes"] += step["bytes"]
        kind["synapses"] += sum(step["report"]["synapses"])
        kind["edges"] += sum(step["report"]["edges"])
        kind["peak_rss"] = max(kind["peak_rss"], *step["peak_rss"])
    return kinds


def scaling_row(name, chain):
    kinds = per_kind(chain)
    placed, connected = kinds["distribute_synapses"], kinds["generate_connections"]
    graph = kinds["neuroh5_graph"]
    return [name, f"{placed['synapses'] / 1e6:.2f}M", f"{chain['wall_s']:.2f}", f"{placed['synapses'] / placed['cpu_s'] / 1e6:.1f}M",
            f"{connected['edges'] / connected['cpu_s'] / 1e6:.1f}M", f"{graph['bytes'] / graph['cpu_s'] / 1e9:.2f}",
            f"{sum(k['bytes'] for k in kinds.values()) / 1e9:.2f}", f"{max(k['peak_rss'] for k in kinds.values()) / 2**20:.0f}"]


def measure_scaling(directory, library, quick):
    """Times, rates and memory over the number of cells."""
    plans = [("1x", 1, 1.0), ("10x", 10, 0.1)] if quick else [("1x", 1, 1.0), ("10x", 10, 1.0), ("100x", 100, 0.05)]
    found, rows = {}, []
    for name, cells, share in plans:
        for ranks in (1, RANKS) if cells == 1 else (RANKS,):
            chains = [run_chain(directory, library, cells, share, ranks) for _ in range(3 if cells == 1 and not quick else 1)]
            chain = sorted(chains, key=lambda one: one["wall_s"])[len(chains) // 2]
            label = f"{name} cells, {ranks} rank{'s' if ranks > 1 else ''}"
            if share < 1:
                label += f", {share:g} of the synapses per cell"
            found[label] = {"wall_s": chain["wall_s"], "kinds": per_kind(chain), "steps": chain["steps"]}
            rows.append(scaling_row(label, chain))
    table("Whole build in one mpirun (start included); rates per CPU second",
          ["", "synapses", "wall s", "placed/s", "edges/s", "copy GB/s", "GB written", "peak MB/rank"], rows)
    return found


def step_table(found):
    label, chain = list(found.items())[1]
    rows = [[step["step"], f"{step['wall_s']:.3f}", f"{sum(step['report']['cpu_s']):.3f}", f"{step['bytes'] / 1e6:.1f}",
             f"{max(step['peak_rss']) / 2**20:.0f}"] for step in chain["steps"]]
    table(f"Steps: {label}", ["", "wall s", "CPU s", "MB", "peak MB/rank"], rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="some minutes: smaller files, no 100x, fewer repetitions")
    options = parser.parse_args()
    results = {"machine": machine(), "case": network.source()[1], "quick": options.quick}
    print("machine: {cpu}, {cores} cores, load {load:.1f} ({note})".format(**results["machine"]))
    print(f"case:    {results['case']}; areas grow with the cells")
    with tempfile.TemporaryDirectory(prefix="miv-bench-", dir=os.environ.get("TMPDIR")) as directory:
        results["whole_case"], library = whole_case(directory, options.quick)
        results["scaling"] = measure_scaling(directory, library, options.quick)
        results["files"] = measure_files(directory, options.quick)
        results["kernels"] = measure_kernels(options.quick)
        results["estimates"] = estimates.measure(directory, options.quick)
        estimates.print_table(table, results["estimates"])
        results["cancel"] = cancel.measure(directory, options.quick)
        cancel.print_table(table, results["cancel"])
    step_table(results["scaling"])
    walls = results["whole_case"]["wall_s"]
    rows = [["through the coordinator, workers warm", f"{statistics.median(walls):.2f} s"],
            ["worker program alone, start included", f"{list(results['scaling'].values())[1]['wall_s']:.2f} s"],
            *([f"original, recorded elsewhere: {what}", figure] for what, figure in ORIGINAL)]
    table(f"Whole case, {results['whole_case']['edges'] / 1e6:.2f}M synapses and edges, {RANKS} ranks, mechanisms compiled before",
          ["", ""], rows)
    target = BUILD / "bench" / "results.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\n{target}")


if __name__ == "__main__":
    main()
