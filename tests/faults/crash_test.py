"""kill -9 of the coordinator, of worker groups and of single ranks: nothing accepted is lost, nothing is done twice."""
import os
import random

import harness
from crash_support import FaultCase, copy_building_example, kill

SEED = int(os.environ.get("MIV_FAULT_SEED", 20240607))  # of the random moments


class CoordinatorKilled(FaultCase):

    def crash_during(self, step, pipeline, reference):
        """Kills the coordinator as soon as `step` runs; its group must be adopted and finish the work."""
        job = self.start(pipeline)
        with self.watch(job) as watch:
            watch.wait_for_task(step, "RUNNING", 120)
            before = self.server.task(job, step)
            self.assertEqual(before["state"], "RUNNING")
            self.server.kill()
            self.assertTrue(harness.alive(before["group_pid"]), "the group ended with the coordinator")
            self.server.start()
            self.assertTrue(harness.alive(before["group_pid"]), "the group was not adopted")
            events, code = watch.wait_for_end(120)
        self.assertEqual(code, 0)
        self.assert_log_is_whole(events)
        after = self.server.job(job)
        task = harness.tasks(after)[step]
        self.assertEqual((task["group"], task["group_pid"]), (before["group"], before["group_pid"]))
        self.assert_attempts(after, {})
        self.assert_same_results(after, reference)

    def test_simulation_goes_on(self):
        self.crash_during("run", self.simulating, self.simulated)

    def test_build_goes_on(self):
        building = copy_building_example(self.directory / "building")
        self.crash_during("connections_PYR", building, self.server.submit(building))

    def test_group_that_finishes_meanwhile_is_heard(self):
        """The simulation ends while there is no coordinator; its group waits with the report."""
        job = self.start()
        with self.watch(job) as watch:
            watch.wait_for_task("run", "RUNNING", 120)
            group = self.server.task(job, "run")["group"]
            self.server.kill()
            work = self.server.directory / "groups" / group / "work"
            harness.wait_until(lambda: list(work.glob("*/results.h5")) and list(work.glob("*/readout.npy")), 60, "results")
            self.server.start()
            events, _ = watch.wait_for_end(60)
        self.assert_log_is_whole(events)
        after = self.server.job(job)
        self.assert_attempts(after, {})
        self.assert_same_results(after, self.simulated)

    def test_five_times_at_random_moments(self):
        reference, _ = self.watch_through(self.simulated["id"])
        moments = sorted(random.Random(SEED).sample(range(2, len(reference) * 4 // 5), 5))
        print(f"seed {SEED}: killed when events {moments} of about {len(reference)} are seen")
        job = self.start()
        with self.watch(job) as watch:
            for moment in moments:
                watch.wait_for(lambda e, n=moment: e["sequence"] >= n or e["type"] == "end", 120, f"event {moment}")
                self.kill_and_restart()
            events, code = watch.wait_for_end(180)
        self.assertEqual(code, 0)
        self.assert_log_is_whole(events)
        again, _ = self.watch_through(job)
        self.assertEqual(again, events)
        # A crash while outputs move, or before a group is launched, costs an attempt.
        self.assertLessEqual(max(task["attempts"] for task in self.server.job(job)["tasks"]), 2)
        self.assert_same_results(self.server.job(job), self.simulated)

    def watch_through(self, job):
        with self.watch(job) as watch:
            return watch.wait_for_end(60)

    def test_jobs_that_wait_are_kept(self):
        jobs = [self.start() for _ in range(3)]
        self.kill_and_restart()
        known = {job["id"] for job in self.server.json("jobs")}
        self.assertLessEqual(set(jobs), known)
        for job in jobs:
            self.server.miv("cancel", job)
        for job in jobs:
            with self.watch(job) as watch:
                events, code = watch.wait_for_end(30)
            self.assert_log_is_whole(events)
            self.assertEqual((events[-1]["state"], code), ("CANCELLED", 1))

    def test_terminated_leaves_groups_running(self):
        job = self.start()
        with self.watch(job) as watch:
            watch.wait_for_task("run", "RUNNING", 120)
            before = self.server.task(job, "run")
            self.assertEqual(self.server.terminate(), 0)
            self.assertTrue(harness.alive(before["group_pid"]))
            self.server.start()
            events, code = watch.wait_for_end(120)
        self.assertEqual(code, 0)
        self.assert_log_is_whole(events)
        after = self.server.job(job)
        self.assertEqual(harness.tasks(after)["run"]["group_pid"], before["group_pid"])
        self.assert_attempts(after, {})
        self.assert_same_results(after, self.simulated)


    def test_terminated_sends_idle_groups_away(self):
        self.start_and_finish()
        self.assertTrue(self.server.workers(), "groups stay warm for a while")
        self.assertEqual(self.server.terminate(), 0)
        self.assertEqual(self.server.workers(), [])
        self.server.start()
        self.start_and_finish()

    def start_and_finish(self):
        job = self.start()
        self.watch_through(job)
        self.assert_same_results(self.server.job(job), self.simulated)


class GroupKilled(FaultCase):

    def crash(self, step, victim, with_coordinator=False):
        """Kills what `victim` finds of the task while `step` runs; the second attempt must give the same."""
        job = self.start()
        with self.watch(job) as watch:
            watch.wait_for_task(step, "RUNNING", 120)
            task = self.server.task(job, step)
            if with_coordinator:
                self.server.kill()
            kill(victim(task))
            if with_coordinator:
                self.server.start()
            watch.wait_for_task(step, "RUNNING", 60, attempt=2)
            events, code = watch.wait_for_end(120)
        self.assertEqual(code, 0)
        self.assert_log_is_whole(events)
        after = self.server.job(job)
        self.assert_attempts(after, {step: 2})
        self.assertNotEqual(harness.tasks(after)[step]["group"], task["group"])
        self.assertEqual(self.server.workers(task["group"]), [])
        self.assert_same_results(after, self.simulated)

    def test_with_the_coordinator(self):
        self.crash("run", lambda task: task["group_pid"], with_coordinator=True)

    def test_shepherd(self):
        self.crash("run", lambda task: task["group_pid"])

    def test_one_rank_of_a_simulation(self):
        self.crash("run", lambda task: harness.wait_until(lambda: self.server.workers(task["group"])[1:], 10, "two ranks")[-1])

    def test_error_of_one_rank_fails_at_once_with_neurons_words(self):
        pipeline = harness.copy_small_example(self.directory / "bursting", t_end=100)
        harness.edit(pipeline.parent / "mechanisms" / "LinExp2Syn.mod", "    A = A + weight * g_unit * norm",
                     "    if (t > 20) {\nVERBATIM\n        hoc_execerror(\"the pump burst\", 0);\nENDVERBATIM\n    }\n"
                     "    A = A + weight * g_unit * norm")
        job = self.server.submit(pipeline, expect=1)
        task = harness.tasks(job)["run"]
        self.assertEqual((job["state"], task["state"], task["attempts"]), ("FAILED", "FAILED", 1))
        self.assertEqual(task["error"]["reason"], "NEURON_ERROR")
        self.assertIn("the pump burst", task["error"]["output"])

    def test_three_times_is_a_failure_with_a_reason(self):
        job = self.start()
        with self.watch(job) as watch:
            for attempt in (1, 2, 3):
                watch.wait_for_task("run", "RUNNING", 120, attempt=attempt)
                kill(self.server.task(job, "run")["group_pid"])
            events, code = watch.wait_for_end(60)
        self.assertEqual(code, 1)
        self.assert_log_is_whole(events)
        task = self.server.task(job, "run")
        self.assertEqual((task["state"], task["attempts"]), ("FAILED", 3))
        self.assertTrue(task["error"]["message"])
        self.assertIn("3", task["error"]["message"])


if __name__ == "__main__":
    harness.main()
