"""The configuration of examples/microcircuit: numbers that belong together."""

import itertools

import pytest
import yaml
from example_model import CLASSES, LAYERS, POPULATIONS, ROOT, lengths, load


def test_proportions_sum_to_one_exactly_where_synapses_are_placed():
    cell_types, synapses = load("cell_types"), load("synapses")
    for post in POPULATIONS:
        density = cell_types[post]["synapses"]["density"]
        placed = {
            (kind, section, layer)
            for section, kinds in density.items()
            for kind, layers in kinds.items()
            for layer in layers
        }
        total = {}
        for projection in synapses[post].values():
            columns = [projection[key] for key in ("sections", "layers", "proportions")]
            assert len({len(column) for column in columns}) == 1
            for section, layer, proportion in zip(*columns):
                key = projection["type"], section, layer
                total[key] = total.get(key, 0.0) + proportion
        assert total.keys() == placed
        assert all(value == pytest.approx(1.0, abs=1e-12) for value in total.values())


def test_densities_lie_where_the_morphology_has_cable():
    cell_types = load("cell_types")
    for post in POPULATIONS:
        cable = lengths(post)
        for section, kinds in cell_types[post]["synapses"]["density"].items():
            for layer in itertools.chain.from_iterable(kinds.values()):
                assert cable.get((CLASSES[section], LAYERS[layer]), 0) > 0, (post, section, layer)


def test_numbers_of_the_configuration_are_numbers():
    # YAML 1.1 reads 1e-4 without a dot as a string.
    for post, projections in load("synapses").items():
        for pre, projection in projections.items():
            for name, parameters in projection["mechanisms"].items():
                for key, value in parameters.items():
                    assert isinstance(value, float), (post, pre, name, key)


def test_pipeline_states_every_projection_and_existing_files():
    pipeline = yaml.safe_load((ROOT / "pipeline.yaml").read_text())
    steps = pipeline["steps"]
    synapses = load("synapses")
    expected = {post: list(pre) for post, pre in synapses.items()}
    assert steps["h5_types"]["config"]["projections"] == expected
    for folder in pipeline["files"].values():
        assert (ROOT / folder).is_dir()
    for step in steps.values():
        assert set(step.get("uses", [])) <= steps.keys()
        for value in step.get("config", {}).values():
            if isinstance(value, str) and value.startswith("from_file('"):
                assert (ROOT / value[len("from_file('") : -2]).is_file()
        if step["kind"] == "generate_synapse_forest":
            assert (ROOT / step["config"]["morphology"]).is_file()


def test_distributions_hold_401_cells():
    counts = {p: sum(layers.values()) for p, layers in load("cell_distributions").items()}
    assert counts == {"STIM": 64, "PYR": 223, "PVBC": 93, "OLM": 21}
