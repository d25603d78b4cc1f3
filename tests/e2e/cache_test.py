"""Which components run again after a change: exactly those that the change reaches."""
import pathlib
import shutil

import harness

BUILD = {"h5_types", "network", "distances"} | {f"{step}_{population}" for step in ("forest", "synapses", "connections")
                                                for population in ("PYR", "PVBC", "OLM")} | {"graph"}
ALL = BUILD | {"run"}


class CacheCase(harness.TestCase):
    """A server that has the small example in its cache, and copies of it to change."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.original = harness.copy_small_example(cls.directory / "original")
        cls.job = cls.server.submit(cls.original)

    def changed(self, file="", old="", new=""):
        """The pipeline in a copy with one replacement in one file."""
        pipeline = self.directory / self._testMethodName / "pipeline.yaml"
        if not pipeline.exists():
            shutil.copytree(self.original.parent, pipeline.parent)
        if file:
            harness.edit(pipeline.parent / file, old, new)
        return pipeline

    def rerun(self, pipeline, *options):
        """Steps that run when it is submitted."""
        job = self.server.submit(pipeline, *options)
        for step, task in harness.tasks(job).items():
            self.assertEqual(task["state"], "CACHED" if task["cached"] else "SUCCEEDED", step)
            self.assertEqual(task["attempts"], 0 if task["cached"] else 1, step)
        return harness.computed(job)


class Changes(CacheCase):

    def test_first_time_everything_runs(self):
        self.assertEqual(harness.computed(self.job), ALL)

    def test_unchanged_nothing(self):
        again = self.server.submit(self.original)
        self.assertEqual(harness.computed(again), set())
        self.assertEqual(harness.digests(again), harness.digests(self.job))

    def test_unit_conductance_reruns_the_simulation(self):
        pipeline = self.changed("config/synapses.yml", "g_unit: 1.6e-3", "g_unit: 1.7e-3")
        self.assertEqual(self.rerun(pipeline), {"run"})

    def test_density_reruns_its_population_and_what_joins_it(self):
        pipeline = self.changed("config/cell_types.yml", "SO: {mean: 0.5, variance: 0}", "SO: {mean: 0.6, variance: 0}")
        self.assertEqual(self.rerun(pipeline), {"synapses_OLM", "connections_OLM", "graph", "run"})

    def test_coordinate_of_a_morphology_reruns_its_forest_and_descendants(self):
        pipeline = self.changed()
        self.move_last_point(pipeline.parent / "morphology" / "PVBC.swc")
        self.assertEqual(self.rerun(pipeline), {"forest_PVBC", "synapses_PVBC", "connections_PVBC", "graph", "run"})

    @staticmethod
    def move_last_point(swc):
        """Moves an end of a dendrite by 3 um along x."""
        lines = swc.read_text().splitlines()
        fields = [line.split() for line in lines]
        parents = {words[6] for words in fields if words and not words[0].startswith("#")}
        at = max(i for i, words in enumerate(fields)
                 if words and words[0] not in parents and words[1] in ("3", "4") and not words[0].startswith("#"))
        fields[at][2] = str(float(fields[at][2]) + 3)
        lines[at] = " ".join(fields[at])
        swc.write_text("\n".join(lines) + "\n")

    def test_comment_in_a_morphology_reruns_its_forest_alone(self):
        pipeline = self.changed()
        swc = pipeline.parent / "morphology" / "PVBC.swc"
        swc.write_text("# traced again\n" + swc.read_text())
        self.assertEqual(self.rerun(pipeline), {"forest_PVBC"})

    def test_synaptic_mechanism_reruns_the_simulation(self):
        pipeline = self.changed("mechanisms/LinExp2Syn.mod", "NEURON {", "NEURON { : as published\n")
        self.assertEqual(self.rerun(pipeline), {"run"})

    def test_mechanism_of_a_template_reruns_the_synapses_that_load_it(self):
        # The places of the synapses do not depend on it, so all that follows is reused.
        pipeline = self.changed("mechanisms/h_o.mod", "NEURON {", "NEURON { : as published\n")
        self.assertEqual(self.rerun(pipeline), {"synapses_OLM", "run"})

    def test_duration_reruns_the_simulation(self):
        self.assertEqual(self.rerun(self.original, "--set", "steps.run.config.t_end=12"), {"run"})

    def test_electrode_reruns_the_simulation(self):
        self.assertEqual(self.rerun(self.original, "--set", "steps.run.config.lfp[0].pos=[50, 50, 30]"), {"run"})

    def test_comment_changes_nothing(self):
        pipeline = self.changed("pipeline.yaml", "api: miv/v1", "# Tuned by hand.\napi: miv/v1")
        harness.edit(pipeline.parent / "config/synapses.yml", "\nOLM:", "\n# Horizontal cells.\nOLM:")
        self.assertEqual(self.rerun(pipeline), set())

    def test_spelling_of_numbers_and_order_of_keys_change_nothing(self):
        pipeline = self.changed("pipeline.yaml", "t_end: 10", "t_end: 1.0e+1")
        harness.edit(pipeline.parent / "config/cell_distributions.yml", "SO: 3, SP: 5, SR: 2", "SR: 2, SP: 5, SO: 3")
        self.assertEqual(self.rerun(pipeline), set())

    def test_ranks_change_nothing(self):
        self.assertEqual(self.rerun(self.original, "--ranks", 1), set())

    def test_io_and_chunk_sizes_change_nothing(self):
        options = [word for step in ("network", "forest_PYR", "synapses_PYR", "connections_OLM", "graph")
                   for word in ("--set", f"steps.{step}.config.io_size=1", "--set", f"steps.{step}.config.chunk_size=500")]
        self.assertEqual(self.rerun(self.original, *options), set())

    def test_place_changes_nothing(self):
        pipeline = self.changed("pipeline.yaml", "mechanisms: ./mechanisms,", "mechanisms: ./channels,")
        (pipeline.parent / "mechanisms").rename(pipeline.parent / "channels")
        self.assertEqual(self.rerun(pipeline), set())

    def test_name_of_a_step_changes_nothing(self):
        pipeline = self.changed()
        pipeline.write_text(pipeline.read_text().replace("distances", "measured"))
        harness.edit(pipeline, "kind: measure_measured", "kind: measure_distances")
        self.assertEqual(self.rerun(pipeline), set())

    def test_seed_reruns_what_draws_random_numbers(self):
        # The types and the trees do not.
        self.assertEqual(self.rerun(self.original, "--seed", 7),
                         ALL - {"h5_types", "forest_PYR", "forest_PVBC", "forest_OLM"})

    def test_declarative_form_of_the_network_changes_nothing(self):
        job = self.server.submit(harness.declarative(self.original))
        self.assertEqual(harness.computed(job), set())
        self.assertEqual({task["step"] for task in job["tasks"]},
                         {"network", "run", "network_h5_types", "network_architecture", "network_distances"}
                         | {f"network_{step}_{population}" for step in ("forest", "synapses", "connections")
                            for population in ("PYR", "PVBC", "OLM")})
        digests = harness.digests(job)
        self.assertEqual(digests["network"], harness.digests(self.job)["graph"])
        self.assertEqual(digests["run"], harness.digests(self.job)["run"])

    def test_density_in_a_declarative_network_reruns_its_population(self):
        pipeline = harness.declarative(self.changed("config/cell_types.yml", "SO: {mean: 0.30, variance: 0}",
                                                    "SO: {mean: 0.35, variance: 0}"))
        self.assertEqual(self.rerun(pipeline),
                         {"network_synapses_OLM", "network_connections_OLM", "network", "run"})

    def test_plan_shows_the_steps_of_a_network(self):
        plan = self.server.json("plan", harness.declarative(self.original), "--set", "steps.network.seed=12")
        self.assertEqual({step["step"] for step in plan["steps"] if step["cached"]},
                         {"network_h5_types", "network_forest_PYR", "network_forest_PVBC", "network_forest_OLM"})

    def test_plan_foretells_what_runs(self):
        plan = self.server.json("plan", self.original, "--set", "steps.run.config.t_end=15")
        self.assertEqual({step["step"] for step in plan["steps"] if not step["cached"]}, {"run"})
        self.assertTrue(all(step["reason"] for step in plan["steps"] if not step["cached"]), plan)


class Policies(CacheCase):

    def test_refresh_runs_everything_and_keeps_the_results(self):
        options = ("--set", "steps.run.config.t_end=11")
        job = self.server.submit(self.original, "--cache", "refresh", *options)
        self.assertEqual(harness.computed(job), ALL)
        for step in BUILD:
            self.assertEqual(harness.digests(job)[step], harness.digests(self.job)[step])
        self.assertEqual(self.rerun(self.original, *options), set())

    def test_bypass_runs_everything_and_leaves_the_cache(self):
        options = ("--set", "steps.run.config.t_end=13")
        job = self.server.submit(self.original, "--cache", "bypass", *options)
        self.assertEqual(harness.computed(job), ALL)
        results = self.server.fetch(job["id"], "run", self.directory / "bypass") / "results.h5"
        self.assertGreater(pathlib.Path(results).stat().st_size, 0)
        self.assertEqual(self.rerun(self.original, *options), {"run"})

    def test_two_submissions_at_once_share_one_run(self):
        options = ("--seed", "9")
        jobs = [self.server.begin(self.original, *options) for _ in range(2)]
        with harness.Watch(self.server, jobs[0]) as one, harness.Watch(self.server, jobs[1]) as two:
            self.assertEqual([one.wait_for_end(120)[1], two.wait_for_end(120)[1]], [0, 0])
        first, second = (self.server.job(job) for job in jobs)
        self.assertEqual(harness.digests(first), harness.digests(second))
        self.assertEqual(harness.computed(first) & harness.computed(second), set())


if __name__ == "__main__":
    harness.main()
