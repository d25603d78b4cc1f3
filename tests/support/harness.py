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
import threading
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


def processes(program, argument):
    """Pids of what runs `program` with a word that contains `argument`, and is alive."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if words[0].endswith("/" + program) and any(str(argument) in word for word in words) and alive(int(entry.name)):
            found.append(int(entry.name))
    return sorted(found)


class Server:
    """A coordinator of the test's own.  Use as a context manager.

    `start` after `kill` or `terminate` is a restart on the same data and the same port."""

    def __init__(self, *options, data=None):
        self.directory = pathlib.Path(data or tempfile.mkdtemp(prefix="miv-test-"))
        self.owned = data is None
        self.options = list(options)
        self.process = None
        self.address = "127.0.0.1:0"

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
                [BIN / "miv-coordinator", "--data", self.directory, "--listen", self.address, *self.options],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        self.address = wait_until(self._announced, 20, "the coordinator to announce itself")
        return self

    def _announced(self):
        """Its address, once it says one."""
        if self.process.poll() is not None:
            raise AssertionError(f"the coordinator ended with {self.process.returncode}:\n{self.log()}")
        try:
            record = json.loads((self.directory / "server.json").read_text())
            return record["address"] if record["pid"] == self.process.pid else ""
        except (OSError, ValueError, KeyError):
            return ""

    def log(self):
        path = self.directory / "test-coordinator.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    def kill(self):
        """kill -9, as a crash."""
        self.process.kill()
        self.process.wait()

    def terminate(self):
        """SIGTERM, and waits for the end; groups stay."""
        self.process.terminate()
        return self.process.wait(20)

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

    def workers(self, group=""):
        """Pids of the miv-worker ranks of a group, or of all groups, that are alive."""
        return processes("miv-worker", f"{self.directory}/groups/{group}")

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

    def begin(self, pipeline, *options):
        """Submits and returns the job's id at once."""
        return self.json("submit", pipeline, *options)["id"]

    def job(self, job):
        return self.json("job", job)

    def task(self, job, step):
        return tasks(self.job(job))[step]

    def fetch(self, job, step, directory):
        """Fetches the outputs of a step; returns their directory."""
        self.miv("fetch", job, "--step", step, "-o", directory)
        return pathlib.Path(directory) / step


class Watch:
    """`miv watch --json` on a job, read in the background.  A context manager."""

    def __init__(self, server, job):
        self.events = []
        self._process = subprocess.Popen(server.command("watch", job, "--json"), stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        self._errors = []
        self._readers = [threading.Thread(target=self._read), threading.Thread(target=self._read_errors)]
        for reader in self._readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join()
        self._process.stdout.close()
        self._process.stderr.close()

    def _read(self):
        for line in self._process.stdout:
            self.events.append(json.loads(line))

    def _read_errors(self):
        for line in self._process.stderr:
            self._errors.append(line)

    def wait_for(self, condition, seconds, what):
        """The first event for which `condition` is true, as soon as it is there."""
        position = 0

        def search():
            nonlocal position
            while position < len(self.events):
                event = self.events[position]
                position += 1
                if condition(event):
                    return event
            if self._process.poll() is not None and position == len(self.events) and not self._readers[0].is_alive():
                raise AssertionError(f"the watch ended without {what}:\n{''.join(self._errors)}")
            return None

        return wait_until(search, seconds, what)

    def wait_for_task(self, step, state, seconds, attempt=None):
        return self.wait_for(
            lambda e: e["type"] == "task_state" and e.get("step") == step and e["to"] == state
            and attempt in (None, e.get("attempt")), seconds, f"{step} to be {state}")

    def wait_for_end(self, seconds):
        """All events, once the watch has ended by itself; and its exit code."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the watch did not end within {seconds} s; last event: {self.events[-1:]}") from None
        for reader in self._readers:
            reader.join()
        return self.events, code

    def interrupt(self):
        self._process.send_signal(signal.SIGINT)

    def errors(self):
        return "".join(self._errors)


def tasks(job):
    """Tasks of a job by step."""
    return {task["step"]: task for task in job["tasks"]}


def digests(job):
    """{step: {output: digest}} of a job."""
    return {step: {name: output["digest"] for name, output in task["outputs"].items()}
            for step, task in tasks(job).items()}


def computed(job):
    """Steps whose result was not reused."""
    return {step for step, task in tasks(job).items() if not task["cached"]}


def copy_example(directory):
    """A copy of the example that a test may change; returns its pipeline file."""
    directory = pathlib.Path(directory)
    shutil.copytree(EXAMPLE, directory, ignore=shutil.ignore_patterns("validation", "__pycache__", "README.md"))
    return directory / "pipeline.yaml"


# Few cells, in a box so narrow that every source is in reach.
SMALL_EXTENT_UM = 90
SMALL = """STIM: {SP: 12}
PYR: {SP: 20}
PVBC: {SO: 3, SP: 5, SR: 2}
OLM: {SO: 6}
"""


def copy_small_example(directory, t_end=10):
    """The example with 48 cells and a short simulation."""
    pipeline = copy_example(directory)
    config = pipeline.parent / "config"
    (config / "cell_distributions.yml").write_text(SMALL)
    extents = config / "layer_extents.yml"
    extents.write_text(extents.read_text().replace("[200.0, 200.0, ", f"[{SMALL_EXTENT_UM}.0, {SMALL_EXTENT_UM}.0, "))
    for form in (pipeline, declarative(pipeline)):
        edit(form, "t_end: 500", f"t_end: {t_end}")
    return pipeline


def declarative(pipeline):
    """The form of an example's pipeline with its network in one step."""
    return pathlib.Path(pipeline).parent / "pipeline_declarative.yaml"


def edit(path, old, new):
    """Replaces the only occurrence of `old` in a file."""
    path = pathlib.Path(path)
    text = path.read_text()
    if text.count(old) != 1:
        raise AssertionError(f"{path} has {text.count(old)} times {old!r}, expected 1")
    path.write_text(text.replace(old, new))


class TestCase(unittest.TestCase):
    """With a directory of its own per class, and long differences."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="miv-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)

    @classmethod
    def start_server(cls, *options):
        """A server for all cases of the class."""
        return cls.enterClassContext(Server(*options))


class _Result(unittest.TextTestResult):
    """Prints what count_results.py reads."""

    def _line(self, word, name, extra=""):
        print(f"[{word:>9} ] {name}{extra}", flush=True)

    @staticmethod
    def _name(test):
        """Class.method; Class.setUp for what happened before the methods of a class."""
        if hasattr(test, "_testMethodName"):
            return f"{type(test).__name__}.{test._testMethodName}"
        return f"{str(test).split('(')[-1].rstrip(')').split('.')[-1]}.setUp"

    def _elapsed(self):
        return f" ({round(1000 * (time.monotonic() - self.started))} ms)"

    def _fail(self, test, trace, elapsed=""):
        print(trace)
        self._line("FAILED ", self._name(test), elapsed)

    def startTest(self, test):
        unittest.TestResult.startTest(self, test)
        self.started = time.monotonic()
        print(f"[ RUN      ] {self._name(test)}", flush=True)

    def addSuccess(self, test):
        self._line("OK", self._name(test), self._elapsed())

    def addFailure(self, test, err):
        unittest.TestResult.addFailure(self, test, err)
        self._fail(test, self.failures[-1][1], self._elapsed())

    def addError(self, test, err):
        unittest.TestResult.addError(self, test, err)
        self._fail(test, self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        unittest.TestResult.addSubTest(self, test, subtest, err)
        if err is not None:
            failed = self.failures if issubclass(err[0], test.failureException) else self.errors
            self._fail(test, f"{subtest}\n{failed[-1][1]}", self._elapsed())

    def addSkip(self, test, reason):
        unittest.TestResult.addSkip(self, test, reason)
        if not hasattr(test, "_testMethodName"):
            print(f"[ RUN      ] {self._name(test)}")
        print(reason)
        self._line("SKIPPED", self._name(test))


def main():
    class Runner(unittest.TextTestRunner):
        resultclass = _Result

    start = time.monotonic()
    with open(os.devnull, "w") as stream:
        program = unittest.main(module="__main__", exit=False, testRunner=Runner(stream=stream))
    print(f"{pathlib.Path(sys.argv[0]).name}: {program.result.testsRun} cases in {time.monotonic() - start:.1f} s")
    sys.exit(0 if program.result.wasSuccessful() else 1)
