"""A declarative network that says how it is simulated: velocities, temperature, recordings, electrodes, gap junctions."""
import shutil

import h5py
import numpy as np

import harness

VELOCITY = "  Connection Velocity: {STIM: 100, PYR: 100, PVBC: 100, OLM: 100}\n"
GAP_JUNCTIONS = """  Gap Junctions:
    Locations: {PVBC: {PVBC: [basal, apical]}}
    Connection Probabilities: {PVBC: {PVBC: 0.5}}
    Connection Weights: {0: 1.0, 100: 0.5}
    Coupling Coefficients: {PVBC: {PVBC: 5.0}}
    Coupling Weights: {0: 1.0, 400: 0.5}
"""
SECTIONS = """
Global Parameters: {celsius: 30}
Recording:
  Intracellular:
    Network default:
      dt: 0.1
      limit: 3
      section quantity:
        v: {swc types: [soma, apical], loc: [0.5, 0.75]}
  LFP:
    Electrode 0: {position: [45, 45, 30], rho: 333, maxEDist: 500, fraction: 1, dt: 0.2}
"""
T_END = 5


class DeclarativeSimulation(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        example = harness.copy_small_example(cls.directory / "network", t_end=T_END)
        cls.pipeline = harness.declarative(example)
        shutil.copy(harness.EXAMPLE.parent / "mechanisms" / "ggap.mod", example.parent / "mechanisms")
        network = example.parent / "network.yaml"
        harness.edit(network, VELOCITY, VELOCITY + GAP_JUNCTIONS)
        network.write_text(network.read_text() + SECTIONS)
        text = cls.pipeline.read_text()
        cls.pipeline.write_text(text[:text.index("      lfp:\n")])
        cls.job = cls.server.submit(cls.pipeline)
        cls.results = cls.server.fetch(cls.job["id"], "run", cls.directory / "run")

    def test_records_the_default_profile(self):
        with h5py.File(self.results / "results.h5") as file:
            found = {}
            file.visititems(lambda name, item: found.update({name: item.shape}) if isinstance(item, h5py.Dataset) else None)
        for label in ("v_PYR_soma", "v_PYR_apical", "v_PVBC_soma", "v_OLM_soma"):
            self.assertTrue(any(label in name.split("/") for name in found), (label, sorted(found)))

    def test_lfp_is_that_of_the_electrode(self):
        samples = np.load(self.results / "readout.npy")
        self.assertIn(T_END / 0.2 + 1, samples.shape)
        self.assertGreater(np.ptp(samples), 0)

    def test_couples_its_cells_unless_the_simulation_says_null(self):
        tasks = harness.tasks(self.job)
        made = tasks["network_gap_junctions"]["report"]["gap_junctions"][0]["junctions"]
        self.assertGreater(made, 0)
        uncoupled = self.pipeline.parent / "uncoupled.yaml"
        uncoupled.write_text(self.pipeline.read_text())
        harness.edit(uncoupled, "      secondorder: 2\n", "      secondorder: 2\n      gap_junctions: null\n")
        self.assertEqual(harness.computed(self.server.submit(uncoupled)), {"run"})

    def test_values_of_the_simulation_win(self):
        job = self.server.submit(self.pipeline, "--set", "steps.run.config.celsius=30",
                                 "--set", "steps.run.config.connection_velocity.PYR=100")
        self.assertEqual(harness.computed(job), set())
        job = self.server.submit(self.pipeline, "--set", "steps.run.config.celsius=31")
        self.assertEqual(harness.computed(job), {"run"})

    def test_new_velocity_of_the_network_reruns_the_simulation_alone(self):
        field = "steps.network.config.config.Connection Generator.Connection Velocity.PYR=90"
        self.assertEqual(harness.computed(self.server.submit(self.pipeline, "--set", field)), {"run"})


if __name__ == "__main__":
    harness.main()
