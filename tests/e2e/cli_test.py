"""The verbs of the command line on a small pipeline: what they print, in text and as JSON, and what they leave behind."""
import datetime
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import termios
import time

import numpy as np

import harness
import png

STATES = ("WAITING", "CACHED", "QUEUED", "LAUNCHING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED")
DIGEST = r"^sha256:[0-9a-f]{64}$"


class Verbs(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.pipeline = harness.copy_small_example(cls.directory / "model")
        cls.job = cls.server.submit(cls.pipeline)
        cls.id = cls.job["id"]

    def long_job(self, **more):
        """A job whose simulation takes much longer than the test."""
        return self.server.begin(self.pipeline, "--set", "steps.run.config.t_end=100000")

    def finish(self, job):
        self.server.miv("cancel", job)
        with harness.Watch(self.server, job) as watch:
            watch.wait_for_end(20)

    # --- the job ----------------------------------------------------------------

    def assert_job_form(self, job):
        """The JSON form that other programs rely on."""
        self.assertLessEqual({"id", "name", "state", "tasks"}, job.keys())
        for task in job["tasks"]:
            self.assertLessEqual({"step", "kind", "state", "cached", "attempts", "duration_s", "outputs"}, task.keys())
            self.assertIn(task["state"], STATES)
            self.assertIsInstance(task["cached"], bool)
            self.assertIsInstance(task["attempts"], int)
            self.assertIsInstance(task["duration_s"], (int, float))
            for output in task["outputs"].values():
                self.assertRegex(output["digest"], DIGEST)
                self.assertGreater(output["size"], 0)

    def test_submit_and_job_print_the_same_form(self):
        shown = self.server.job(self.id)
        for job in (self.job, shown):
            self.assert_job_form(job)
            self.assertEqual((job["id"], job["name"], job["state"]), (self.id, "microcircuit", "SUCCEEDED"))
        self.assertEqual(harness.digests(shown), harness.digests(self.job))
        self.assertEqual([task["step"] for task in shown["tasks"]], [task["step"] for task in self.job["tasks"]])
        self.assertEqual({name for name in harness.tasks(shown)["run"]["outputs"]}, {"results.h5", "readout.npy"})

    def test_job_as_text_shows_every_step(self):
        text = self.server.miv("job", self.id).stdout
        for task in self.job["tasks"]:
            self.assertIn(task["step"], text)
        self.assertIn("done", text)

    def test_submit_without_wait_returns_at_once(self):
        job = self.long_job()
        self.assertIn(self.server.job(job)["state"], ("QUEUED", "RUNNING"))
        self.finish(job)
        self.assertEqual(self.server.job(job)["state"], "CANCELLED")

    def test_jobs_lists_newest_first(self):
        newest = self.server.submit(self.pipeline, "--set", "name=another")
        jobs = self.server.json("jobs")
        self.assertEqual(jobs[0]["id"], newest["id"])
        self.assertEqual(jobs[0]["name"], "another")
        created = [datetime.datetime.fromisoformat(job["created"].replace("Z", "+00:00")[:26].rstrip("+") + "+00:00") for job in jobs]
        self.assertEqual(created, sorted(created, reverse=True))
        self.assertIn(newest["id"], self.server.miv("jobs").stdout)

    def test_plan_is_all_cached_and_accepts_nothing(self):
        before = len(self.server.json("jobs"))
        plan = self.server.json("plan", self.pipeline)
        self.assertTrue(all(step["cached"] for step in plan["steps"]), plan)
        self.assertEqual({step["step"] for step in plan["steps"]}, set(harness.tasks(self.job)))
        self.assertIn("cached", self.server.miv("plan", self.pipeline).stdout)
        self.assertEqual(len(self.server.json("jobs")), before)

    # --- events -----------------------------------------------------------------

    def test_watch_prints_one_event_a_line_and_ends(self):
        lines = [json.loads(line) for line in self.server.miv("watch", self.id, "--json").stdout.splitlines()]
        self.assertEqual([event["sequence"] for event in lines], list(range(1, len(lines) + 1)))
        self.assertEqual(lines[-1]["type"], "end")
        self.assertEqual(lines[-1]["state"], "SUCCEEDED")
        self.assertEqual(sum(event["type"] == "end" for event in lines), 1)
        for task in self.job["tasks"]:
            moves = [event["to"] for event in lines if event["type"] == "task_state" and event["step"] == task["step"]]
            self.assertEqual(moves[-4:], ["QUEUED", "LAUNCHING", "RUNNING", "SUCCEEDED"], task["step"])
            ready = {event["name"]: event["digest"] for event in lines
                     if event["type"] == "artifact" and event["step"] == task["step"]}
            self.assertEqual(ready, {name: output["digest"] for name, output in task["outputs"].items()})

    def test_watch_as_text_says_how_every_step_ended(self):
        text = self.server.miv("watch", self.id).stdout
        for task in self.job["tasks"]:
            self.assertIn(task["step"], text)

    def test_progress_arrives_within_a_second_and_often(self):
        job = self.long_job()
        with harness.Watch(self.server, job) as watch:
            watch.wait_for_task("run", "RUNNING", 60)
            watch.wait_for(lambda e: e["type"] == "progress" and e.get("step") == "run", 1.5, "progress")
            watch.wait_for(lambda e: e["type"] == "progress" and e["unit"] == "ms" and e["done"] > 0, 20, "simulated time")
        self.finish(job)

    def test_interrupted_watch_detaches_and_says_how_to_come_back(self):
        job = self.long_job()
        with harness.Watch(self.server, job) as watch:
            watch.wait_for_task("run", "RUNNING", 60)
            watch.interrupt()
            _, code = watch.wait_for_end(10)
            self.assertIn(f"watch {job}", watch.errors())
            self.assertNotEqual(code, 1)
        self.assertEqual(self.server.job(job)["state"], "RUNNING")
        self.finish(job)

    def test_watch_on_a_terminal_redraws_its_lines(self):
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        job = self.long_job()
        process = subprocess.Popen(self.server.command("watch", job), stdin=follower, stdout=follower, stderr=follower,
                                   env=os.environ | {"TERM": "xterm-256color"})
        os.close(follower)
        shown = b""
        deadline = time.monotonic() + 60
        try:
            while not (b"run" in shown and b"\x1b[" in shown and b"%" in shown):
                self.assertLess(time.monotonic(), deadline, shown[-2000:])
                if select.select([leader], [], [], 1)[0]:
                    shown += os.read(leader, 65536)
        finally:
            process.kill()
            process.wait()
            os.close(leader)
        self.finish(job)

    def test_logs_print_lines_of_a_step(self):
        self.server.miv("logs", self.id)
        for line in self.server.miv("logs", self.id, "--json").stdout.splitlines():
            self.assertIn(json.loads(line)["type"], ("log", "warning"))

    # --- results ----------------------------------------------------------------

    def test_fetch_writes_step_and_name(self):
        into = self.directory / "everything"
        self.server.miv("fetch", self.id, "-o", into)
        found = {f"{path.parent.name}/{path.name}" for path in into.glob("*/*")}
        self.assertEqual(found, {f"{task['step']}/{name}" for task in self.job["tasks"] for name in task["outputs"]})
        again = self.server.json("fetch", self.id, "-o", into)
        self.assertTrue(all(file["already_there"] for file in again["files"]))

    def test_fetch_of_one_step_leaves_the_others(self):
        into = self.directory / "one"
        self.server.fetch(self.id, "run", into)
        self.assertEqual({path.name for path in into.iterdir()}, {"run"})
        readout = np.load(into / "run" / "readout.npy")
        self.assertEqual(readout.shape, (101, 2))

    def test_fetch_of_an_unknown_step_is_refused(self):
        said = self.server.miv("fetch", self.id, "--step", "rum", "-o", self.directory / "no", expect=2).stderr
        self.assertIn("rum", said)

    def test_h5_show_and_validate(self):
        graph = self.server.fetch(self.id, "graph", self.directory / "h5")
        shown = self.server.miv("h5", "show", graph / "cells.h5").stdout
        for word in ("STIM", "PYR", "PVBC", "OLM", "20"):
            self.assertIn(word, shown)
        self.assertTrue(json.loads(self.server.miv("h5", "show", graph / "cells.h5", "--json").stdout))
        self.server.miv("h5", "validate", graph / "cells.h5")
        self.server.miv("h5", "validate", graph / "connections.h5")
        whole = (graph / "cells.h5").read_bytes()
        broken = self.directory / "broken.h5"
        broken.write_bytes(whole[:len(whole) // 2])
        said = self.server.miv("h5", "validate", broken, expect=1)
        self.assertIn("broken.h5", said.stdout + said.stderr)

    def test_plots(self):
        results = self.server.fetch(self.id, "run", self.directory / "plots") / "results.h5"
        for kind in ("raster", "lfp"):
            picture = self.directory / f"{kind}.png"
            self.server.miv("plot", kind, results, "-o", picture)
            self.assertGreater(min(png.read(picture).shape[:2]), 100)

    # --- other ------------------------------------------------------------------

    def test_cancel_is_idempotent_and_leaves_an_ended_job_alone(self):
        self.server.miv("cancel", self.id)
        self.assertEqual(self.server.job(self.id)["state"], "SUCCEEDED")

    def test_imported_files_give_the_same_downstream(self):
        """Files fetched from one job stand in for the steps that made them."""
        pipeline = harness.copy_small_example(self.directory / "importing")
        self.replace_by_import(pipeline, "forest_PVBC", "forest.h5", "population: PVBC")
        self.replace_by_import(pipeline, "network", "coordinates.h5")
        harness.edit(pipeline, "    kind: measure_distances\n", "    kind: measure_distances\n    config:\n"
                     "      cell_distributions: from_file('config/cell_distributions.yml')\n"
                     "      layer_extents: from_file('config/layer_extents.yml')\n")
        job = self.server.submit(pipeline, "--cache", "bypass")
        self.assertEqual({harness.tasks(job)[step]["kind"] for step in ("network", "forest_PVBC")}, {"import"})
        self.assertEqual(harness.computed(job), set(harness.tasks(self.job)))
        for step in harness.tasks(self.job):
            if step != "run":
                self.assertEqual(harness.digests(job)[step], harness.digests(self.job)[step], step)

    def replace_by_import(self, pipeline, step, name, more=""):
        """Makes `step` an import of the file `name` that the step left in the first job."""
        kind = harness.tasks(self.job)[step]["kind"]
        file = self.server.fetch(self.id, step, self.directory / "to-import") / name
        lines = pipeline.read_text().split("\n")
        begin = lines.index(f"  {step}:")
        end = next(i for i in range(begin + 1, len(lines)) if lines[i][:3].strip() or not lines[i].strip())
        uses = next(line for line in lines[begin:end] if line.startswith("    uses:"))
        lines[begin + 1:end] = ["    kind: import", uses, "    config:", f"      file: {file}",
                                f"      stands_for: {kind}", f"      {more}"]
        pipeline.write_text("\n".join(lines))

    def test_imported_network_gives_the_same_spikes(self):
        graph = self.server.fetch(self.id, "graph", self.directory / "network")
        pipeline = harness.copy_small_example(self.directory / "simulating")
        text = pipeline.read_text()
        run = text[text.index("  run:\n"):]
        config = run.replace("uses: [graph]", "uses: [cells, connections]").replace(
            "config:\n", "config:\n      cell_types: from_file('config/cell_types.yml')\n"
            "      synapses: from_file('config/synapses.yml')\n", 1)
        imports = "".join(f"  {name}:\n    kind: import\n    config: {{file: {graph / name}.h5, stands_for: {name}}}\n"
                          for name in ("cells", "connections"))
        pipeline.write_text(text[:text.index("steps:\n")] + "steps:\n" + imports + config)
        job = self.server.submit(pipeline)
        found = self.server.fetch(job["id"], "run", self.directory / "imported-run") / "readout.npy"
        expected = self.server.fetch(self.id, "run", self.directory / "built-run") / "readout.npy"
        self.assertTrue(np.array_equal(np.load(found), np.load(expected)))

    def test_version(self):
        self.assertRegex(self.server.miv("version").stdout, r"\d+\.\d+")


if __name__ == "__main__":
    harness.main()
