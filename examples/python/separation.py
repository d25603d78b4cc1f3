"""The separation property of a network as a liquid state machine, after Maass, Natschlaeger and Markram (2002), Neural Comput. 14:2531.

Pairs of input spike trains at given distances drive the same network; the farther apart the inputs, the farther apart should be the
states that they leave.  The state is the LFP of one electrode.  The distance of two trains is theirs: the L2 norm of the difference of
the trains convolved with a Gaussian of width TAU_MS, divided by the square root of their length.

Run it after build_network.py, in the same directory; it draws separation.png.
"""
import matplotlib.pyplot as plt
import numpy as np
from build_network import graph

import miv
from miv import get

T_END_MS = 500
TRIALS = 4
RATE_HZ = 20.0
TAU_MS = 5.0
JITTERS_MS = [0.0, 5.0, 20.0, 80.0]
SOURCES = 64


def convolved(train, t):
    """The train as a sum of unit Gaussians."""
    return np.exp(-(((t[:, None] - np.asarray(train)[None, :]) / TAU_MS) ** 2)).sum(axis=1)


def distance(one, other):
    """Mean over the sources."""
    t = np.arange(0, T_END_MS, 1.0)
    return float(np.mean([np.sqrt(np.mean((convolved(a, t) - convolved(b, t)) ** 2)) for a, b in zip(one, other)]))


def moved(trains, jitter_ms, random):
    """Every spike by a normal deviate, kept within the run."""
    return [sorted(np.clip(train + random.normal(0, jitter_ms, len(train)), 0.5, T_END_MS - 0.5).tolist()) for train in trains]


def simulation(trains):
    return get(
        "simulation",
        {
            **graph.files(),
            "templates": "./simulation/templates",
            "mechanisms": "./simulation/mechanisms",
            "t_end": T_END_MS,
            "stimulus": [{"population": "STIM", "times": trains}],
            "lfp": [{"label": "SP", "pos": [100, 100, 30]}],
        },
        uses=graph,
    )


pairs = []
for trial in range(TRIALS):
    random = np.random.default_rng(trial)
    first = [np.sort(random.uniform(0.5, T_END_MS - 0.5, random.poisson(RATE_HZ * T_END_MS * 1e-3))) for _ in range(SOURCES)]
    first = [train.tolist() for train in first]
    for jitter in JITTERS_MS:
        second = moved([np.asarray(train) for train in first], jitter, random)
        pairs.append((jitter, distance(first, second), simulation(first), simulation(second)))
miv.launch([run for _, _, one, other in pairs for run in (one, other)])

separation = {}  # jitter -> (distance of the inputs, distance of the states [n]), means over the trials
for jitter in JITTERS_MS:
    own = [(input_distance, one.readout(), other.readout()) for of, input_distance, one, other in pairs if of == jitter]
    states = np.mean([np.abs(one[:, 1] - other[:, 1]) for _, one, other in own], axis=0)
    separation[jitter] = (np.mean([input_distance for input_distance, _, _ in own]), states * 1e3)
t_ms = pairs[0][2].readout()[:, 0]

ax = plt.subplots(figsize=(8, 3.5), layout="constrained")[1]
for jitter, (input_distance, states) in separation.items():
    ax.plot(t_ms, states, linewidth=0.9, label=f"{input_distance:.2f}")
ax.set_xlabel("time (ms)")
ax.set_ylabel("state distance (µV)")
ax.legend(title="input distance", frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
for side in ("top", "right"):
    ax.spines[side].set_visible(False)
ax.figure.savefig("separation.png", dpi=120)
