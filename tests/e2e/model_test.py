"""The example through the service: it fires as its README says, on several networks, and its controls behave."""
import shutil
import time

import h5py
import numpy as np

import harness

PIPELINE = harness.EXAMPLE / "pipeline.yaml"
SEEDS = (1, 2, 3)
CONTROLLED = 1  # seed of the network that the controls use
CONTROL_MS = 250
GIDS = {"STIM": range(0, 64), "PYR": range(64, 287), "PVBC": range(287, 380), "OLM": range(380, 401)}
# STIM: 512 expected spikes in 400 ms, three standard deviations of a Poisson count.
RATES_HZ = {"STIM": (17.3, 22.7), "PYR": (0.5, 15), "PVBC": (5, 80), "OLM": (1, 40)}
EXCITATORY = [("PYR", "STIM"), ("PYR", "PYR"), ("PVBC", "STIM"), ("PVBC", "PYR"), ("OLM", "PYR")]
INHIBITORY = [("PYR", "PVBC"), ("PYR", "OLM"), ("PVBC", "PVBC"), ("PVBC", "OLM"), ("OLM", "PVBC")]


class Spikes:
    """Spikes of one run."""

    def __init__(self, results):
        with h5py.File(results) as file:
            self.gid, self.t = file["Spikes/gid"][:], file["Spikes/t"][:]

    def trains(self, population, low, high):
        """One ascending array of times per cell, of low <= t < high."""
        inside = (self.t >= low) & (self.t < high)
        gid, t = self.gid[inside], self.t[inside]
        return [t[gid == g] for g in GIDS[population]]

    def rate_hz(self, population, low, high):
        return np.mean([len(train) for train in self.trains(population, low, high)]) / (high - low) * 1000

    def first(self, population):
        """First spike of each cell; NaN for a silent one."""
        return np.array([train[0] if len(train) else np.nan for train in self.trains(population, 0, np.inf)])

    def count_of_others_than(self, population):
        return int(np.isin(self.gid, GIDS[population], invert=True).sum())

    def pairs(self):
        return set(zip(self.gid.tolist(), self.t.tolist()))


def interval_variation(trains):
    """CV of the intervals of every cell with at least 5 spikes."""
    return np.array([np.std(np.diff(train), ddof=1) / np.mean(np.diff(train)) for train in trains if len(train) >= 5])


def without(projections, names):
    """Overrides that give the mechanisms `names` of projections (post, pre) the weight 0."""
    return [f"steps.run.config.synapses.{post}.{pre}.mechanisms.{name}.weight=0"
            for post, pre in projections for name in names]


class Microcircuit(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.base = {}
        for seed in SEEDS:
            job, cls.base[seed] = cls.simulate(seed)
            assert harness.computed(job), "a fresh network was expected"

    @classmethod
    def simulate(cls, seed, overrides=()):
        options = [word for override in overrides for word in ("--set", override)]
        start = time.monotonic()
        job = cls.server.submit(PIPELINE, "--seed", seed, *options)
        results = cls.server.fetch(job["id"], "run", cls.directory / job["id"]) / "results.h5"
        spikes = Spikes(results)
        shutil.rmtree(results.parent)
        print(f"seed {seed} {' '.join(overrides)[:60]}: {time.monotonic() - start:.1f} s, {len(spikes.t)} spikes", flush=True)
        return job, spikes

    def control(self, *overrides):
        """The same network for a shorter time with other settings, which concern the simulation alone."""
        job, spikes = self.simulate(CONTROLLED, (f"steps.run.config.t_end={CONTROL_MS}",) + overrides)
        self.assertEqual(harness.computed(job), {"run"})
        return spikes

    def test_populations_fire_at_their_rates(self):
        for seed, spikes in self.base.items():
            for population, (low, high) in RATES_HZ.items():
                rate = spikes.rate_hz(population, 100, 500)
                print(f"seed {seed} {population} {rate:.1f} Hz")
                self.assertTrue(low <= rate <= high, f"seed {seed}: {population} fires at {rate:.2f} Hz")

    def test_pyramidal_cells_take_part(self):
        for seed, spikes in self.base.items():
            active = np.mean([len(train) > 0 for train in spikes.trains("PYR", 100, 500)])
            self.assertGreaterEqual(active, 0.3, f"seed {seed}")

    def test_firing_is_irregular(self):
        for seed, spikes in self.base.items():
            cv = [interval_variation(spikes.trains(population, 100, 500)) for population in ("PYR", "PVBC", "OLM")]
            for population, values in zip(("PYR", "PVBC", "OLM"), cv):
                self.assertGreater(len(values), 0, f"seed {seed}: no {population} fires 5 times")
                self.assertGreater(values.mean(), 0.3, f"seed {seed}: {population}")

    def test_seeds_give_different_networks(self):
        one, two, three = (spikes.pairs() for spikes in self.base.values())
        self.assertTrue(one != two and two != three and one != three)

    def test_nothing_fires_without_input(self):
        spikes = self.control("steps.run.config.stimulus=[{population: STIM, rate: 0}]")
        self.assertEqual(len(spikes.t), 0)

    def test_only_the_input_fires_without_excitation(self):
        spikes = self.control(*without(EXCITATORY, ("AMPA", "NMDA")))
        self.assertGreater(len(spikes.t), 0)
        self.assertEqual(spikes.count_of_others_than("STIM"), 0)

    def test_pyramidal_cells_fire_more_without_inhibition(self):
        spikes = self.control(*without(INHIBITORY, ("GABA_A",)))
        ratio = spikes.rate_hz("PYR", 100, CONTROL_MS) / self.base[CONTROLLED].rate_hz("PYR", 100, CONTROL_MS)
        print(f"without inhibition: {ratio:.1f} times the rate")
        self.assertGreaterEqual(ratio, 1.5)

    def test_recurrent_excitation_matters(self):
        spikes = self.control(*without([("PYR", "PYR")], ("AMPA", "NMDA")))
        base = {pair for pair in self.base[CONTROLLED].pairs() if pair[1] < CONTROL_MS}
        kept = len(base & spikes.pairs()) / len(base)
        print(f"without PYR -> PYR: {kept:.2f} of the spikes stay")
        self.assertLess(kept, 0.999)
        stim = set(GIDS["STIM"])
        self.assertEqual({p for p in base if p[0] in stim}, {p for p in spikes.pairs() if p[0] in stim and p[1] < CONTROL_MS})

    def test_slower_axons_delay_the_first_inhibitory_spikes(self):
        spikes = self.control("steps.run.config.connection_velocity={STIM: 50, PYR: 50, PVBC: 50, OLM: 50}")
        shift = np.nanmedian(spikes.first("PVBC") - self.base[CONTROLLED].first("PVBC"))
        print(f"delays doubled: first PVBC spikes move by {shift:+.2f} ms")
        self.assertGreater(shift, 0)


if __name__ == "__main__":
    harness.main()
