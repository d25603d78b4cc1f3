"""What the tests of the Python package share: the built package on the path, and the example's model as users lay it out."""
import os
import pathlib
import shutil
import sys
import tempfile
import types

import harness

sys.path.insert(0, str(harness.BIN.parent / "python"))
os.environ["MIV_PROGRESS"] = "off"
os.environ["MIV_BIN"] = str(harness.BIN)

SCRIPTS = harness.ROOT / "examples" / "python"

# The page's numbers of cells and extents, and smaller ones.
SMALLER = {'"SP": 64': '"SP": 12', '"SP": 223': '"SP": 20', '"SO": 35, "SP": 50, "SR": 8': '"SO": 3, "SP": 5, "SR": 2',
           '"SO": 21': '"SO": 6', "[200.0, 200.0, ": "[90.0, 90.0, "}


def lay_out_model(directory):
    """simulation/{config,morphology,mechanisms,templates}."""
    for part in ("config", "morphology", "mechanisms", "templates"):
        shutil.copytree(harness.EXAMPLE / part, pathlib.Path(directory) / "simulation" / part,
                        ignore=shutil.ignore_patterns("__pycache__", "*.py"))


def run_script(name, smaller):
    """The globals of an example after it ran, with some of its text replaced."""
    text = (SCRIPTS / name).read_text()
    for old, new in smaller.items():
        if old not in text:
            raise AssertionError(f"{name} has no {old}")
        text = text.replace(old, new)
    module = types.ModuleType(pathlib.Path(name).stem)
    module.__file__ = str(SCRIPTS / name)
    sys.modules[module.__name__] = module  # what the next example imports
    exec(compile(text, name, "exec"), vars(module))
    return vars(module)


class TestCase(harness.TestCase):
    """With a server, a cache and a model directory of the class's own, which is the working directory."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        import miv

        before = os.getcwd()
        lay_out_model(cls.directory)
        os.chdir(cls.directory)
        cls.addClassCleanup(os.chdir, before)
        os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="cache-", dir=cls.directory)
        cls.server = cls.start_server()
        os.environ["MIV_SERVER"] = str(cls.server.directory)
        cls.client = miv.connect()
        cls.addClassCleanup(cls.client.close)
