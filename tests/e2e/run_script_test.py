"""The front door, as far as it can be tried without installing or building anything."""
import subprocess

import harness

RUN = harness.ROOT / "run"


def sh(*words):
    return subprocess.run(["sh", *map(str, words)], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20)


class RunScript(harness.TestCase):

    def test_scripts_parse(self):
        for script in (RUN, harness.ROOT / "deploy/local/demo.sh", harness.ROOT / "tests/run_suites.sh",
                       harness.ROOT / ".ci/run"):
            done = sh("-n", script)
            self.assertEqual((done.returncode, done.stderr), (0, ""), script)

    def test_scripts_can_be_executed(self):
        for script in (RUN, harness.ROOT / ".ci/run"):
            self.assertTrue(script.stat().st_mode & 0o111, script)

    def test_help_names_every_command(self):
        done = sh(RUN, "help")
        self.assertEqual(done.returncode, 0)
        for command in ("demo", "test", "build", "up", "clean", "help"):
            self.assertIn(f"\n  {command}", done.stdout)

    def test_without_a_command_is_help(self):
        self.assertEqual(sh(RUN).stdout, sh(RUN, "help").stdout)

    def test_unknown_command_is_refused(self):
        done = sh(RUN, "dmeo")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("dmeo", done.stderr)
        self.assertIn("demo", done.stderr)

    def test_demo_refuses_unknown_options(self):
        done = sh(harness.ROOT / "deploy/local/demo.sh", "--fersh")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--fersh", done.stderr)


if __name__ == "__main__":
    harness.main()
