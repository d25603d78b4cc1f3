"""Cancelling frees the ranks and leaves nothing behind, whichever component runs and however far it is."""
import cancelling
import harness
from crash_support import FaultCase


class CancelPoints(FaultCase):

    @classmethod
    def setUpClass(cls):
        super(FaultCase, cls).setUpClass()  # no run to compare with
        cls.server = cls.start_server()

    def check(self, step, events, job):
        self.assertEqual((events[-1]["state"], job["state"]), ("CANCELLED", "CANCELLED"))
        self.assert_log_is_whole(events)
        task = harness.tasks(job)[step]
        if task["state"] == "CACHED":
            self.skipTest("the step ended before the request at an earlier point")
        published = [event["name"] for event in events if event["type"] == "artifact" and event["step"] == step]
        if task["state"] == "SUCCEEDED":  # it was faster than the request
            self.assertEqual(set(published), set(task["outputs"]))
        else:
            # A simulation may leave what it had computed (partial_results_test.py).
            self.assertEqual((task["state"], bool(task["outputs"])), ("CANCELLED", task.get("partial", False)))

    def test_0_mechanisms_that_are_compiled(self):
        freed = cancelling.interrupt_check(self.server, harness.copy_small_example(self.directory / "compiled"))
        print(f"check of the model: gone {freed:.2f} s after the signal")
        self.assertEqual(self.server.json("jobs"), [])
        harness.wait_until(lambda: not list(self.server.directory.glob("preflight/*")), 10, "the files of the check to be gone")

    def test_1_every_point_of_long_steps(self):
        for pipeline, points in cancelling.all_points(self.directory):
            for step, point, begun in points:
                with self.subTest(step=step, point=point):
                    freed, events, job = cancelling.cancel_at(self.server, pipeline, step, begun)
                    state = harness.tasks(job)[step]["state"]
                    print(f"{step}, {point}: {state}, ranks free {freed:.2f} s after the request was made")
                    self.check(step, events, job)

    def test_2_ranks_that_do_not_listen(self):
        pipeline = cancelling.heavy_simulation(self.directory / "deaf")
        freed, events, job = cancelling.cancel_at(self.server, pipeline, "run", cancelling.moving("ms"), wake=False)
        print(f"ranks that stay stopped: gone {freed:.2f} s after the request was made")
        self.assertEqual(harness.tasks(job)["run"]["state"], "CANCELLED")
        self.check("run", events, job)

    def test_3_afterwards_the_server_works_as_before(self):
        job = self.server.submit(harness.copy_small_example(self.directory / "after"))
        self.assertEqual(job["state"], "SUCCEEDED")


if __name__ == "__main__":
    harness.main()
