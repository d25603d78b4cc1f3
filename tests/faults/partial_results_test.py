"""What a simulation shows while it runs, and what is left of one that was stopped or killed."""
import json

import h5py
import harness
import numpy as np
from crash_support import FaultCase, kill

LONG_MS = 100000


def spikes_of(events):
    """Times and gids of all events of spikes, in the order of their arrival."""
    found = [e for e in events if e["type"] == "spikes"]
    for event in found:
        assert "lost" not in event, event
        assert all(event["begin_ms"] <= t < event["end_ms"] for t in event["t_ms"])
    return np.concatenate([[], *(e["t_ms"] for e in found)]), np.concatenate([[], *(e["gid"] for e in found)])


def lfp_of(events, label):
    """Samples of an electrode in the order of their arrival; they must not leave a gap."""
    values = []
    for event in events:
        for trace in event.get("traces", []) if event["type"] == "lfp" else []:
            if trace["label"] == label:
                assert trace["first"] == len(values), (trace["first"], len(values))
                values += trace["v_mv"]
    return np.array(values)


class PartialResults(FaultCase):
    def fetch_run(self, job):
        return self.server.fetch(job, "run", self.directory / job) / "results.h5"

    def begin_long(self):
        return self.server.begin(self.simulating, "--cache", "bypass", "--set", f"steps.run.config.t_end={LONG_MS}")

    def wait_for_spikes(self, watch, count=1):
        seen = iter(range(count))
        watch.wait_for(lambda e: e["type"] == "spikes" and e["t_ms"] and next(seen, None) == count - 1, 120, "spikes")

    def assert_shown(self, events, path):
        """The events gave every spike and sample of the file exactly once."""
        with h5py.File(path) as h:
            t, gid = spikes_of(events)
            np.testing.assert_array_equal(t, h["Spikes/t"][()])
            np.testing.assert_array_equal(gid, h["Spikes/gid"][()])
            for label in h["LFP"]:
                np.testing.assert_array_equal(lfp_of(events, label), h[f"LFP/{label}/v"][()])

    def assert_prefix(self, path):
        """The file is the beginning of the run that was not disturbed; returns how far it goes."""
        with h5py.File(path) as part:
            manifest = json.loads(part["Manifest"][()])
            until = manifest["until_ms"]
            self.assertFalse(manifest["complete"])
            self.assertGreater(until, 0)
            whole = self.fetch_run(self.server.submit(
                self.simulating, "--set", f"steps.run.config.t_end={until + 1:.3f}")["id"])
            with h5py.File(whole) as w:
                count = int(np.sum(w["Spikes/t"][()] < until))
                for name in ("Spikes/t", "Spikes/gid"):
                    np.testing.assert_array_equal(part[name][()], w[name][:count])
                for label in part["LFP"]:
                    v = part[f"LFP/{label}/v"][()]
                    np.testing.assert_array_equal(v, w[f"LFP/{label}/v"][:len(v)])
        return until

    def assert_partial(self, job, events):
        task = self.server.task(job, "run")
        self.assertEqual(task["state"], "CANCELLED")
        self.assertTrue(task["partial"])
        self.assertIn("results.h5", task["outputs"])
        self.assert_log_is_whole(events)
        self.assert_prefix(self.fetch_run(job))

    def test_a_cancelled_run_leaves_what_it_has_shown(self):
        job = self.begin_long()
        with self.watch(job) as watch:
            self.wait_for_spikes(watch, 2)
            self.server.miv("cancel", job)
            events, code = watch.wait_for_end(60)
        self.assertEqual((events[-1]["state"], code), ("CANCELLED", 1))
        self.assert_partial(job, events)
        self.assert_shown(events, self.directory / job / "run" / "results.h5")
        # It is no result: the same run again is computed.
        self.assertFalse(self.server.task(self.server.submit(self.simulating)["id"], "run").get("partial", False))

    def test_killed_processes_leave_what_they_had(self):
        job = self.begin_long()
        with self.watch(job) as watch:
            self.wait_for_spikes(watch, 2)
            group = self.server.task(job, "run")["group"]
            kill(self.server.task(job, "run")["group_pid"])  # the shepherd
            for pid in self.server.workers(group):
                try:
                    kill(pid)
                except ProcessLookupError:
                    pass
            watch.wait_for_task("run", "QUEUED", 30, attempt=1)
            self.server.kill()
            self.server.start()
            self.server.miv("cancel", job)
            events, _ = watch.wait_for_end(60)
        self.assert_partial(job, events)

    def test_every_watcher_sees_everything_once(self):
        job = self.start()
        with self.watch(job) as whole:
            with self.watch(job) as first:
                self.wait_for_spikes(first)
                first.interrupt()
            begun = list(first.events)
            after = begun[-1]["sequence"]
            rest = self.server.miv("watch", job, "--json", "--after", after).stdout.splitlines()
            events, code = whole.wait_for_end(120)
        self.assertEqual(code, 0)
        path = self.fetch_run(job)
        self.assert_shown(events, path)
        self.assertEqual(begun + [json.loads(line) for line in rest], events)
        only = [json.loads(line) for line in self.server.miv("watch", job, "--spikes").stdout.splitlines()]
        self.assertEqual(only, [e for e in events if e["type"] == "spikes"])

    def test_a_second_attempt_shows_only_what_is_new(self):
        job = self.start()
        with self.watch(job) as watch:
            self.wait_for_spikes(watch)
            kill(self.server.workers(self.server.task(job, "run")["group"])[-1])
            events, code = watch.wait_for_end(180)
        self.assertEqual(code, 0)
        self.assertEqual(self.server.task(job, "run")["attempts"], 2)
        self.assertEqual({e["attempt"] for e in events if e["type"] == "spikes"}, {1, 2})
        self.assert_shown(events, self.fetch_run(job))


if __name__ == "__main__":
    harness.main()
