"""The user's own code in a simulation, through the service."""
import json

import harness

CONFIG = """      python: true
      hooks: [{file: ./hooks/probe.py, files: [./hooks/current.txt]}]
"""
PROBE = """
from neuron import h

clamps = []


def after_cells(cells):
    print("populations:", sorted(name for name, of in cells.items() if of))


def before_run(cells):
    with open("current.txt") as f:
        amplitude = float(f.read())
    for cell in cells.get("PVBC", {}).values():
        clamp = h.IClamp(list(cell.soma_list)[0](0.5))
        clamp.delay, clamp.dur, clamp.amp = 0, 100, amplitude
        clamps.append(clamp)
"""
READS = """
def before_run(cells):
    print(open(%r).read())
"""


class Hooks(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not (harness.BIN / "libmiv_hook_python.so").exists():
            cls.skipTest(cls, "the worker is built without libpython3-dev")
        cls.server = cls.start_server()
        cls.pipeline = harness.copy_small_example(cls.directory / "model")
        cls.hooks = cls.pipeline.parent / "hooks"
        cls.hooks.mkdir()
        cls.without = cls.server.submit(cls.pipeline)
        (cls.hooks / "probe.py").write_text(PROBE)
        (cls.hooks / "current.txt").write_text("0.5")
        text = cls.pipeline.read_text()
        start = text.index("\n  run:\n")
        at = text.index("config:\n", start) + len("config:\n")
        cls.pipeline.write_text(text[:at] + CONFIG + text[at:])

    def spikes(self, job):
        return harness.tasks(self.server.job(job["id"]))["run"]["report"]["spikes"]

    def test_a_hook_drives_cells_and_its_files_are_in_the_key(self):
        job = self.server.submit(self.pipeline)
        self.assertEqual(harness.computed(job), {"run"})
        self.assertGreater(self.spikes(job), self.spikes(self.without))
        self.assertIn("populations: ['OLM', 'PVBC', 'PYR', 'STIM']", self.server.miv("logs", job["id"]).stdout)
        self.assertEqual(harness.computed(self.server.submit(self.pipeline)), set())
        (self.hooks / "current.txt").write_text("0.4")
        self.assertEqual(harness.computed(self.server.submit(self.pipeline)), {"run"})

    def failure(self, text):
        (self.hooks / "probe.py").write_text(text)
        try:
            done = self.server.miv("submit", self.pipeline, "--wait", "--json", expect=1)
        finally:
            (self.hooks / "probe.py").write_text(PROBE)
        return json.dumps(harness.tasks(json.loads(done.stdout))["run"]["error"])

    def test_an_exception_reaches_the_user_with_its_line(self):
        error = self.failure("def before_run(cells):\n    return cells['NOBODY']\n")
        self.assertIn("KeyError: 'NOBODY'", error)
        self.assertIn("line 2", error)
        self.assertIn("probe.py", error)

    def test_a_file_that_was_not_declared_cannot_be_read(self):
        error = self.failure(READS % str(self.hooks / "current.txt"))
        if "No such file" not in error and "Permission denied" not in error:
            self.skipTest("this machine runs workers without a sandbox")


if __name__ == "__main__":
    harness.main()
