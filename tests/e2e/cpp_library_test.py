"""The installed C++ library: a project of its own finds it, compiles against it, and runs a network."""
import pathlib
import re
import subprocess

import harness

BUILD = harness.BIN.parent


class CppLibrary(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prefix, cls.project = cls.directory / "prefix", cls.directory / "build"
        cls.run_command("cmake", "--install", BUILD, "--component", "library", "--prefix", cls.prefix)
        cls.run_command("cmake", "-S", harness.ROOT / "examples" / "cpp", "-B", cls.project, "-G", "Ninja",
                        f"-DCMAKE_PREFIX_PATH={cls.prefix}", "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror -Wno-missing-field-initializers")
        cls.run_command("cmake", "--build", cls.project)
        cls.server = cls.start_server()

    @staticmethod
    def run_command(*words):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise AssertionError(f"{words}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")

    def run_example(self, model, results, server=None):
        return subprocess.run([self.project / "feedforward", model, results], capture_output=True, text=True, timeout=200,
                              env={"MIV_SERVER": str(server or self.server.directory), "HOME": str(self.directory)})

    def test_the_example_builds_simulates_and_prints_rates(self):
        done = self.run_example(harness.EXAMPLE, self.directory / "results")
        self.assertEqual(done.returncode, 0, done.stderr)
        steps = re.findall(r"(\S+) is done", done.stdout)
        self.assertEqual(steps[0], "types")
        self.assertEqual(set(steps[1:-1]), {"network", "distances", "forest_PYR", "synapses_PYR", "connections_PYR", "graph"})
        self.assertEqual(steps[-1], "run")
        rates = dict(re.findall(r"(\w+) fires at ([\d.]+) Hz", done.stdout))
        self.assertEqual(set(rates), {"STIM", "PYR"})
        # 12 Poisson trains of 60 Hz for 50 ms: 36 spikes, give or take four standard deviations of 6.
        self.assertLess(abs(float(rates["STIM"]) - 60), 40)
        self.assertTrue((self.directory / "results" / "run" / "results.h5").exists())
        again = self.run_example(harness.EXAMPLE, self.directory / "again")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertNotIn("is done", again.stdout)  # all cached
        self.assertEqual(re.findall(r".*Hz", again.stdout), re.findall(r".*Hz", done.stdout))

    def test_errors_end_with_what_to_do(self):
        done = self.run_example(self.directory, self.directory / "no")
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no morphology/PYR.swc", done.stderr)
        done = self.run_example(harness.EXAMPLE, self.directory / "no", server=self.directory / "nowhere")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nowhere", done.stderr)

    def test_headers_are_found_only_below_the_prefix(self):
        for path in pathlib.Path(self.prefix).rglob("*.cmake"):
            for line in path.read_text().splitlines():
                self.assertNotIn(str(harness.ROOT) + "/", line, path)
                self.assertNotIn("Werror", line, path)


if __name__ == "__main__":
    harness.main()
