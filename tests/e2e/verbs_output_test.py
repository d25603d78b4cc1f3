"""What verbs print, on the model of `miv init`: compared with golden texts, without ids, times, digests and sizes.

MIV_UPDATE_GOLDEN=1 writes the golden texts; read the difference before it is committed.
"""
import os
import pathlib
import re
import subprocess

import harness

GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"
VERBS = ("init", "up", "submit", "plan", "build", "simulate", "watch", "jobs", "job", "diff", "cancel", "logs", "fetch", "push", "pull",
         "plot", "plot raster", "plot lfp", "verify", "h5", "h5 show", "h5 validate", "h5 export", "h5 export netcons", "login", "kinds",
         "completion", "completion bash", "version")

# What differs from run to run, and what stands for it.
VOLATILE = ((r"\b127\.0\.0\.1:\d+", "ADDRESS"), (r"sha256:[0-9a-f]{12,64}", "DIGEST"), (r"\bj[0-9a-z]{12}\b", "JOB"),
            (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "DATE"), (r"\d\d:\d\d:\d\d", "CLOCK"), (r"\b\d+ min \d\d s\b", "TIME"),
            (r"\b\d+(\.\d+)? (ms|s)\b", "TIME"), (r"\b\d+(\.\d+)? [kMG]?B\b", "SIZE"), (r" {2,}", "  "))
# The order of what runs at the same time, and what each rank took.
SORTED = ("watch", "submit", "build", "simulate")


class Output(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.said = {}
        cls.say("init", "model")
        cls.pipeline = cls.directory / "model" / "pipeline.yaml"
        cls.say("build", cls.pipeline)
        cls.say("simulate", cls.pipeline)
        cls.say("submit", cls.pipeline, "--set", "steps.run.config.t_end=20", "--set", "seed=2")
        cls.newest = cls.server.json("jobs", "--limit", "1")[0]["id"]
        cls.say("watch", cls.newest)
        cls.say("fetch", cls.newest, "-o", "results")

    @classmethod
    def say(cls, *words, name=None, expect=0):
        """Runs a verb and keeps what it printed."""
        done = subprocess.run(cls.server.command(*words), capture_output=True, text=True, timeout=200, stdin=subprocess.DEVNULL,
                              cwd=cls.directory)
        if done.returncode != expect:
            raise AssertionError(f"miv {words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        cls.said[name or words[0]] = done.stdout
        return done

    def normalised(self, name):
        text = self.said[name]
        for directory, word in ((self.server.directory, "SERVER"), (self.directory, "DIR")):
            text = text.replace(str(directory), word)
        for pattern, word in VOLATILE:
            text = re.sub(pattern, word, text)
        lines = [line.rstrip() for line in text.splitlines()]
        if name in SORTED:
            lines = [line for line in lines if not re.search(r": (queued|starting|running)|CLOCK.*%", line)]
            lines.sort()
        if name == "job":  # CPU seconds end every line of the second table
            lines = [re.sub(r"(  \d+(\.\d+)? \d+(\.\d+)?)$", "  CPU", line) for line in lines]
        return "\n".join(lines) + "\n"

    def check(self, name, *words, **more):
        if words:
            self.say(*words, name=name, **more)
        path = GOLDEN / f"{name}.txt"
        found = self.normalised(name)
        if os.environ.get("MIV_UPDATE_GOLDEN"):
            path.write_text(found)
        self.assertEqual(found, path.read_text(), name)

    def test_what_runs_a_pipeline(self):
        for name in ("init", "build", "simulate", "submit", "watch"):
            with self.subTest(name):
                self.check(name)

    def test_what_shows_jobs(self):
        self.check("jobs", "jobs")
        self.check("job", "job", self.newest)
        self.check("logs", "logs", self.newest)
        self.check("cancel", "cancel", self.newest)
        self.check("diff", "diff")

    def test_what_brings_and_checks_files(self):
        self.check("fetch")
        self.check("push", "push", "model/config", "model/pipeline.yaml")
        digest = self.server.task(self.newest, "run")["outputs"]["readout.npy"]["digest"]
        self.check("pull", "pull", digest, "-o", "readout.npy")
        self.check("h5_show", "h5", "show", "results/network/connections.h5")
        self.check("h5_validate", "h5", "validate", "results/network/cells.h5")
        self.check("verify", "verify", "results/network/cells.h5", "results/network/connections.h5", "--config", "model/pipeline.yaml",
                   "--set", "seed=2")
        self.check("plot", "plot", "raster", "results/run", "-o", "raster.png")

    def test_what_tells_about_the_program(self):
        self.check("kinds_verify", "kinds", "verify")
        self.check("version", "version")

    def test_every_verb_has_help_with_examples(self):
        for verb in VERBS:
            with self.subTest(verb):
                said = self.server.miv(*verb.split(), "--help").stdout
                examples = said.split("\nExamples:\n")[1].rstrip().splitlines()
                self.assertTrue(any(f"miv {verb}" in line for line in examples), said)
        listed = re.findall(r"^  ([a-z0-9]+) {2,}\S", self.server.miv("--help").stdout.split("Subcommands:")[1].split("Begin")[0], re.M)
        self.assertEqual(set(listed), {verb for verb in VERBS if " " not in verb})


class Starter(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()

    def test_the_model_runs_and_its_cells_fire(self):
        written = self.server.json("init", self.directory / "model")
        self.assertIn("config/network.yaml", written["files"])
        for part in ("mechanisms", "templates", "morphology"):
            for file in (self.directory / "model" / part).iterdir():
                self.assertEqual(file.read_bytes(), (harness.EXAMPLE / part / file.name).read_bytes())
        job = self.server.submit(self.directory / "model" / "pipeline.yaml")
        self.assertEqual(job["state"], "SUCCEEDED")
        import h5py
        results = self.server.fetch(job["id"], "run", self.directory / "results") / "results.h5"
        with h5py.File(results) as file:
            gids = file["Spikes/gid"][:]
        for first, last in ((0, 24), (24, 54), (54, 62)):
            self.assertTrue(((gids >= first) & (gids < last)).any(), (first, last))

    def test_a_directory_that_is_in_use_is_left_alone(self):
        taken = self.directory / "taken"
        taken.mkdir()
        (taken / "mine.txt").write_text("mine")
        said = self.server.miv("init", taken, expect=2).stderr
        self.assertIn("there is something already", said)
        self.assertEqual([path.name for path in taken.iterdir()], ["mine.txt"])

    def test_diff_names_what_differs_as_json(self):
        pipeline = self.directory / "compared" / "pipeline.yaml"
        self.server.miv("init", pipeline.parent)
        first = self.server.submit(pipeline, "--set", "steps.run.config.t_end=10")
        second = self.server.submit(pipeline, "--set", "steps.run.config.t_end=15")
        diff = self.server.json("diff", first["id"], second["id"])
        self.assertEqual(diff["jobs"], [first["id"], second["id"]])
        self.assertEqual({(one["step"], one["what"], one["path"]) for one in diff["differences"]},
                         {("run", "config", "t_end"), ("run", "output", "readout.npy"), ("run", "output", "results.h5")})
        config = next(one for one in diff["differences"] if one["what"] == "config")
        self.assertEqual((config["first"], config["second"]), (10, 15))
        self.assertEqual(len(diff["equal_steps"]), 10)
        self.assertEqual(self.server.json("diff", first["id"], first["id"])["differences"], [])
        self.server.miv("diff", first["id"], "j000000000000", expect=2)


class Completion(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()

    def complete(self, *words):
        """What bash offers for the last word."""
        script = ('source <(miv completion bash)\nCOMP_WORDS=("$@")\nCOMP_CWORD=$(($# - 1))\n_miv\n'
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, "bash", "miv", *words], capture_output=True, text=True, timeout=60,
                              env=os.environ | {"PATH": f"{harness.BIN}:{os.environ['PATH']}", "MIV_SERVER": str(self.server.directory)})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_verbs_options_and_choices(self):
        self.assertEqual(self.complete("su"), ["submit"])
        self.assertEqual(self.complete("plot", ""), ["raster", "lfp"])
        self.assertEqual(self.complete("h5", "export", "n"), ["netcons"])
        self.assertEqual(self.complete("submit", "p.yaml", "--se"), ["--set", "--seed", "--server"])
        self.assertEqual(self.complete("submit", "p.yaml", "--cache", "re"), ["refresh"])
        self.assertEqual(self.complete("--server", "jobs", "di"), ["diff"])
        self.assertIn("distribute_synapses", self.complete("kinds", "d"))

    def test_files_are_left_to_bash(self):
        self.assertEqual(self.complete("submit", ""), [])
        self.assertEqual(self.complete("fetch", "-o", ""), [])

    def test_jobs_of_the_server(self):
        pipeline = self.directory / "model" / "pipeline.yaml"
        self.server.miv("init", pipeline.parent)
        job = self.server.begin(pipeline)
        self.assertEqual(self.complete("watch", ""), [job])
        self.assertEqual(self.complete("diff", job, job[:3]), [job])
        self.server.miv("cancel", job)


if __name__ == "__main__":
    harness.main()
