"""Generates miv/v1 from the repository's proto/ while the package is built; protoc and grpc_python_plugin must be on PATH."""

import pathlib
import shutil
import subprocess

from setuptools import setup
from setuptools.command.build_py import build_py

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"
NAMES = ("artifacts", "error", "events", "jobs", "pipeline")


class BuildWithStubs(build_py):
    def run(self):
        plugin = shutil.which("grpc_python_plugin")
        if plugin is None or shutil.which("protoc") is None:
            raise SystemExit("miv: install protobuf-compiler and protobuf-compiler-grpc, then build again")
        super().run()
        subprocess.run(["protoc", "-I", PROTO, f"--python_out={self.build_lib}", f"--pyi_out={self.build_lib}",
                        f"--plugin=protoc-gen-grpc={plugin}", f"--grpc_out={self.build_lib}",
                        *(f"miv/v1/{name}.proto" for name in NAMES)], check=True)

    def find_package_modules(self, package, package_dir):
        return [] if package == "miv.v1" else super().find_package_modules(package, package_dir)

    def get_package_dir(self, package):
        return super().get_package_dir("miv") if package == "miv.v1" else super().get_package_dir(package)


setup(cmdclass={"build_py": BuildWithStubs})
