"""How long it takes from `miv cancel` (its own start included) until no rank works any more, at every point of every long step.

Jobs, points and waiting are those of the fault tests (tests/support/cancelling.py).
"""
import pathlib
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "support")]
import cancelling  # noqa: E402
import harness  # noqa: E402


def measure(directory, quick):
    """{"step, point": seconds of each repetition}."""
    directory = pathlib.Path(directory)
    repeat = 1 if quick else 5
    found = {}
    for k in range(repeat):
        with harness.Server() as server:  # of its own, so that the mechanisms are new
            pipeline = harness.copy_small_example(directory / f"compiled{k}")
            found.setdefault("submission: check of the model, compiling", []).append(cancelling.interrupt_check(server, pipeline))
    with harness.Server() as server:
        for pipeline, points in cancelling.all_points(directory):
            for step, point, begun in points:
                runs = [cancelling.cancel_at(server, pipeline, step, begun) for _ in range(repeat)]
                # A step may end before the request, and is cached from then on.
                times = [freed for freed, _, job in runs if harness.tasks(job)[step]["state"] == "CANCELLED"]
                if times:
                    found[f"{step}: {point}"] = times
    return found


def print_table(table, found):
    table("Cancelling: seconds from the request until no rank works",
          ["", "median", "longest", "times"],
          [[name, f"{statistics.median(times):.2f}", f"{max(times):.2f}", len(times)] for name, times in found.items()])
