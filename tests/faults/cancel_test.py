"""Cancelling frees the ranks within a second, whatever they do."""
import time

import harness
from crash_support import FaultCase, copy_building_example

FREED_S = 1.0


class Cancel(FaultCase):

    def cancel_when(self, begun, job, step):
        """Cancels once `begun` is seen; checks job, task, events and processes."""
        with self.watch(job) as watch:
            begun(watch)
            group = self.server.task(job, step)["group"]
            self.assertTrue(self.server.workers(group))
            self.server.miv("cancel", job)
            asked = time.monotonic()
            harness.wait_until(lambda: not self.server.workers(group), 10, "the ranks to be gone")
            freed = time.monotonic() - asked
            events, code = watch.wait_for_end(20)
        print(f"ranks freed {freed:.2f} s after the request was accepted")
        self.assertLessEqual(freed, FREED_S)
        self.assertEqual((events[-1]["state"], code), ("CANCELLED", 1))
        self.assert_log_is_whole(events)
        after = self.server.job(job)
        self.assertEqual((after["state"], harness.tasks(after)[step]["state"]), ("CANCELLED", "CANCELLED"))
        # A simulation may leave what it had computed (partial_results_test.py).
        self.assertEqual(bool(harness.tasks(after)[step]["outputs"]), harness.tasks(after)[step].get("partial", False))

    def test_simulation_that_runs(self):
        job = self.server.begin(self.simulating, "--cache", "bypass", "--set", "steps.run.config.t_end=100000")
        self.cancel_when(lambda watch: watch.wait_for(
            lambda e: e["type"] == "progress" and e.get("step") == "run" and e["unit"] == "ms" and e["done"] > 0, 120,
            "simulated time"), job, "run")

    def test_simulation_that_is_being_set_up(self):
        job = self.server.begin(self.simulating, "--cache", "bypass")
        self.cancel_when(lambda watch: watch.wait_for_task("run", "RUNNING", 120), job, "run")

    def test_build_that_runs(self):
        job = self.server.begin(copy_building_example(self.directory / "building"))
        self.cancel_when(lambda watch: watch.wait_for(
            lambda e: e["type"] == "progress" and e.get("step") == "connections_PYR" and e["done"] > 0, 120,
            "connections"), job, "connections_PYR")

    def test_job_that_waits(self):
        first = self.server.begin(self.simulating, "--cache", "bypass", "--set", "steps.run.config.t_end=100000")
        second = self.server.begin(self.simulating, "--cache", "bypass", "--set", "steps.run.config.t_end=100000")
        with self.watch(first) as one, self.watch(second) as two:
            one.wait_for_task("run", "RUNNING", 120)
            self.server.miv("cancel", second)
            self.assertEqual(two.wait_for_end(20)[0][-1]["state"], "CANCELLED")
            self.assertEqual(self.server.task(first, "run")["state"], "RUNNING")
            self.server.miv("cancel", first)
            one.wait_for_end(20)

    def test_afterwards_the_server_works_as_before(self):
        job = self.server.submit(self.simulating, "--cache", "bypass")
        self.assert_same_results(job, self.simulated)


if __name__ == "__main__":
    harness.main()
