"""The files of the example, decoded with h5py and re-derived from its configuration and morphologies."""
import harness
import yaml
from network_arrays import POPULATIONS, Network
from network_case import Case, Segments
from network_structure import NetworkStructure

CONFIG = harness.EXAMPLE / "config"


def segments(population, length_um, length_constants):
    """Of a section, as the example's templates have them."""
    return 3 if length_um > 95 else 1


class ExampleFiles(NetworkStructure, harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        counts, extents = (yaml.safe_load((CONFIG / f"{name}.yml").read_text())
                           for name in ("cell_distributions", "layer_extents"))
        cls.case = Case(CONFIG, harness.EXAMPLE / "morphology", segments, counts, extents)
        cls.segments = {population: Segments(cls.case, population) for population in POPULATIONS}
        pipeline = harness.copy_example(cls.directory / "example")
        text = pipeline.read_text()
        pipeline.write_text(text[:text.index("  run:\n")])
        with harness.Server() as server:
            job = server.submit(pipeline)
            cls.networks = {"per_layer": Network(server.fetch(job["id"], "graph", cls.directory))}


if __name__ == "__main__":
    harness.main()
