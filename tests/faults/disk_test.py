"""A data directory that cannot be written or is full, and one that another server holds."""
import os
import subprocess
import unittest

import harness


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

    def test_full_before_the_upload(self):
        with harness.Server(data=self.mount("size=2m")) as server:
            self.fill(server.directory)
            done = subprocess.run(server.command("submit", harness.copy_small_example(self.directory / "model"), "--wait"),
                                  capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
            self.assertNotEqual(done.returncode, 0)
            self.assertRegex(done.stderr, r"(?i)no space|disk|full")
            self.free(server.directory)
            self.assertEqual(server.json("jobs"), [])

    def test_full_while_a_task_runs(self):
        with harness.Server(data=self.mount("size=64m")) as server:
            pipeline = harness.copy_small_example(self.directory / "large")
            harness.edit(pipeline.parent / "config/cell_distributions.yml", "PYR: {SP: 20}", "PYR: {SP: 6000}")
            done = subprocess.run(server.command("submit", pipeline, "--wait"), capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=120)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertRegex(done.stdout + done.stderr, r"(?i)no space|disk|full")
            job = server.json("jobs")[0]
            self.assertEqual(job["state"], "FAILED")
            # The server is none the worse for it.
            small = harness.copy_small_example(self.directory / "small")
            harness.edit(small, "  run:\n", "  later:\n")
            self.assertEqual(server.submit(small)["state"], "SUCCEEDED")

    @staticmethod
    def fill(directory):
        with open(directory / "filler", "wb") as filler:
            try:
                while True:
                    filler.write(bytes(65536))
                    filler.flush()
            except OSError:
                pass

    @staticmethod
    def free(directory):
        (directory / "filler").unlink()


if __name__ == "__main__":
    harness.main()
