"""Jobs that are long enough to be cancelled at a chosen point, and what must be true afterwards."""
import os
import signal
import subprocess
import time

import harness

CELLS = 300
POINTS = 8_000  # of each of two apical sections: 0.4 MB a tree
FOREST_CELLS = 1500
DENSITY = 80  # times that of the example: some three million synapses
SOMATA = 20_000
ITERATIONS = 1000  # of their dispersion: some seconds
SIMULATED_CELLS = 1000
FREED_LIMIT_S = 10
ENDED = ("SUCCEEDED", "CACHED")


def cable(swc_type, points, begin, end, parent, first, layer_of):
    """Lines of a straight section of `points` points along z; its first point is a child of `parent`."""
    lines = []
    for k in range(points):
        z = begin + (end - begin) * k / (points - 1)
        lines.append(f"{first + k} {swc_type} 0 0 {z:.5f} 0.5 {parent if k == 0 else first + k - 1} {layer_of(z)}")
    return lines


def write_fine_morphology(path):
    """A pyramidal cell of few sections and many points."""
    lines = cable(1, 2, -8, 8, -1, 0, lambda z: 6)
    for swc_type, points, end, parent, layer_of in (
            (4, POINTS, 600, 1, lambda z: 6 if z < 50 else 8 if z < 350 else 9), (4, POINTS, 500, 1, lambda z: 8),
            (3, 100, -300, 0, lambda z: 5), (7, 2, -20, 0, lambda z: 6)):
        lines += cable(swc_type, points, 8 if parent else -8, end, parent, len(lines), layer_of)
    path.write_text("\n".join(lines) + "\n")


def heavy_build(directory):
    """The example with few cells, each of which is much work; without a simulation."""
    pipeline = harness.copy_small_example(directory)
    config = pipeline.parent / "config"
    harness.edit(config / "cell_distributions.yml", "PYR: {SP: 20}", f"PYR: {{SP: {CELLS}}}")
    write_fine_morphology(pipeline.parent / "morphology" / "PYR.swc")
    types = (config / "cell_types.yml").read_text()
    begin, end = types.index("PYR:"), types.index("PVBC:")
    (config / "cell_types.yml").write_text(
        types[:begin] + types[begin:end].replace("{mean: ", f"{{mean: {DENSITY}").replace(f"{DENSITY}0.", f"{DENSITY}.")
        + types[end:])
    text = pipeline.read_text()
    pipeline.write_text(text[:text.index("  run:\n")])
    return pipeline


def heavy_forest(directory):
    """The example's forest of many fine trees, and what it needs: 575 MB."""
    pipeline = harness.copy_small_example(directory)
    config = pipeline.parent / "config"
    harness.edit(config / "cell_distributions.yml", "PYR: {SP: 20}", f"PYR: {{SP: {FOREST_CELLS}}}")
    write_fine_morphology(pipeline.parent / "morphology" / "PYR.swc")
    text = pipeline.read_text()
    pipeline.write_text(text[:text.index("  synapses_PYR:\n")])
    return pipeline


def heavy_somata(directory):
    """The example with many somata that move often."""
    pipeline = harness.copy_small_example(directory)
    harness.edit(pipeline.parent / "config" / "cell_distributions.yml", "PYR: {SP: 20}", f"PYR: {{SP: {SOMATA}}}")
    text = pipeline.read_text().replace("kind: network_architecture\n    uses: [h5_types]\n    ranks: 2\n    config:\n",
                                        "kind: network_architecture\n    uses: [h5_types]\n    ranks: 2\n    config:\n"
                                        f"      nodeiter: {ITERATIONS}\n")
    pipeline.write_text(text[:text.index("  run:\n")])
    return pipeline


def heavy_simulation(directory):
    """The example with so many cells that loading them takes a while, and an end that is never reached."""
    pipeline = harness.copy_small_example(directory, t_end=1_000_000)
    harness.edit(pipeline.parent / "config" / "cell_distributions.yml", "PYR: {SP: 20}", f"PYR: {{SP: {SIMULATED_CELLS}}}")
    return pipeline


def runs(event):
    """The step has been given to a group."""
    return event["type"] == "task_state" and event["to"] == "RUNNING"


def phase_reached(*phases):
    """In one of these phases, or in none that comes before."""
    return lambda event: event["type"] == "progress" and event["phase"] in phases


def moving(unit):
    """Some of its work is done."""
    return lambda event: event["type"] == "progress" and event["unit"] == unit and event["done"] > 0


PHASES = ("cells", "connections", "initialisation", "simulation")  # of a simulation

# Step, name of the point, what the log then says.
SOMATA_POINTS = (("network", "start", runs), ("network", "somata move", moving("moves")))
FOREST_POINTS = (("forest_PYR", "start", runs), ("forest_PYR", "writing", moving("bytes")))
BUILD_POINTS = (
    ("synapses_PYR", "start", runs), ("synapses_PYR", "reading", phase_reached("count synapses", "place synapses")),
    ("synapses_PYR", "placing, writing", moving("synapses")),
    ("connections_PYR", "start", runs), ("connections_PYR", "dealing", phase_reached("deal synapses", "choose sources")),
    ("connections_PYR", "choosing, writing", moving("edges")),
    ("graph", "start", runs), ("graph", "copying", moving("bytes")))

# Of the heavy simulation; a phase that has passed unseen is replaced by the next.
SIMULATION_POINTS = (("run", "start", runs), ("run", "loading cells", phase_reached(*PHASES)),
                     ("run", "loading connections", phase_reached(*PHASES[1:])),
                     ("run", "initialisation", phase_reached(*PHASES[2:])), ("run", "simulating", moving("ms")))


def all_points(directory):
    """Pipelines with their points; the directory is a new one."""
    return ((heavy_somata(directory / "somata"), SOMATA_POINTS), (heavy_forest(directory / "forest"), FOREST_POINTS),
            (heavy_build(directory / "build"), BUILD_POINTS),
            (heavy_simulation(directory / "simulation"), SIMULATION_POINTS))


def written(server, group):
    """What lies in the output directories of a group."""
    return [path for path in server.directory.glob(f"groups/{group}/work/**/*") if path.is_file()]


def interrupt_check(server, pipeline):
    """Interrupts a submission whose model is being checked, which compiles mechanisms that are new; returns seconds from the signal to
    the end of the check."""
    def checks():
        return harness.processes("miv-worker", f"{server.directory}/preflight")

    client = subprocess.Popen(server.command("submit", pipeline), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        harness.wait_until(checks, 60, "the check of the model")
        asked = time.monotonic()
        client.send_signal(signal.SIGINT)
        harness.wait_until(lambda: not checks(), FREED_LIMIT_S, "the check to end")
        return time.monotonic() - asked
    finally:
        client.kill()
        client.wait()


def asleep(pid):
    """Whether a process neither runs nor wants to."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] in "SZX"
    except OSError:
        return True


class Freed:
    """Whether a group is gone or, as one that had done its step and stays for others, does nothing: sleeps whenever it is looked at."""

    LOOKS = 5

    def __init__(self, server, group):
        self.server, self.group, self.seen = server, group, 0

    def __call__(self):
        pids = self.server.workers(self.group)
        self.seen = self.seen + 1 if all(map(asleep, pids)) else 0
        return not pids or self.seen == self.LOOKS


def cancel_at(server, pipeline, step, begun, wake=True):
    """Cancels a job once `begun(event)` holds for an event of the step's, or the step ends before that is seen.  The ranks are stopped
    while the request is made, so that it comes at that point; wake=False leaves them so.

    Returns seconds from the request to the time when no rank works any more, the events and the job."""
    def reached(event):
        return event.get("step") == step and (begun(event) or event["type"] == "task_state" and event["to"] in ENDED)

    def send(number):
        for pid in ranks:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    job = server.begin(pipeline)
    with harness.Watch(server, job) as watch:
        watch.wait_for(reached, 150, f"{step} to get that far")
        ranks = server.workers()
        send(signal.SIGSTOP)
        group = server.task(job, step).get("group", "")  # a cached step has none
        asked = time.monotonic()
        server.miv("cancel", job)
        if wake:
            send(signal.SIGCONT)
        harness.wait_until(Freed(server, group), FREED_LIMIT_S, "the ranks to be free")
        freed = time.monotonic() - asked
        send(signal.SIGCONT)  # other groups were stopped, too
        events, _ = watch.wait_for_end(20)
    harness.wait_until(lambda: not written(server, group), FREED_LIMIT_S, f"the files of {step} to be gone")
    return freed, events, server.job(job)
