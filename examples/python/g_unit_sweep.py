"""How the strength of the stimulus' synapses on pyramidal cells sets their rate: one build, one simulation per strength.

Run it after build_network.py, in the same directory: the network is found in the server's cache, and so is every strength that was
simulated before.
"""
from build_network import graph

import miv
from miv import get

T_END_MS = 500
G_UNIT_US = [0.5e-4, 1.0e-4, 1.7e-4, 3.0e-4]

base = {
    **graph.files(),
    "templates": "./simulation/templates",
    "mechanisms": "./simulation/mechanisms",
    "t_end": T_END_MS,
    "stimulus": [{"population": "STIM", "rate": 20}],
}
runs = {
    g_unit: get(
        "simulation",
        [base, {"synapses.PYR.STIM.mechanisms.default.AMPA.g_unit": g_unit}],
        uses=graph,
    )
    for g_unit in G_UNIT_US
}
to_build = {step["step"] for run in runs.values() for step in run.plan() if not step["cached"]}
miv.launch(list(runs.values()))

with miv.h5.Cells(graph.files()["cells"]) as cells:
    pyramidal = cells.populations()["PYR"]
rates_hz = {g_unit: len(run.spikes("PYR")) / pyramidal.count / T_END_MS * 1e3 for g_unit, run in runs.items()}
for g_unit, rate in rates_hz.items():
    print(f"g_unit {g_unit:.1e} uS: PYR fire at {rate:.2f} Hz")
