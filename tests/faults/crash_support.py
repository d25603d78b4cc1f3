"""What the fault tests share: one server with an undisturbed run to compare with, and checks of a finished job."""
import json
import os
import signal

import harness

SIMULATED_MS = 400  # a second or two of work on the small network
BUILT_CELLS = 8000  # some seconds of connecting


def copy_building_example(directory):
    """A network of thousands of cells, without a simulation."""
    pipeline = harness.copy_small_example(directory)
    harness.edit(pipeline.parent / "config" / "cell_distributions.yml", "PYR: {SP: 20}", f"PYR: {{SP: {BUILT_CELLS}}}")
    text = pipeline.read_text()
    pipeline.write_text(text[:text.index("  run:\n")])
    return pipeline


class FaultCase(harness.TestCase):
    """Every case submits the same pipeline past the cache, disturbs it, and expects the undisturbed results."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.simulating = harness.copy_small_example(cls.directory / "simulating", t_end=SIMULATED_MS)
        cls.simulated = cls.server.submit(cls.simulating)

    def start(self, pipeline=None):
        return self.server.begin(pipeline or self.simulating, "--cache", "bypass")

    def watch(self, job):
        return harness.Watch(self.server, job)

    def kill_and_restart(self):
        self.server.kill()
        self.server.start()

    def assert_log_is_whole(self, events):
        """Every event once, in order, one end; each task ends once, each output is published once."""
        self.assertEqual([event["sequence"] for event in events], list(range(1, len(events) + 1)))
        self.assertEqual([event["type"] for event in events].count("end"), 1)
        self.assertEqual(events[-1]["type"], "end")
        ended = [event["step"] for event in events
                 if event["type"] == "task_state" and event["to"] in ("SUCCEEDED", "FAILED", "CANCELLED", "CACHED")]
        self.assertEqual(sorted(ended), sorted(set(ended)))
        published = [(event["step"], event["name"]) for event in events if event["type"] == "artifact"]
        self.assertEqual(sorted(published), sorted(set(published)))

    def assert_same_results(self, job, reference):
        self.assertEqual(job["state"], "SUCCEEDED")
        self.assertEqual(harness.digests(job), harness.digests(reference))
        for step, task in harness.tasks(job).items():
            self.assertEqual(task["state"], "SUCCEEDED", step)

    def assert_attempts(self, job, expected):
        """expected: {step: attempts} of the steps that needed more than one."""
        found = {step: task["attempts"] for step, task in harness.tasks(job).items() if task["attempts"] != 1}
        self.assertEqual(found, expected, self.moves(job["id"], found))

    def moves(self, job, steps):
        """What the log says about steps, for the message of a failure."""
        events = map(json.loads, self.server.miv("watch", job, "--json").stdout.splitlines())
        return "\n".join(f"{e['time']} {e['step']} attempt {e.get('attempt')}: {e['from']} -> {e['to']} {e['reason']}"
                         for e in events if e["type"] == "task_state" and e["step"] in steps)


def kill(pid):
    os.kill(pid, signal.SIGKILL)
