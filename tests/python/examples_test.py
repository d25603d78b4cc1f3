"""The examples in examples/python, with fewer cells, trials and milliseconds."""
import contextlib
import io
import os
import pathlib
import re
import sys
import warnings

import harness
import matplotlib
import numpy as np
import setting

import miv

matplotlib.use("Agg")

SHORTER = {"T_END_MS = 500": "T_END_MS = 40"}


class Examples(setting.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", miv.MivWarning)
            setting.run_script("build_network.py", setting.SMALLER)

    def run_example(self, name, smaller):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            return setting.run_script(name, smaller), said.getvalue()

    def test_a_sweep_over_g_unit_rebuilds_nothing(self):
        made, said = self.run_example("g_unit_sweep.py", SHORTER | {"[0.5e-4, 1.0e-4, 1.7e-4, 3.0e-4]": "[1.0e-6, 1.0e-3]"})
        self.assertEqual(made["to_build"], {"simulation"})
        rates = list(made["rates_hz"].values())
        self.assertLess(rates[0], rates[1])  # a thousandfold stronger drive
        self.assertEqual(said.count("PYR fire at"), 2)
        self.assertTrue(all(run.cached() for run in made["runs"].values()))

    def test_states_are_as_far_apart_as_their_inputs(self):
        made, _ = self.run_example("separation.py", SHORTER | {"TRIALS = 4": "TRIALS = 1", "SOURCES = 64": "SOURCES = 12",
                                                              "[0.0, 5.0, 20.0, 80.0]": "[0.0, 20.0]", "RATE_HZ = 20.0": "RATE_HZ = 60.0"})
        same_input, same_state = made["separation"][0.0]
        other_input, other_state = made["separation"][20.0]
        self.assertEqual(same_input, 0)
        np.testing.assert_array_equal(same_state, 0)  # equal inputs are one run
        self.assertGreater(other_input, 0)
        self.assertGreater(other_state.max(), 0)
        self.assertEqual(len(other_state), 401)  # 40 ms in steps of 0.1
        self.assertGreater(os.path.getsize("separation.png"), 1000)


    def test_the_blocks_of_the_documentation_run(self):
        text = (harness.ROOT / "docs" / "python.md").read_text()
        blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
        self.assertEqual(len(blocks), 5)
        built = dict(vars(sys.modules["build_network"]))
        with contextlib.redirect_stdout(io.StringIO()) as said:
            for number, block in enumerate(blocks):
                path = pathlib.Path(f"block_{number}.py")  # functions are sent by their source
                path.write_text(block)
                exec(compile(block, str(path.resolve()), "exec"), built)
        self.assertEqual(len(built["run"].readout()), 501)  # 50 ms in steps of 0.1
        self.assertIn('Did you mean "t_end"?', said.getvalue())
        self.assertGreater(os.path.getsize("raster.png"), 1000)


if __name__ == "__main__":
    harness.main()
