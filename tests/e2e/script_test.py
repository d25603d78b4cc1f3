"""The user's own programs in place of steps."""
import ctypes
import json
import shutil
import textwrap
import time

import h5py
import harness
import numpy

EXAMPLE = harness.ROOT / "examples" / "scripts" / "drop_edges.py"
LANDLOCK_CREATE_RULESET = 444


def has_landlock():
    """Whether this kernel lets a process give up rights by itself."""
    return ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0, 1) >= 1


def edges(file, pre, post):
    """(source, destination, syn_id) of every edge, by an independent reading of the format."""
    with h5py.File(file) as h5:
        ranges = {}
        labels = h5py.check_enum_dtype(h5["H5Types/Populations"].dtype["Population"])
        names = {number: name for name, number in labels.items()}
        for start, _, number in h5["H5Types/Populations"][:]:
            ranges[names[number]] = int(start)
        projection = h5[f"Projections/{post}/{pre}"]
        pointer = projection["Edges/Destination Pointer"][:].astype(int)
        first = projection["Edges/Destination Block Index"][:].astype(int)
        blocks = projection["Edges/Destination Block Pointer"][:].astype(int)
        destinations = numpy.concatenate([start + numpy.arange(end - begin) for start, begin, end
                                          in zip(first, blocks[:-1], blocks[1:])])
        destinations = destinations[:len(pointer) - 1]
        return list(zip(projection["Edges/Source Index"][:] + ranges[pre],
                        numpy.repeat(destinations, numpy.diff(pointer)) + ranges[post],
                        projection["Synapses/syn_id"][:]))


class Script(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.network = harness.copy_small_example(cls.directory / "network", t_end=20)
        cls.first = cls.server.submit(cls.network)

    def program(self, text, name="program.py", interpreter="#!/usr/bin/python3\n"):
        """A pipeline of one script step that the test describes; returns its folder."""
        folder = self.directory / self._testMethodName
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(interpreter + textwrap.dedent(text))
        return folder

    def pipeline(self, folder, config, more=""):
        path = folder / "pipeline.yaml"
        path.write_text(f"api: miv/v1\nname: scripts\nseed: 7\nsteps:\n  s:\n    kind: script\n    config:\n"
                        + textwrap.indent(textwrap.dedent(config), "      ") + more)
        return path

    def fails(self, pipeline, *options):
        """The error of the job's only step, and what the command line says."""
        said = self.server.miv("submit", pipeline, "--wait", *options, expect=1)
        text = said.stdout + said.stderr
        return text

    def thinned(self, fraction=0.25):
        """The small example with the example script between connections_PYR and the graph."""
        pipeline = self.directory / self._testMethodName / "pipeline.yaml"
        if not pipeline.exists():
            shutil.copytree(self.network.parent, pipeline.parent)
            shutil.copy(EXAMPLE, pipeline.parent)
            harness.edit(pipeline, "      - connections_PYR\n", "      - thinned_PYR\n")
            harness.edit(pipeline, "  graph:\n", textwrap.indent(textwrap.dedent(f"""\
                thinned_PYR:
                  kind: script
                  uses: [connections_PYR]
                  config:
                    program: ./drop_edges.py
                    args: ["{{input:connections}}", "{{output}}", --from, PVBC, --to, PYR, --fraction, {fraction}]
                    inputs: {{connections: step:connections_PYR/connectivity.h5}}
                    stands_for: generate_connections
                    population: PYR
                """), "  ") + "  graph:\n")
        return pipeline

    # --- in place of a step -----------------------------------------------------

    def test_drops_edges_and_the_network_follows(self):
        pipeline = self.thinned()
        job = self.server.submit(pipeline)
        self.assertEqual(harness.computed(job), {"thinned_PYR", "graph", "run"})
        before = self.server.fetch(job["id"], "connections_PYR", self.directory / "before") / "connectivity.h5"
        after = self.server.fetch(job["id"], "graph", self.directory / "after") / "connections.h5"
        old, new = edges(before, "PVBC", "PYR"), edges(after, "PVBC", "PYR")
        self.assertEqual(len(new), len(old) - round(0.25 * len(old)))
        self.assertLess(set(new), set(old))
        self.assertEqual(edges(before, "PYR", "PYR"), edges(after, "PYR", "PYR"))
        log = self.server.miv("logs", job["id"]).stdout
        self.assertIn(f"PVBC to PYR: kept {len(new)} of {len(old)} edges", log)
        # What makes it another computation, and what does not.
        again = self.server.submit(pipeline)
        self.assertEqual(harness.computed(again), set())
        harness.edit(pipeline.parent / "drop_edges.py", "import argparse\n", "import argparse  # the same\n")
        self.assertEqual(harness.computed(self.server.submit(pipeline)), {"thinned_PYR"})
        seeded = self.server.submit(pipeline, "--set", "steps.thinned_PYR.seed=1")
        self.assertEqual(harness.computed(seeded), {"thinned_PYR", "graph", "run"})
        same = self.server.submit(pipeline, "--set", "steps.thinned_PYR.config.timeout_s=100", "--ranks", 1)
        self.assertEqual(harness.computed(same), set())

    # --- what the program is given ----------------------------------------------

    def test_gets_its_files_arguments_and_environment_and_nothing_else(self):
        folder = self.program("""
            import json, os, sys
            out = os.environ["MIV_OUTPUT_DIR"]
            with open(os.environ["MIV_INPUT_TABLE"]) as table, open(os.environ["MIV_OUTPUT"], "w") as first:
                first.write(table.read().upper())
            with open(os.path.join(out, "seen.json"), "w") as seen:
                json.dump({"arguments": sys.argv[1:], "environment": dict(os.environ), "fds": os.listdir("/proc/self/fd"),
                           "here": os.listdir(".")}, seen)
            """)
        (folder / "table.txt").write_text("one")
        job = self.server.submit(self.pipeline(folder, """\
            program: ./program.py
            args: [--seed, "{seed}", 0.5, '{"a": 1}', "{output:seen.json}"]
            inputs: {table: ./table.txt}
            outputs: [first.txt, seen.json]
            environment: {MODE: fast, LEVEL: 3}
            """))
        outputs = self.server.fetch(job["id"], "s", self.directory / "given")
        self.assertEqual((outputs / "first.txt").read_text(), "ONE")
        seen = json.loads((outputs / "seen.json").read_text())
        self.assertEqual(seen["arguments"][:4], ["--seed", "7", "0.5", '{"a": 1}'])
        self.assertTrue(seen["arguments"][4].endswith("/seen.json"))
        self.assertEqual(seen["environment"]["MODE"] + seen["environment"]["LEVEL"], "fast3")
        self.assertEqual(set(seen["environment"]) - {"LC_CTYPE"}, {
            "MODE", "LEVEL", "PATH", "HOME", "TMPDIR", "LANG", "MIV_SEED", "MIV_OUTPUT", "MIV_OUTPUT_DIR", "MIV_INPUT_TABLE",
            "HDF5_USE_FILE_LOCKING", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PYTHONDONTWRITEBYTECODE",
            "PYTHONHASHSEED", "PYTHONUNBUFFERED"})
        self.assertLessEqual(len(seen["fds"]), 6)  # three, and those of its own open files
        self.assertEqual(seen["here"], [])

    # --- what it must not -------------------------------------------------------

    def test_reads_no_file_that_is_not_declared(self):
        if not has_landlock():
            self.skipTest("this kernel has no Landlock")
        secret = self.directory / "secret.txt"
        secret.write_text("SECRET")
        secret.chmod(0o644)
        folder = self.program(f"""
            import os, pathlib
            group = pathlib.Path(os.environ["HOME"]).parents[2]
            wanted = [group / "token", group / "work", group.parent, pathlib.Path({str(secret)!r}),
                      pathlib.Path("/proc") / str(os.getppid()) / "environ", group / "inputs"]
            said = []
            for path in wanted:
                try:
                    os.listdir(path) if path.is_dir() else path.read_bytes()
                    said.append(f"READ {{path}}")
                except OSError as error:
                    said.append(type(error).__name__)
            try:
                os.kill(os.getppid(), 0)
                said.append("MAY SIGNAL")
            except OSError as error:
                said.append(type(error).__name__)
            open(os.environ["MIV_OUTPUT"], "w").write("\\n".join(said))
            """)
        job = self.server.submit(self.pipeline(folder, "program: ./program.py\noutputs: [said.txt]\n"))
        said = (self.server.fetch(job["id"], "s", self.directory / "said") / "said.txt").read_text()
        self.assertNotIn("READ", said)
        self.assertIn("Error", said.split("\n")[0])
        self.assertNotIn("MAY SIGNAL", said)

    def test_leaves_no_process_that_could_change_its_output(self):
        folder = self.program("""
            import os, subprocess
            path = os.environ["MIV_OUTPUT"]
            open(path, "w").write("good")
            subprocess.Popen(["/usr/bin/setsid", "/usr/bin/sleep", "987654"])
            """)
        job = self.server.submit(self.pipeline(folder, "program: ./program.py\noutputs: [a.txt]\n"))
        self.assertEqual(job["state"], "SUCCEEDED")
        self.assertEqual(harness.processes("sleep", "987654"), [])

    # --- failures ---------------------------------------------------------------

    def test_failing_program_says_its_last_words(self):
        folder = self.program("raise ValueError('the ion is unknown')")
        text = self.fails(self.pipeline(folder, "program: ./program.py\noutputs: [a.txt]\n"))
        for words in ("program.py", "exit code 1", "ValueError: the ion is unknown"):
            self.assertIn(words, text)

    def test_compiled_or_shell_programs_and_signals(self):
        folder = self.program("kill -SEGV $$", "program.sh", "#!/bin/sh\n")
        text = self.fails(self.pipeline(folder, "program: ./program.sh\noutputs: [a.txt]\n"))
        self.assertIn("signal 11", text)

    def test_missing_output(self):
        folder = self.program("print('nothing to do')")
        text = self.fails(self.pipeline(folder, "program: ./program.py\noutputs: [a.txt]\n"))
        self.assertIn("the program ended well without writing its output", text)

    def test_output_of_another_kind(self):
        folder = self.program("""
            import os, shutil
            shutil.copyfile(os.environ["MIV_INPUT_FILE"], os.environ["MIV_OUTPUT"])
            """)
        coordinates = self.server.fetch(self.first["id"], "network", self.directory / "coordinates") / "coordinates.h5"
        config = "program: ./program.py\nstands_for: {}\npopulation: PYR\ninputs: {{file: {}}}\n"
        text = self.fails(self.pipeline(folder, config.format("generate_connections", coordinates)))
        self.assertIn("connectivity.h5", text)
        self.assertIn("the file holds no projections onto PYR", text)
        (folder / "not.h5").write_text("not HDF5")
        text = self.fails(self.pipeline(folder, config.format("generate_connections", "./not.h5")))
        self.assertIn("not an HDF5 file", text)

    def test_timeout(self):
        folder = self.program("import time\ntime.sleep(1000)")
        text = self.fails(self.pipeline(folder, "program: ./program.py\noutputs: [a.txt]\ntimeout_s: 0.5\n"))
        self.assertIn("the program ran longer than timeout_s, 0.5 s", text)

    def test_mistakes_are_refused_before_anything_runs(self):
        folder = self.program("print(1)", "nobody.py", "")
        cases = {
            "program: ./nobody.py\noutputs: [a]\n": ("does not say what runs it", "#!/usr/bin/python3"),
            "program: ./absent.py\noutputs: [a]\n": ("absent.py",),
            "program: ./nobody.py\ninterpreter: python3\n": ("declares no output",),
            "program: ./nobody.py\ninterpreter: python3\nstands_for: simulation\n": ("cannot stand for this",),
        }
        for config, words in cases.items():
            with self.subTest(config):
                said = self.server.miv("submit", self.pipeline(folder, config), "--wait", expect=2)
                for word in words:
                    self.assertIn(word, said.stdout + said.stderr)

    # --- while it runs ----------------------------------------------------------

    def running(self):
        """A job whose program has begun and waits for ever; with its watch."""
        folder = self.program("""
            import os, time
            print("begun", flush=True)
            while not os.path.exists(os.environ["MIV_INPUT_GO"] + ".never"):
                time.sleep(0.05)
            """)
        (folder / "go").write_text("")
        return self.server.begin(self.pipeline(folder, "program: ./program.py\noutputs: [a.txt]\ninputs: {go: ./go}\n"))

    def test_cancel(self):
        job = self.running()
        with harness.Watch(self.server, job) as watch:
            watch.wait_for(lambda e: e["type"] == "log" and "begun" in e["text"], 60, "the program to begin")
            group = self.server.task(job, "s")["group"]
            self.server.miv("cancel", job)
            asked = time.monotonic()
            harness.wait_until(lambda: not self.server.workers(group), 10, "the ranks to be gone")
            self.assertLessEqual(time.monotonic() - asked, 1.0)
            events, _ = watch.wait_for_end(20)
        self.assertEqual(events[-1]["state"], "CANCELLED")

    def test_program_outlives_a_crash_of_the_server(self):
        folder = self.program("""
            import os, time
            print("begun", flush=True)
            time.sleep(3)
            open(os.environ["MIV_OUTPUT"], "w").write("done")
            """)
        job = self.server.begin(self.pipeline(folder, "program: ./program.py\noutputs: [a.txt]\n"))
        with harness.Watch(self.server, job) as watch:
            watch.wait_for(lambda e: e["type"] == "log" and "begun" in e["text"], 60, "the program to begin")
        self.server.kill()
        self.server.start()
        with harness.Watch(self.server, job) as watch:
            events, code = watch.wait_for_end(60)
        self.assertEqual((events[-1]["state"], code), ("SUCCEEDED", 0))
        self.assertEqual(self.server.task(job, "s")["attempts"], 1)


if __name__ == "__main__":
    harness.main()
