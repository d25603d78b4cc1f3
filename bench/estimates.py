"""How near the estimates of `miv plan` come to what a simulation takes.

One run of the example is the server's history; variants of it are estimated before anything of them is built, again when their network
is there, and then run.  None of the variants' runs goes into a later estimate: each has a server's data of its own, copied after the one
run.
"""
import math
import pathlib
import shutil
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "examples" / "microcircuit" / "morphology")]
import generate  # noqa: E402
import harness  # noqa: E402

STRETCH = 1.4  # of the dendrites of another pyramidal cell; its longer sections get three segments instead of one


def other_morphology(path):
    """The example's pyramidal cell with longer dendrites."""
    origin, sections = generate.CELLS["PYR"]
    longer = [section._replace(length=section.length * STRETCH, dz=section.dz * STRETCH)
              if section.swc_type in (generate.BASAL, generate.APICAL) else section for section in sections]
    generate.CELLS["PYR"] = (origin, longer)
    try:
        path.write_text("\n".join(generate.lines_of("PYR")) + "\n", encoding="ascii")
    finally:
        generate.CELLS["PYR"] = (origin, sections)


def variant(directory, t_end, cells=1, morphology=False):
    """The example with `cells` times its cells on as much more area."""
    pipeline = harness.copy_example(directory)
    config = pipeline.parent / "config"
    counts = yaml.safe_load((config / "cell_distributions.yml").read_text())
    counts = {name: {layer: n * cells for layer, n in layers.items()} for name, layers in counts.items()}
    (config / "cell_distributions.yml").write_text(yaml.safe_dump(counts))
    extents = yaml.safe_load((config / "layer_extents.yml").read_text())
    for _, high in extents.values():
        high[0] *= math.sqrt(cells)
        high[1] *= math.sqrt(cells)
    (config / "layer_extents.yml").write_text(yaml.safe_dump(extents))
    harness.edit(pipeline, "t_end: 500", f"t_end: {t_end}")
    if morphology:
        other_morphology(pipeline.parent / "morphology" / "PYR.swc")
    return pipeline


def estimate(server, pipeline):
    """Seconds and bytes of the simulation."""
    step = next(step for step in server.json("plan", pipeline)["steps"] if step["step"] == "run")
    return step["estimated_s"], step["estimated_memory_bytes"]


def measured(job):
    report = harness.tasks(job)["run"]["report"]
    return max(report["cpu_s"]), sum(report["peak_rss_bytes"])


def percent(estimated, found):
    return f"{100 * (estimated / found - 1):+.0f} %"


def measure(directory, quick):
    """Rows: name, then of time and of memory: measured, estimated before and after building, errors."""
    directory = pathlib.Path(directory)
    t_end = 50 if quick else 200
    history = directory / "history"
    fitted = variant(directory / "fitted", t_end)
    with harness.Server(data=history) as server:
        typical = estimate(server, fitted)
        took = measured(server.submit(fitted))
    rows = [("as it is, no history", took, typical, typical)]
    for name, options in (("3x cells", {"cells": 3}), ("2x t_end", {"t_end": 2 * t_end}), ("another morphology", {"morphology": True})):
        pipeline = variant(directory / name.replace(" ", "_"), **{"t_end": t_end, **options})
        data = directory / "data"
        shutil.copytree(history, data, symlinks=True, ignore=shutil.ignore_patterns("groups", "*.sock", "lock"))
        with harness.Server(data=data) as server:
            before = estimate(server, pipeline)
            server.json("build", pipeline)
            built = estimate(server, pipeline)
            rows.append((name, measured(server.submit(pipeline)), before, built))
        shutil.rmtree(data)
    return rows


def print_table(table, rows):
    cells = [[name, f"{took[0]:.2f}", f"{before[0]:.2f}", percent(before[0], took[0]), percent(built[0], took[0]),
              f"{took[1] / 1e6:.0f}", f"{before[1] / 1e6:.0f}", percent(before[1], took[1]), percent(built[1], took[1])]
             for name, took, before, built in rows]
    table("Estimates of a simulation (2 ranks): CPU seconds of the busier rank, MB of both",
          ["", "CPU s", "estimated", "error", "once built", "MB", "estimated", "error", "once built"], cells)
