"""A build that is killed in the middle ends with the bytes of an undisturbed one, each on a server with an empty data directory."""
import harness
from crash_support import copy_building_example, kill


class BuildKilled(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pipeline = copy_building_example(cls.directory / "building")
        with harness.Server() as server:
            cls.undisturbed = server.submit(cls.pipeline, "--ranks", 1)

    def rebuild(self, victims):
        """Kills what `victims` names while connections are made on 3 ranks; returns the finished job."""
        with harness.Server() as server:
            job = server.begin(self.pipeline, "--ranks", 3)
            with harness.Watch(server, job) as watch:
                watch.wait_for_task("connections_PYR", "RUNNING", 120)
                task = server.task(job, "connections_PYR")
                if "coordinator" in victims:
                    server.kill()
                if "group" in victims:
                    kill(task["group_pid"])
                if "rank" in victims:
                    kill(server.workers(task["group"])[-1])
                if "coordinator" in victims:
                    server.start()
                _, code = watch.wait_for_end(180)
            self.assertEqual(code, 0)
            done = server.job(job)
        self.assertEqual(harness.tasks(done)["connections_PYR"]["attempts"], 2)
        self.assertEqual(harness.digests(done), harness.digests(self.undisturbed))
        edges = harness.tasks(done)["connections_PYR"]["report"]["edges"]
        self.assertEqual(len(edges), 3)
        self.assertLess(max(edges), 1.25 * sum(edges) / 3)  # ranks share by synapses, a cell at a time

    def test_group_and_coordinator(self):
        self.rebuild({"group", "coordinator"})

    def test_one_rank(self):
        self.rebuild({"rank"})


if __name__ == "__main__":
    harness.main()
