"""A data directory that cannot be written or is full, and one that another server holds."""
import os
import subprocess
import unittest

import harness
from crash_support import copy_building_example


def mounted(directory, *options):
    """Mounts a small file system of its own; SkipTest where that is not allowed."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root, to mount a small file system")
    directory.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", directory], capture_output=True, text=True)
    if done.returncode:
        raise unittest.SkipTest(f"no file system can be mounted here: {done.stderr.strip()}")


def coordinator(data):
    """A coordinator that is expected to refuse to start."""
    return subprocess.run([harness.BIN / "miv-coordinator", "--data", data, "--listen", "127.0.0.1:0"], capture_output=True,
                          text=True, timeout=20, stdin=subprocess.DEVNULL)


class DataDirectory(harness.TestCase):

    def mount(self, *options):
        directory = self.directory / self._testMethodName
        mounted(directory, *options)
        self.addCleanup(subprocess.run, ["umount", "-l", directory], check=True)
        return directory

    def assert_refused(self, done, *words):
        self.assertNotEqual(done.returncode, 0)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertLess(len(done.stderr.splitlines()), 10, "a clear error is short")

    def test_read_only_is_refused_at_start(self):
        data = self.mount("ro", "size=1m")
        self.assert_refused(coordinator(data), str(data), "Read-only")

    def test_not_a_directory_is_refused_at_start(self):
        data = self.directory / "file"
        data.write_text("")
        self.assert_refused(coordinator(data), str(data))

    def test_in_use_is_refused_and_the_first_one_goes_on(self):
        with harness.Server() as server:
            self.assert_refused(coordinator(server.directory), str(server.directory))
            self.assertEqual(server.json("jobs"), [])

    def server_on(self, size, reserve):
        """A server on a file system of `size` of which it leaves `reserve` bytes free."""
        config = self.directory / f"{self._testMethodName}.yaml"
        config.write_text(f"limits: {{low_water_bytes: {reserve}}}\n")
        return harness.Server("--config", config, data=self.mount(f"size={size}"))

    def test_below_its_reserve_it_takes_nothing_in(self):
        with self.server_on("16m", 64 << 20) as server:
            done = server.miv("submit", harness.copy_small_example(self.directory / "model"), "--wait", expect=4)
            self.assertIn("disk is too full", done.stderr)
            self.assertIn("reserve", done.stderr)
            self.assertEqual(server.json("jobs"), [])

    def test_task_that_fills_the_disk_fails_and_the_server_goes_on(self):
        with self.server_on("48m", 0) as server:
            pipeline = copy_building_example(self.directory / "large")
            done = server.miv("submit", pipeline, "--wait", expect=1)
            self.assertRegex(done.stdout, r"(?i)no space|disk|full")
            self.assertEqual(server.json("jobs")[0]["state"], "FAILED")
            small = harness.copy_small_example(self.directory / "small")
            self.assertEqual(server.submit(small)["state"], "SUCCEEDED")


if __name__ == "__main__":
    harness.main()
