"""What end-to-end tests share: a real server on its own data directory, the command line, and a runner.

A test file holds unittest.TestCase classes and ends with `harness.main()`, which prints one line per case in GoogleTest's form, so that
one tool counts everything.  The programs are in the directory that the environment variable MIV_BIN names.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("MIV_BIN", ROOT / "build" / "bin"))
EXAMPLE = ROOT / "examples" / "microcircuit"


def wait_until(condition, seconds, what):
    """Polls `condition` until it gives a true value, which is returned."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.02)


def alive(pid):
    """Whether the process exists and is no zombie."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


class Server:
    """A coordinator of the test's own.  Use as a context manager."""

    def __init__(self, *options, data=None):
        self.directory = pathlib.Path(data or tempfile.mkdtemp(prefix="miv-test-"))
        self.owned = data is None
        self.options = list(options)
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        if self.owned:
            shutil.rmtree(self.directory, ignore_errors=True)

    def start(self):
        self.directory.mkdir(parents=True, exist_ok=True)
        with open(self.directory / "test-coordinator.log", "ab") as log:
            self.process = subprocess.Popen(
                [BIN / "miv-coordinator", "--data", self.directory, "--listen", "127.0.0.1:0", *self.options],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        wait_until(self._announced, 20, "the coordinator to announce itself; its log:\n" + self.log())
        return self

    def _announced(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the coordinator ended with {self.process.returncode}:\n{self.log()}")
        try:
            return json.loads((self.directory / "server.json").read_text())["pid"] == self.process.pid
        except (OSError, ValueError, KeyError):
            return False

    def log(self):
        path = self.directory / "test-coordinator.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    def kill(self):
        """kill -9, as a crash."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Stops the server and everything that it started."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        for pid in self.group_pids():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def group_pids(self):
        """Shepherds that are alive."""
        pids = []
        for record in self.directory.glob("groups/*/shepherd.json"):
            try:
                pid = json.loads(record.read_text())["pid"]
            except (OSError, ValueError, KeyError):
                continue
            if not (record.parent / "exit.json").exists() and alive(pid):
                pids.append(pid)
        return pids

    def command(self, *arguments):
        return [str(BIN / "miv"), "--server", str(self.directory), *map(str, arguments)]

    def miv(self, *arguments, expect=0, timeout=300):
        """Runs the command line; fails unless it exits with `expect`."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=timeout,
                              stdin=subprocess.DEVNULL, cwd=self.directory)
        if done.returncode != expect:
            raise AssertionError(f"miv {' '.join(map(str, arguments))}: exit {done.returncode}, expected {expect}\n"
                                 f"{done.stdout}\n{done.stderr}\n--- server ---\n{self.log()}")
        return done

    def json(self, *arguments, **options):
        return json.loads(self.miv(*arguments, "--json", **options).stdout)

    def submit(self, pipeline, *options, **more):
        """Submits, waits, and returns the job as JSON."""
        return self.json("submit", pipeline, "--wait", *options, **more)

    def watch(self, job):
        """A running `miv watch --json`: one event a line."""
        return subprocess.Popen(self.command("watch", job, "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, stdin=subprocess.DEVNULL)


def tasks(job):
    """Tasks of a job by step."""
    return {task["step"]: task for task in job["tasks"]}


def digests(job):
    """{step: {output: digest}} of a job."""
    return {step: {name: output["digest"] for name, output in task["outputs"].items()}
            for step, task in tasks(job).items()}


class _Result(unittest.TextTestResult):
    """Prints what count_results.py reads."""

    def _line(self, word, test, extra=""):
        print(f"[{word:>9} ] {type(test).__name__}.{test._testMethodName}{extra}", flush=True)

    def startTest(self, test):
        unittest.TestResult.startTest(self, test)
        self.started = time.monotonic()
        print(f"[ RUN      ] {type(test).__name__}.{test._testMethodName}", flush=True)

    def _elapsed(self):
        return f" ({round(1000 * (time.monotonic() - self.started))} ms)"

    def addSuccess(self, test):
        self._line("OK", test, self._elapsed())

    def addFailure(self, test, err):
        unittest.TestResult.addFailure(self, test, err)
        print(self.failures[-1][1])
        self._line("FAILED ", test, self._elapsed())

    def addError(self, test, err):
        unittest.TestResult.addError(self, test, err)
        print(self.errors[-1][1])
        if isinstance(test, unittest.TestCase) and hasattr(test, "_testMethodName"):
            self._line("FAILED ", test)
        else:  # setUpClass
            print(f"[ FAILED  ] {str(test).split('(')[-1].rstrip(')').split('.')[-1]}.setUp")

    def addSkip(self, test, reason):
        unittest.TestResult.addSkip(self, test, reason)
        print(reason)
        if hasattr(test, "_testMethodName"):
            self._line("SKIPPED", test)


def main():
    class Runner(unittest.TextTestRunner):
        resultclass = _Result

    program = unittest.main(module="__main__", exit=False, testRunner=Runner(stream=open(os.devnull, "w")))
    sys.exit(0 if program.result.wasSuccessful() else 1)
