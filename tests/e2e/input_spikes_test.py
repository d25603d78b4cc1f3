"""Spike trains made by a step, through the service: what the file holds, and what a simulation plays."""
import h5py
import numpy as np

import harness

STEP = """  inputs:
    kind: input_spikes
    uses: [h5_types]
    ranks: {ranks}
    config:
      trials: {{n: 2, duration: 60}}
      equilibration: 20
      inputs:
        - gids: [0, 1, 2, 3, 4, 5]
          rate: 100
        - gids: [6, 7, 8]
          profile: {{times: [0, 30, 60], rates: [0, 300, 0]}}
          modulation: {{frequency: 40, depth: 0.5, phase: 90}}
        - trains: {{10: [1, 2.5, 50]}}

  run:
"""
T_END = 200
STIM = range(12)  # of the small example


def make_pipeline(directory, ranks):
    pipeline = harness.copy_small_example(directory, T_END)
    harness.edit(pipeline, "  run:\n", STEP.format(ranks=ranks))
    harness.edit(pipeline, "{population: STIM, rate: 20}", "{population: STIM, file: step:inputs}")
    return pipeline


class Trains:
    """The trains of a file by gid, read with h5py; STIM starts at gid 0."""

    def __init__(self, path):
        with h5py.File(path) as file:
            group = file["Populations/STIM/Input Spikes"]
            self.columns = {name: self.column(group[name]) for name in group}
            self.types = {name: group[name]["Attribute Value"].dtype.str for name in group}

    @staticmethod
    def column(group):
        pointer, values = group["Attribute Pointer"][:], group["Attribute Value"][:]
        return {int(gid): values[pointer[i]:pointer[i + 1]] for i, gid in enumerate(group["Cell Index"][:])}

    def __getitem__(self, gid):
        return self.columns["Spike Train"].get(gid, np.array([], "f4"))


class InputSpikes(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.job = cls.server.submit(make_pipeline(cls.directory / "model", 2))
        cls.path = cls.server.fetch(cls.job["id"], "inputs", cls.directory / "out") / "input_spikes.h5"
        cls.trains = Trains(cls.path)
        results = cls.server.fetch(cls.job["id"], "run", cls.directory / "out") / "results.h5"
        with h5py.File(results) as file:
            cls.gid, cls.t = file["Spikes/gid"][:], file["Spikes/t"][:]

    def test_file_has_the_layout_of_input_spikes(self):
        self.assertEqual(self.trains.types, {"Spike Train": "<f4", "Trial Index": "|u1", "Trial Duration": "<f4"})
        cells = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]
        for name, column in self.trains.columns.items():
            self.assertEqual(sorted(column), cells, name)
        for gid in cells:
            self.assertEqual(self.trains.columns["Trial Duration"][gid].tolist(), [80, 80])
            trial, times = self.trains.columns["Trial Index"][gid], self.trains[gid]
            self.assertEqual(len(trial), len(times))
            self.assertTrue(np.all((times >= 80.0 * trial) & (times <= 80.0 * (trial + 1))))
        with h5py.File(self.path) as file:
            self.assertIn("Populations", file["H5Types"])

    def test_explicit_trains_repeat_after_each_equilibration(self):
        self.assertEqual(self.trains[10].tolist(), [21, 22.5, 70, 101, 102.5, 150])

    def test_refractory_period_is_kept_within_trials(self):
        for gid in range(9):
            for k in (0, 1):
                times = self.trains[gid][self.trains.columns["Trial Index"][gid] == k]
                self.assertTrue(np.all(np.diff(times) >= 3 - 1e-4), gid)

    def test_simulation_plays_exactly_the_trains(self):
        played = 0
        for gid in STIM:
            mine = np.sort(self.t[self.gid == gid])
            self.assertEqual(len(mine), len(self.trains[gid]), gid)
            np.testing.assert_allclose(mine, self.trains[gid], rtol=0, atol=1e-9)
            played += len(mine)
        self.assertGreater(played, 50)
        self.assertEqual(harness.tasks(self.server.job(self.job["id"]))["inputs"]["report"]["spikes"], played)

    def test_other_rank_counts_give_the_same_bytes(self):
        with harness.Server() as server:
            job = server.submit(make_pipeline(self.directory / "three", 3), "--set", "steps.run.config.t_end=1")
            self.assertIn("inputs", harness.computed(job))
            self.assertEqual(harness.digests(job)["inputs"], harness.digests(self.job)["inputs"])

    def test_a_new_rate_reruns_the_inputs_and_the_simulation(self):
        job = self.server.submit(self.directory / "model" / "pipeline.yaml",
                                 "--set", "steps.inputs.config.inputs[0].rate=90", "--set", "steps.run.config.t_end=1")
        self.assertEqual(harness.computed(job), {"inputs", "run"})

    def test_trains_that_nobody_plays_give_a_warning(self):
        done = self.server.miv("plan", self.directory / "model" / "pipeline.yaml",
                               "--set", "steps.run.config.stimulus=[{population: STIM, rate: 20}]",
                               "--set", "steps.run.uses=[graph, inputs]")
        self.assertIn("The trains of step inputs are not played", done.stdout + done.stderr)


if __name__ == "__main__":
    harness.main()
