"""Progress comes soon and often, in units of the work, with a rate and the time that is left."""
import datetime

import cancelling
import harness

EVENTS = 12
# Promised are one second and four a second; a loaded machine gets more, so that only what is broken fails.
FIRST_S = 5
FEWEST_PER_SECOND = 1.5


def seconds(event):
    return datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp()


class Progress(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()

    def check(self, step, unit, pipeline):
        """Follows a step that does not end until it has told enough, then cancels it."""
        told = []

        def enough(event):
            if event.get("step") == step and event["type"] == "progress" and event["unit"] == unit:
                told.append(event)
            return len(told) == EVENTS

        job = self.server.begin(pipeline)
        with harness.Watch(self.server, job) as watch:
            watch.wait_for(enough, 120, f"{EVENTS} times progress of {step}")
            self.server.miv("cancel", job)
            events, _ = watch.wait_for_end(20)
        mine = [event for event in events if event.get("step") == step]
        started = next(seconds(event) for event in mine if cancelling.runs(event))
        first = next(seconds(event) for event in mine if event["type"] == "progress") - started
        per_second = (EVENTS - 1) / (seconds(told[-1]) - seconds(told[0]))
        print(f"{step}: first progress after {first:.2f} s, then {per_second:.1f} times a second")
        self.assertLess(first, FIRST_S)
        self.assertGreater(per_second, FEWEST_PER_SECOND)
        done = [event["done"] for event in told]
        self.assertEqual(done, sorted(done))
        self.assertGreater(done[-1], done[0])
        for event in told[2:]:
            self.assertGreater(event["rate"], 0)
            self.assertAlmostEqual(event["eta_s"], (event["total"] - event["done"]) / event["rate"], delta=1e-6 * event["eta_s"])

    def test_of_a_build(self):
        self.check("network", "moves", cancelling.heavy_somata(self.directory / "build"))

    def test_of_a_simulation(self):
        self.check("run", "ms", harness.copy_small_example(self.directory / "simulation", t_end=1_000_000))


if __name__ == "__main__":
    harness.main()
