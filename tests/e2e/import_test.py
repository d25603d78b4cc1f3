"""Files in place of steps: every kind that a file can stand for."""
import shutil

import harness


class Import(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.network = harness.copy_small_example(cls.directory / "network")
        cls.job = cls.server.submit(cls.network)
        cls.files = cls.directory / "files"
        cls.server.miv("fetch", cls.job["id"], "-o", cls.files)

    def copy(self, name):
        pipeline = self.directory / "copies" / name / "pipeline.yaml"
        shutil.copytree(self.network.parent, pipeline.parent)
        return pipeline

    def replace(self, pipeline, step, population=""):
        """Makes `step` an import of the file that it left in the first job."""
        task = harness.tasks(self.job)[step]
        name, = task["outputs"]
        lines = pipeline.read_text().split("\n")
        begin = lines.index(f"  {step}:")
        end = next(i for i in range(begin + 1, len(lines)) if lines[i][:3].strip() or not lines[i].strip())
        uses = [line for line in lines[begin:end] if line.startswith("    uses:")]  # what is upstream stays so
        lines[begin + 1:end] = ["    kind: import", *uses, "    config:", f"      file: {self.files / step / name}",
                                f"      stands_for: {task['kind']}"]
        if population:
            lines.insert(begin + 5 + len(uses), f"      population: {population}")
        pipeline.write_text("\n".join(lines))

    def give_distances_their_config(self, pipeline):
        """What they otherwise take over from the step that made the coordinates."""
        harness.edit(pipeline, "    kind: measure_distances\n", "    kind: measure_distances\n    config:\n"
                     "      cell_distributions: from_file('config/cell_distributions.yml')\n"
                     "      layer_extents: from_file('config/layer_extents.yml')\n")

    def test_each_kind_leaves_everything_else_as_it_was(self):
        """The same bytes from elsewhere: only the import runs, and all that follows is found in the cache."""
        for step, population in (("h5_types", ""), ("network", ""), ("distances", ""), ("forest_PYR", "PYR"),
                                 ("synapses_PYR", "PYR"), ("connections_PYR", "PYR")):
            with self.subTest(step):
                pipeline = self.copy(step)
                self.replace(pipeline, step, population)
                if step == "network":
                    self.give_distances_their_config(pipeline)
                job = self.server.submit(pipeline)
                self.assertEqual(harness.tasks(job)[step]["kind"], "import")
                self.assertEqual(harness.computed(job), {step})
                self.assertEqual(harness.digests(job), harness.digests(self.job))

    def test_morphology(self):
        pipeline = self.copy("morphology")
        harness.edit(pipeline, "    uses: [network, distances]\n    ranks: 2\n    config: {population: PYR, morphology: ./morphology/PYR.swc}\n",
                     "    uses: [network, distances, swc_PYR]\n    config: {population: PYR}\n  swc_PYR:\n    kind: import\n"
                     "    config: {file: ./morphology/PYR.swc, stands_for: morphology, population: PYR}\n")
        self.assertEqual(harness.computed(self.server.submit(pipeline)), {"swc_PYR"})

    def import_swc_of_pyr(self, name, *files):
        """A pipeline whose PYR forest is an import of a directory of SWC files."""
        pipeline = self.copy(name)
        folder = pipeline.parent / "pyr"
        folder.mkdir()
        for file in files:
            shutil.copy(pipeline.parent / "morphology" / "PYR.swc", folder / file)
        harness.edit(pipeline, "    kind: generate_synapse_forest\n    uses: [network, distances]\n    ranks: 2\n    config: "
                     "{population: PYR, morphology: ./morphology/PYR.swc}\n", "    kind: import\n    uses: [network, distances]\n"
                     "    config: {file: ./pyr, stands_for: generate_synapse_forest, population: PYR}\n")
        return pipeline

    def test_directory_of_swc_files(self):
        pipeline = self.import_swc_of_pyr("directory", "one.swc", "two.swc")
        (pipeline.parent / "pyr" / "gids.yaml").write_text("12-14: one.swc\ndefault: [two.swc, one.swc]\n")
        job = self.server.submit(pipeline)
        self.assertEqual(harness.computed(job), {"forest_PYR"})
        self.assertEqual(harness.digests(job), harness.digests(self.job))

    def test_directory_of_swc_files_is_checked_before_the_job(self):
        pipeline = self.import_swc_of_pyr("broken", "one.swc")
        (pipeline.parent / "pyr" / "gids.yaml").write_text("default: one.swc\n")
        with open(pipeline.parent / "pyr" / "one.swc", "a", encoding="utf-8") as swc:
            swc.write("99999 3 0 0 0 1 77777\n")
        said = self.server.miv("submit", pipeline, "--wait", expect=2).stderr
        for word in ("pyr/one.swc", "77777"):
            self.assertIn(word, said)
        (pipeline.parent / "pyr" / "gids.yaml").unlink()
        self.assertIn("does not say whose tree it is", self.server.miv("submit", pipeline, "--wait", expect=2).stderr)

    def test_graph_of_imports_alone(self):
        steps = ["network", "distances"] + [f"{kind}_{population}" for population in ("PYR", "PVBC", "OLM")
                                            for kind in ("forest", "synapses", "connections")]
        pipeline = self.copy("alone")
        for step in steps:
            self.replace(pipeline, step, step.split("_")[1] if "_" in step else "")
        text = pipeline.read_text()
        pipeline.write_text(text[:text.index("  run:\n")])
        job = self.server.submit(pipeline, "--cache", "bypass")
        self.assertEqual(harness.digests(job)["graph"], harness.digests(self.job)["graph"])

    def test_cells_and_connections_of_a_graph_are_simulated(self):
        pipeline = self.copy("simulated")
        text = pipeline.read_text()
        run = text[text.index("  run:\n"):].replace("uses: [graph]", "uses: [cells, connections]").replace(
            "config:\n", "config:\n      cell_types: from_file('config/cell_types.yml')\n"
            "      synapses: from_file('config/synapses.yml')\n", 1)
        steps = "".join(f"  {name}: {{kind: import, config: {{file: {self.files}/graph/{name}.h5, stands_for: {name}}}}}\n"
                        for name in ("cells", "connections"))
        pipeline.write_text(text[:text.index("  h5_types:\n")] + steps + run)
        job = self.server.submit(pipeline)
        self.assertEqual({task["state"] for task in job["tasks"]} - {"CACHED"}, {"SUCCEEDED"})


if __name__ == "__main__":
    harness.main()
