"""Cancelling a build as soon as a component runs: whichever it is, nothing of it is left behind."""
import harness
from crash_support import FaultCase, copy_building_example


class CancelBuild(FaultCase):

    @classmethod
    def setUpClass(cls):
        super(FaultCase, cls).setUpClass()  # no simulation to compare with
        cls.server = cls.start_server()
        cls.building = copy_building_example(cls.directory / "building")

    def cancel_once_it_runs(self, step):
        job = self.start(self.building)
        with self.watch(job) as watch:
            watch.wait_for_task(step, "RUNNING", 120)
            self.server.miv("cancel", job)
            events, code = watch.wait_for_end(20)
        self.assertEqual((events[-1]["state"], code), ("CANCELLED", 1))
        self.assert_log_is_whole(events)
        task = self.server.task(job, step)
        published = [event["name"] for event in events if event["type"] == "artifact" and event["step"] == step]
        if task["state"] == "SUCCEEDED":  # it was faster than the request
            self.assertTrue(published)
        else:
            self.assertEqual((task["state"], published, task["outputs"]), ("CANCELLED", [], {}))
        harness.wait_until(lambda: not self.written(), 10, f"the files of {step} to be gone")

    def written(self):
        """What lies in the output directories of groups."""
        return [path for path in self.server.directory.glob("groups/*/work/**/*") if path.is_file()]

    def test_every_component(self):
        # The graph is the last one, and could end before the request comes; tests/mpi stops it at points of its own.
        for step in ("h5_types", "network", "distances", "forest_PYR", "synapses_PYR", "connections_PYR"):
            with self.subTest(step=step):
                self.cancel_once_it_runs(step)


if __name__ == "__main__":
    harness.main()
