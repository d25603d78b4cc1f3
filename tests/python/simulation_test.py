"""Simulations from Python: launched, watched, cancelled, taken up again, and their results as arrays."""
import io
import os
import signal
import subprocess
import sys
import warnings
from contextlib import redirect_stderr

import h5py
import harness
import numpy as np
import setting

import miv
from miv import errors, get

T_END_MS = 20
RUN = {"templates": "simulation/templates", "mechanisms": "simulation/mechanisms", "t_end": T_END_MS,
       "stimulus": [{"population": "STIM", "times": [2.0, 7.0, 12.0]}],
       "lfp": [{"label": "SP", "pos": [45, 45, 30]}, {"label": "SR", "pos": [45, 45, 80], "dt_lfp": 0.2}],
       "record": [{"label": "soma", "population": "PYR", "limit": 3}]}


class Simulation(setting.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", miv.MivWarning)
            cls.graph = setting.run_script("build_network.py", setting.SMALLER)["graph"]
        cls.config = {**cls.graph.files(), **RUN}
        cls.done = get("simulation", cls.config, uses=cls.graph)
        cls.events = list(cls.done.watch())

    def test_watching_shows_every_event_once_to_the_end(self):
        self.assertEqual([event.sequence for event in self.events], list(range(1, len(self.events) + 1)))
        self.assertEqual(self.events[-1].type, "end")
        types = {event.type for event in self.events if event.step == "simulation"}
        self.assertLessEqual({"task_state", "progress", "artifact"}, types)
        self.assertEqual([event.sequence for event in self.done.watch(after_sequence=3)][:2], [4, 5])

    def test_progress_ends_at_one(self):
        progress = self.done.progress()
        self.assertEqual((progress.state, progress.fraction), ("SUCCEEDED", 1.0))
        self.assertIn("progress", progress._repr_html_())
        self.assertIsNone(get("simulation", self.config, uses=self.graph).progress())

    def test_readouts_are_time_and_value(self):
        readout = self.done.readout()
        self.assertEqual(readout.shape, (201, 2))  # floor(20 / 0.1) + 1
        np.testing.assert_allclose(readout[:, 0], np.arange(201) * 0.1, atol=1e-9)
        self.assertEqual(self.done.readout("SR").shape, (101, 2))
        self.assertGreater(np.abs(readout[:, 1]).max(), 0)
        with self.assertRaisesRegex(errors.NoSuchOutput, "readout_SR.npy"):
            self.done.readout("SLM")

    def test_spikes_are_those_of_the_file(self):
        spikes = self.done.spikes()
        with h5py.File(self.done.output_filepath, "r") as file:
            np.testing.assert_array_equal(spikes.t, file["Spikes/t"][()])
            np.testing.assert_array_equal(spikes.gid, file["Spikes/gid"][()])
        self.assertTrue((np.diff(spikes.t) >= 0).all())
        stim = self.done.spikes("STIM")
        self.assertEqual(len(stim), 12 * 3)  # 12 sources, 3 times each, as given
        np.testing.assert_allclose(np.unique(stim.t), [2, 7, 12])
        with self.assertRaises(errors.UnknownPopulation):
            self.done.spikes("GC")
        self.assertEqual(repr(stim), "Spikes(gid=uint32[36], t=float64[36])")

    def test_voltages_are_traces(self):
        soma = self.done.voltages()
        self.assertEqual((soma.label, soma.variable, soma.unit), ("soma", "v", "mV"))
        self.assertEqual(soma.value.shape, (len(soma.t), 3))
        self.assertEqual(list(soma.gid), sorted(soma.gid))
        self.assertTrue((soma.gid >= 12).all() and (soma.gid < 32).all())
        np.testing.assert_allclose(soma.value[0], -65, atol=1e-9)  # v_init
        with self.assertRaises(errors.NotInFile):
            self.done.voltages("dendrite")

    def test_electrodes_split_by_population(self):
        with self.done.results() as results:
            self.assertEqual(results.labels("LFP"), ["SP", "SR"])
            lfp = results.lfp("SP")
        np.testing.assert_allclose(lfp.position, [45, 45, 30])
        np.testing.assert_allclose(sum(lfp.by_population.values()), lfp.v, atol=1e-9)

    def test_launching_again_reuses_the_run_and_a_new_parameter_rebuilds_nothing(self):
        again = get("simulation", self.config, uses=self.graph)
        self.assertTrue(again.cached())
        self.assertEqual(again.launch().spikes().t.tolist(), self.done.spikes().t.tolist())
        stronger = get("simulation", [self.config, {"synapses.PYR.STIM.mechanisms.default.AMPA.g_unit": 1e-3}], uses=self.graph)
        self.assertEqual([step["step"] for step in stronger.plan() if not step["cached"]], ["simulation"])

    def test_the_config_holds_what_the_graph_implies(self):
        self.assertEqual(self.done.config.dt, 0.025)
        self.assertIn("PYR", self.done.config.synapses)
        self.assertIs(self.done.config.cells.component, self.graph)

    def test_cancelling_ends_a_run(self):
        long = get("simulation", [self.config, {"t_end": 1_000_000}], uses=self.graph).launch(wait=False)
        for event in long.watch():
            if event.type == "progress":
                self.assertIn(long.progress().state, ("LAUNCHING", "RUNNING"))
                long.cancel("enough")
        self.assertEqual(long.progress().state, "CANCELLED")
        with self.assertRaises(miv.MivError):
            long.wait()

    def test_control_c_detaches_and_the_run_goes_on(self):
        script = f"""
import sys
sys.path[:0] = {sys.path[:3] + [str(harness.BIN.parent / "python")]!r}
from miv import get
print("ready", flush=True)
get("simulation", {{**{RUN!r}, "t_end": 1000000, "cells": {self.graph.files()["cells"].digest!r},
    "connections": {self.graph.files()["connections"].digest!r}, "cell_types": "from_file('simulation/config/cell_types.yml')",
    "synapses": "from_file('simulation/config/synapses.yml')"}}).launch()
"""
        process = subprocess.Popen(["/usr/bin/python3", "-u", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "MIV_PROGRESS": "plain"})
        self.addCleanup(process.kill)
        harness.wait_until(lambda: self.running_job() or process.poll() is not None, 60, "a simulation that runs")
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=30)[1]
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("goes on", said)
        self.assertIn("KeyboardInterrupt", said)
        job = self.running_job()
        self.assertIn(job, said)
        self.client.cancel(job)

    def running_job(self):
        """Id of the job that simulates."""
        from miv.v1 import events_pb2, jobs_pb2

        jobs = self.client._jobs.ListJobs(jobs_pb2.ListJobsRequest(state=events_pb2.JOB_STATE_RUNNING), metadata=self.client._metadata)
        for job in jobs.jobs:
            if any(task.state == events_pb2.TASK_STATE_RUNNING for task in self.client.job(job.id).tasks):
                return job.id
        return ""

    def test_a_watch_survives_a_restart_of_the_server(self):
        long = get("simulation", [self.config, {"t_end": 1_000_000, "seed": 3}], uses=self.graph).launch(wait=False)
        sequences, restarted = [], False
        for event in long.watch():
            sequences.append(event.sequence)
            if event.type == "progress" and not restarted:
                restarted = True
                self.server.kill()
                self.server.start()
                long.cancel()
        self.assertTrue(restarted)
        self.assertEqual(sequences, list(range(1, len(sequences) + 1)))

    def test_a_failing_step_is_an_error_with_its_reason(self):
        with self.assertRaises(miv.MivError) as caught:
            get("simulation", [self.config, {"record": [{"variable": "no_such_variable", "population": "PYR"}]}], uses=self.graph).launch()
        self.assertIn("no_such_variable", str(caught.exception))
        self.assertIsNot(type(caught.exception), miv.MivError)

    def test_plain_lines_tell_what_runs(self):
        os.environ["MIV_PROGRESS"] = "plain"
        self.addCleanup(os.environ.__setitem__, "MIV_PROGRESS", "off")
        said = io.StringIO()
        with redirect_stderr(said):
            get("simulation", [self.config, {"seed": 9}], uses=self.graph).launch()
        self.assertRegex(said.getvalue(), r"miv: simulation: succeeded after \d+\.\d s")
        self.assertNotIn("h5_types", said.getvalue())


if __name__ == "__main__":
    harness.main()
