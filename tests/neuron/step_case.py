"""Running the simulation step from tests, on the small network or another.

A test script is called as SCRIPT RUNNER: RUNNER is tests/conformance/simulation's
step_runner.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import small_network

HERE = os.path.dirname(os.path.abspath(__file__))
RUNNER = None
MPIRUN = ("mpirun --allow-run-as-root --oversubscribe --bind-to none "
          "--mca mpi_yield_when_idle 1 --mca btl_vader_single_copy_mechanism none -n").split()
AMPA = {"tau_rise": 0.5, "tau_decay": 3.0, "e": 0.0, "g_unit": 0.02, "weight": 1.0}


def base_config():
    return {
        "t_end": 30.0, "celsius": 6.3,
        "cell_types": {"A": {"template": "Spiker"}, "B": {"template": "Stick"}},
        "synapses": {"A": {"STIM": {"mechanisms": {"AMPA": dict(AMPA)}}},
                     "B": {"A": {"mechanisms": {"AMPA": dict(AMPA)}}}},
        "stimulus": [{"population": "STIM", "times": [5.0]}],
        "debug": {"netcons": True, "sections": True},
    }


class StepCase(unittest.TestCase):
    """Runs the step on the small network; RUNNER as in `main`."""

    MECHANISMS = []  # mod files beyond those of the test model

    @classmethod
    def setUpClass(cls):
        cls.root = tempfile.mkdtemp(prefix="simulation_step_")
        cls.cells, cls.connections = small_network.write(os.path.join(cls.root, "network"))
        cls.library = cls.compile(cls.MECHANISMS)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root)

    @classmethod
    def compile(cls, more=()):
        """The library of the test model's mechanisms and of `more` mod files."""
        sources = os.path.join(tempfile.mkdtemp(dir=cls.root), "mechanisms")
        shutil.copytree(os.path.join(HERE, "model", "mechanisms"), sources)
        for path in more:
            shutil.copy(path, sources)
        return subprocess.run([RUNNER, "--compile", sources, cls.root], check=True,
                              stdout=subprocess.PIPE, text=True).stdout.strip()

    def run_step(self, config, ranks=1, templates=None, cells=None, inputs=None, **extra):
        """(exit code, report or None, stderr, output directory)"""
        output = tempfile.mkdtemp(dir=self.root)
        request = {"config": config, "seed": 7, "output": output,
                   "inputs": {"cells": cells or self.cells, "connections": self.connections,
                              "templates": templates or os.path.join(HERE, "model", "templates"),
                              "mechanism_library": self.library, **(inputs or {})}, **extra}
        path = output + ".json"
        with open(path, "w") as f:
            json.dump(request, f)
        launch = MPIRUN + [str(ranks)] if ranks > 1 else []
        done = subprocess.run(launch + [RUNNER, path], timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        report = json.loads(done.stdout) if done.returncode == 0 else None
        return done.returncode, report, done.stderr, output

    def succeed(self, config, **arguments):
        code, report, errors, output = self.run_step(config, **arguments)
        self.assertEqual(code, 0, errors)
        return report, errors, output

    def fail_with(self, config, *texts, **arguments):
        code, _, errors, _ = self.run_step(config, **arguments)
        self.assertNotEqual(code, 0)
        for text in texts:
            self.assertIn(text, errors)

    def table(self, output, name):
        with open(os.path.join(output, name + ".tsv")) as f:
            lines = [line.rstrip("\n").split("\t") for line in f]
        return [dict(zip(lines[0], line)) for line in lines[1:]]


def main():
    global RUNNER
    RUNNER = sys.argv.pop(1)
    unittest.main(module="__main__", verbosity=1)
