"""Gap junctions made by a step, through the service: what the file holds, and a simulation that takes it."""
import itertools
import json
import shutil

import h5py
import numpy as np

import harness

BUILD = """api: miv/v1
name: coupled
seed: 4
steps:
  h5_types:
    kind: h5_types
    config:
      cell_distributions: from_file('config/cell_distributions.yml')
      projections: {PVBC: [PVBC], OLM: [PVBC]}
  network:
    kind: network_architecture
    uses: [h5_types]
    config:
      layer_extents: from_file('config/layer_extents.yml')
  forest_PVBC:
    kind: generate_synapse_forest
    uses: [h5_types]
    config: {population: PVBC, morphology: ./morphology/PVBC.swc}
  forest_OLM:
    kind: generate_synapse_forest
    uses: [h5_types]
    config: {population: OLM, morphology: ./morphology/OLM.swc}
"""
GAPS = """  gaps:
    kind: gap_junctions
    uses: [network, forest_PVBC, forest_OLM]
    ranks: 2
    config:
      locations: {PVBC: {PVBC: [basal, apical], OLM: [basal]}}
      connection_probabilities: {PVBC: {PVBC: 0.4, OLM: 0.25}}
      connection_weights: {0: 1.0, 80: 0.25}
      coupling_coefficients: {PVBC: {PVBC: 2.0, OLM: 0.5}}
      coupling_weights: {0: 1.0, 400: 0.5}
"""
PROBABILITY = {("PVBC", "PVBC"): 0.4, ("PVBC", "OLM"): 0.25}
COEFFICIENT = {("PVBC", "PVBC"): 2.0, ("PVBC", "OLM"): 0.5}
REACH_UM = 80
CELLS = {"PVBC": range(32, 42), "OLM": range(42, 48)}  # of the small example
ENDS = ("Source", "Destination")


def halves(file, post, pre):
    """{(source, destination): ((section, position, nS) at the source, the same at the destination)} of a projection."""
    group = file[f"Projections/{post}/{pre}"]
    pointer = group["Edges/Destination Pointer"][:].astype(int)
    first = group["Edges/Destination Block Index"][:].astype(int)
    blocks = group["Edges/Destination Block Pointer"][:].astype(int)
    cells = np.concatenate([start + np.arange(end - begin) for start, begin, end in zip(first, blocks[:-1], blocks[1:])])
    destinations = np.repeat(cells[:len(pointer) - 1], np.diff(pointer)) + CELLS[post][0]
    sources = group["Edges/Source Index"][:] + CELLS[pre][0]
    ends = [list(zip(group[f"Location/{end} section"][:].tolist(), group[f"Location/{end} position"][:].tolist(),
                     group[f"Coupling strength/{end}"][:].tolist())) for end in ENDS]
    found = dict(zip(zip(sources.tolist(), destinations.tolist()), zip(*ends)))
    if len(found) != len(sources):
        raise AssertionError(f"a pair of {post}/{pre} is stored twice")
    return found


def mirrored(found):
    """The same junctions seen from the other cell."""
    return {(b, a): (at_b, at_a) for (a, b), (at_a, at_b) in found.items()}


def types_of_sections(path, population, gid):
    """The SWC type of each section of a cell's tree."""
    with h5py.File(path) as file:
        trees = file[f"Populations/{population}/Trees"]

        def of_cell(name):
            i = trees[name]["Cell Index"][:].tolist().index(gid - CELLS[population][0])
            pointer = trees[name]["Attribute Pointer"]
            return trees[name]["Attribute Value"][int(pointer[i]):int(pointer[i + 1])]

        words, types = iter(of_cell("Section").tolist()), of_cell("SWC Type")
        sections = []
        for _ in range(next(words)):
            points = [next(words) for _ in range(next(words))]
            sections.append(int(types[points[-1]]))
        return sections


class GapJunctions(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.simulated = harness.copy_small_example(cls.directory / "model")
        cls.pipeline = cls.simulated.parent / "coupled.yaml"
        cls.pipeline.write_text(BUILD + GAPS)
        harness.edit(cls.simulated, "\n  run:\n", "\n" + GAPS + "\n  run:\n")
        cls.job = cls.server.submit(cls.pipeline)
        cls.files = {step: cls.server.fetch(cls.job["id"], step, cls.directory / "out")
                     for step in ("network", "forest_PVBC", "forest_OLM", "gaps")}
        with h5py.File(cls.files["gaps"] / "gap_junctions.h5") as file:
            cls.projections = {(pre, post): halves(file, post, pre)
                               for post in file["Projections"] for pre in file[f"Projections/{post}"]}

    def somata(self):
        """{gid: (x, y, z)}"""
        found = {}
        with h5py.File(self.files["network"] / "coordinates.h5") as file:
            for name, gids in CELLS.items():
                group, = (g for g in file[f"Populations/{name}"].values() if "X Coordinate" in g)
                axes = [group[f"{axis} Coordinate/Attribute Value"][:] for axis in "XYZ"]
                found.update(zip(gids, np.stack(axes, axis=1).astype(float)))
        return found

    def test_every_junction_stands_at_both_of_its_cells(self):
        self.assertEqual(set(self.projections), {("PVBC", "PVBC"), ("PVBC", "OLM"), ("OLM", "PVBC")})
        for (pre, post), found in self.projections.items():
            self.assertEqual(mirrored(found), self.projections[post, pre])
            for source, destination in found:
                self.assertNotEqual(source, destination)
                self.assertIn(source, CELLS[pre])
                self.assertIn(destination, CELLS[post])

    def test_probability_is_that_of_the_pairs_within_reach(self):
        somata = self.somata()
        reports = {tuple(pair["populations"]): pair
                   for pair in harness.tasks(self.server.job(self.job["id"]))["gaps"]["report"]["gap_junctions"]}
        for pair, probability in PROBABILITY.items():
            a, b = (CELLS[name] for name in pair)
            near = [two for two in (itertools.combinations(a, 2) if a == b else itertools.product(a, b))
                    if np.linalg.norm(somata[two[0]] - somata[two[1]]) <= REACH_UM]
            coupled = {tuple(sorted(two)) for two in self.projections[pair]}
            self.assertGreater(len(coupled), 4)
            self.assertEqual(len(coupled), round(probability * len(near)))
            self.assertLessEqual(coupled, set(near))
            self.assertEqual((reports[pair]["pairs_in_reach"], reports[pair]["junctions"]), (len(near), len(coupled)))

    def test_places_and_strengths_are_those_asked_for(self):
        allowed = {("PVBC", "PVBC"): {3, 4}, ("PVBC", "OLM"): {3}}
        for pair, coefficient in COEFFICIENT.items():
            for gids, ends in self.projections[pair].items():
                classes = set()
                for population, gid, (section, position, strength) in zip(pair, gids, ends):
                    path = self.files[f"forest_{population}"] / "forest.h5"
                    classes.add(types_of_sections(path, population, gid)[section])
                    self.assertTrue(0.01 - 1e-6 <= position <= 1, position)
                    self.assertTrue(0.5 * coefficient - 1e-6 <= strength < coefficient, strength)
                self.assertEqual(len(classes), 1)
                self.assertLessEqual(classes, allowed[pair])

    def test_other_rank_counts_give_the_same_bytes(self):
        with harness.Server() as server:
            job = server.submit(self.pipeline, "--set", "steps.gaps.ranks=3")
            self.assertIn("gaps", harness.computed(job))
            self.assertEqual(harness.digests(job)["gaps"], harness.digests(self.job)["gaps"])

    def test_a_new_probability_reruns_the_gap_junctions_alone(self):
        job = self.server.submit(self.pipeline, "--set", "steps.gaps.config.connection_probabilities.PVBC.OLM=0.5")
        self.assertEqual(harness.computed(job), {"gaps"})

    def simulate(self, *options, expect=0):
        done = self.server.miv("submit", self.simulated, "--wait", "--json", *options, expect=expect)
        return json.loads(done.stdout)

    def test_simulation_couples_the_cells_once_the_model_has_the_mechanism(self):
        job = self.simulate("--set", "steps.run.uses=[graph, gaps]", expect=1)
        error = json.dumps(harness.tasks(job)["run"]["error"])
        self.assertIn("no mechanism ggap", error)
        self.assertIn("Copy examples/mechanisms/ggap.mod", error)
        shutil.copy(harness.ROOT / "examples/mechanisms/ggap.mod", self.simulated.parent / "mechanisms")
        job = self.simulate("--set", "steps.run.uses=[graph, gaps]")
        pairs = {tuple(sorted(two)) for found in self.projections.values() for two in found}
        self.assertEqual(harness.tasks(self.server.job(job["id"]))["run"]["report"]["gap_junctions"], len(pairs))


if __name__ == "__main__":
    harness.main()
