"""Weights of single synapses that the file of cells holds."""
import os
import shutil

import h5py

import step_case
from step_case import AMPA, base_config

STORED = {"4": 1.5, "1": 2.5, "2": 3.5, "7": 4.5}  # of every cell, small_network.py


class SynapseWeights(step_case.StepCase):

    def weights(self, entries, **arguments):
        """({syn_id: weight} of gid 5, what was said)"""
        config = base_config()
        config["cell_types"]["B"]["synapses"] = {"weights": entries}
        _, said, output = self.succeed(config, **arguments)
        rows = [row for row in self.table(output, "netcons") if row["post_gid"] == "5"]
        return {row["syn_id"]: float(row["weight"]) for row in rows}, said

    def file_with(self, **columns):
        """The network's file of cells with more attributes of the namespace More of B."""
        path = os.path.join(self.root, "more.h5")
        shutil.copy(self.cells, path)
        with h5py.File(path, "r+") as file:
            source = file["Populations/B/Weights"]
            file.copy(source["syn_id"], file.create_group("Populations/B/More"), "syn_id")
            for name, factor in columns.items():
                file.copy(source["AMPA"], file["Populations/B/More"], name)
                file[f"Populations/B/More/{name}/Attribute Value"][:] *= factor
        return path

    def test_of_a_namespace_win(self):
        self.assertEqual(self.weights([{"namespace": ["Weights"]}])[0], STORED)
        self.assertEqual(self.weights({"namespace": "Weights"}, ranks=2)[0], STORED)

    def test_are_what_an_expression_makes_of_the_stored_values(self):
        expected = {synapse: 2 * weight + 1 for synapse, weight in STORED.items()}
        for expression in ({"expr": "2 * w + a", "parameter": ["w"], "const": {"a": 1}}, {"expr": "2 * x + 1"}):
            self.assertEqual(self.weights([{"namespace": "Weights", **expression}])[0], expected)

    def test_of_the_last_namespace_win(self):
        cells = self.file_with(AMPA=10)
        expected = {synapse: 10 * weight for synapse, weight in STORED.items()}
        self.assertEqual(self.weights([{"namespace": ["Weights", "More"]}], cells=cells)[0], expected)
        self.assertEqual(self.weights([{"namespace": "More"}, {"namespace": "Weights"}], cells=cells)[0], STORED)

    def test_of_no_synapse_are_reported(self):
        found, said = self.weights([{"namespace": "More"}], cells=self.file_with(GABA_A=2))
        self.assertEqual(set(found.values()), {AMPA["weight"]})
        self.assertIn("More of B has weights of GABA_A, which is no synapse of any projection", said)

    def test_of_a_namespace_that_is_not_there_are_refused(self):
        config = base_config()
        config["cell_types"]["B"]["synapses"] = {"weights": [{"namespace": "Wieghts"}]}
        self.fail_with(config, "Wieghts")


if __name__ == "__main__":
    step_case.main()
