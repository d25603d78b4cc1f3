"""The user's own code in a simulation, in hoc and in Python.

The reference of what a hook should do is the same thing done by the config.
"""
import os

import h5py
import numpy as np

import step_case

CLAMP_HOC = """objref driven, clamp
if (pc.gid_exists(3)) {
    driven = pc.gid2cell(3)
    access driven.sections[0]
    clamp = new IClamp(0.5)
    clamp.del = 2
    clamp.dur = 5
    clamp.amp = 1
}
"""
CLAMP_PY = """
from neuron import h
kept = []


def after_cells(cells):
    print("cells of A:", sorted(cells.get("A", {})))


def before_run(cells):
    for gid, cell in cells.get("A", {}).items():
        if gid == 3:
            clamp = h.IClamp(cell.sections[0](0.5))
            clamp.delay, clamp.dur, clamp.amp = 2, 5, float(open("amp.txt").read())
            kept.append(clamp)


def after_run(cells):
    print("at the end t =", round(h.t, 6))
"""


class Hooks(step_case.StepCase):
    def need_python(self):
        if not os.path.exists(os.path.join(os.path.dirname(step_case.RUNNER), "libmiv_hook_python.so")):
            self.skipTest("the worker is built without libpython3-dev")

    def config(self, **fields):
        config = step_case.base_config()
        config.update(stimulus=[], **fields)
        config["record"] = [{"label": "v", "gids": [2, 3, 4, 5], "section": "all", "loc": "all"}]
        return config

    def hook(self, name, text, **fields):
        """The fields of a config and the inputs of a step with one hook."""
        inputs = {"hooks:0": self.write(name, text)}
        hook = {"file": "hooks:0", **fields}
        return hook, inputs

    def write(self, name, text):
        path = os.path.join(self.root, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def arrays(self, output):
        with h5py.File(os.path.join(output, "results.h5")) as h:
            return {name: h[name][()] for name in ("Spikes/t", "Spikes/gid", "Recordings/v/value")}

    def assert_like_the_clamp(self, output):
        clamped = self.config(clamps=[{"gid": 3, "section": 0, "x": 0.5, "delay": 2, "dur": 5, "amp": 1.0}])
        expected, found = self.arrays(self.succeed(clamped)[2]), self.arrays(output)
        self.assertGreater(len(expected["Spikes/t"]), 0)
        for name in expected:
            np.testing.assert_array_equal(found[name], expected[name], name)

    # hoc ----------------------------------------------------------------

    def test_a_hoc_hook_reaches_cells_by_gid(self):
        hook, inputs = self.hook("clamp.hoc", CLAMP_HOC)
        for ranks in (1, 2):
            _, _, output = self.succeed(self.config(hooks=[hook]), inputs=inputs, ranks=ranks)
            self.assert_like_the_clamp(output)

    def test_a_hoc_hook_that_fails_is_quoted(self):
        hook, inputs = self.hook("bad.hoc", "no_such_function(1)\n")
        for ranks in (1, 2):
            self.fail_with(self.config(hooks=[hook]), "bad.hoc: the hook failed", "no_such_function",
                           inputs=inputs, ranks=ranks)

    def test_a_hook_runs_after_cells_too(self):
        hook, inputs = self.hook("early.hoc", "forall { printf(\"cm %g\\n\", cm) }\nerror_here(1)\n", at="after_cells")
        self.fail_with(self.config(hooks=[hook]), "early.hoc", inputs=inputs)

    # Python -------------------------------------------------------------

    def test_a_python_hook_reaches_cells_and_its_files(self):
        self.need_python()
        hook, inputs = self.hook("clamp.py", CLAMP_PY, files=["amp.txt"])
        inputs["hooks:0:files:0"] = self.write("amp.txt", "1.0")
        for ranks in (1, 2, 3):
            _, errors, output = self.succeed(self.config(hooks=[hook], python=True), inputs=inputs, ranks=ranks)
            self.assert_like_the_clamp(output)

    def test_cells_are_equal_with_and_without_python(self):
        self.need_python()
        config = self.config(clamps=[{"gid": 3, "delay": 2, "dur": 5, "amp": 1.0}])
        without, with_python = (self.arrays(self.succeed({**config, "python": python})[2])
                                for python in (False, True))
        for name in without:
            np.testing.assert_array_equal(with_python[name], without[name], name)

    def test_an_exception_comes_with_its_traceback(self):
        self.need_python()
        hook, inputs = self.hook("raises.py", "def before_run(cells):\n    {}['key']\n")
        for ranks in (1, 2):
            self.fail_with(self.config(hooks=[hook], python=True), "raises.py: the hook failed", "line 2",
                           "KeyError: 'key'", inputs=inputs, ranks=ranks)

    def test_leaving_python_is_an_error_not_an_exit(self):
        self.need_python()
        hook, inputs = self.hook("leaves.py", "import sys\ndef after_run(cells):\n    sys.exit(3)\n")
        self.fail_with(self.config(hooks=[hook], python=True), "SystemExit: 3", inputs=inputs)

    def test_a_syntax_error_is_named_before_cells_are_made(self):
        self.need_python()
        hook, inputs = self.hook("syntax.py", "def before_run(cells:\n")
        self.fail_with(self.config(hooks=[hook], python=True), "syntax.py", "SyntaxError", inputs=inputs)

    def test_a_neuron_error_inside_python_is_caught(self):
        self.need_python()
        hook, inputs = self.hook("neuron.py", "from neuron import h\ndef before_run(cells):\n    h('x = = 3')\n    h.no_such_thing()\n")
        self.fail_with(self.config(hooks=[hook], python=True), "neuron.py: the hook failed", inputs=inputs)


if __name__ == "__main__":
    step_case.main()
