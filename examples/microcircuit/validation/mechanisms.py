"""Compiles a directory of NMODL files and loads it into this process.

Debian's nrnivmodl does not run as packaged, so the steps are done here:
nocmodl, the C compiler, one registration function and a shared library.
Needs the packages neuron-dev, python3-neuron and gcc.
"""

import pathlib
import shutil
import subprocess
import tempfile

from neuron import h

NRN_LIBRARY_DIR = "/usr/lib/nrn"
UNITS = "/usr/share/nrn/lib/nrnunits.lib"


class MechanismError(RuntimeError):
    """A file does not translate, compile or load; carries the tool's text."""


def _run(command: list[str], what: str, **options) -> str:
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise MechanismError(f"{what}: {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def compile_directory(source: pathlib.Path, build: pathlib.Path) -> pathlib.Path:
    """Compiles every *.mod below `source` into build/libnrnmech.so."""
    files = sorted(source.rglob("*.mod"))
    if not files:
        raise MechanismError(f"{source}: no mod files")
    stems = [file.stem for file in files]
    for stem in stems:
        if not stem.isidentifier() or stems.count(stem) > 1:
            raise MechanismError(f"{stem}.mod: stem must be a unique C identifier")
    for file in files:
        _run(
            ["nocmodl", str(file), "-o", str(build)],
            file.name,
            env={"MODLUNIT": UNITS, "PATH": "/usr/bin:/bin"},
        )
    calls = "".join(f"    _{stem}_reg();\n" for stem in stems)
    declarations = "".join(f"void _{stem}_reg(void);\n" for stem in stems)
    registration = build / "register.c"
    registration.write_text(f"{declarations}void modl_reg(void) {{\n{calls}}}\n")
    mpi = _run(["mpicc", "--showme:compile"], "mpicc").split() if shutil.which("mpicc") else []
    library = build / "libnrnmech.so"
    _run(
        ["cc", "-O2", "-w", "-fPIC", "-shared", "-DHAVE_CONFIG_H", *mpi]
        + [str(build / f"{stem}.c") for stem in stems]
        + [str(registration), "-o", str(library)]
        + [f"-L{NRN_LIBRARY_DIR}", "-lnrniv", f"-Wl,-rpath,{NRN_LIBRARY_DIR}", "-lm"],
        "cc",
    )
    return library


def load(source: pathlib.Path) -> None:
    """Compiles `source` in a temporary directory and loads the result."""
    with tempfile.TemporaryDirectory(prefix="miv-mechanisms-") as build:
        library = compile_directory(source, pathlib.Path(build))
        if h.nrn_load_dll(str(library)) != 1:
            raise MechanismError(f"{source}: NEURON does not load {library}")
