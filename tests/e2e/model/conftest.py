"""What the tests of templates and mechanisms share."""

import example_model  # noqa: F401  makes the example's validation scripts importable
import pytest


@pytest.fixture(scope="session")
def factory():
    pytest.importorskip("neuron")
    import cells

    return cells.Factory()
