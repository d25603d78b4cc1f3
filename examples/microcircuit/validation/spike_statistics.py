"""Firing statistics of one population in a window."""

import numpy as np

WINDOW_MS = (100.0, 500.0)
CV_SPIKES = 5  # least spikes of a cell for a CV


class Statistics:
    """trains: one ascending array of spike times (ms) per cell."""

    def __init__(self, trains: list[np.ndarray]) -> None:
        low, high = WINDOW_MS
        self._trains = [train[(train >= low) & (train < high)] for train in trains]
        seconds = (high - low) / 1000
        rates = np.array([len(train) / seconds for train in self._trains])
        self.rate = rates.mean()
        self.highest_rate = rates.max()
        self.active = (rates > 0).mean()
        self.cvs = np.array(
            [
                np.std(np.diff(train), ddof=1) / np.mean(np.diff(train))
                for train in self._trains
                if len(train) >= CV_SPIKES
            ]
        )
        counts = self._counts(5.0)
        total = counts.sum(axis=0)
        self.fano = total.var() / total.mean() if total.any() else float("nan")
        self.fullest_bin = total.max() / len(self._trains)
        self.correlation = self._pairwise(self._counts(10.0))

    def _counts(self, width_ms: float) -> np.ndarray:
        """[cells, bins]"""
        low, high = WINDOW_MS
        edges = np.linspace(low, high, round((high - low) / width_ms) + 1)
        return np.array([np.histogram(train, edges)[0] for train in self._trains])

    @staticmethod
    def _pairwise(counts: np.ndarray) -> float:
        """Mean correlation over all pairs of cells whose count varies."""
        counts = counts[counts.std(axis=1) > 0]
        if len(counts) < 2:
            return float("nan")
        matrix = np.corrcoef(counts)
        return float(matrix[np.triu_indices(len(counts), 1)].mean())
