#pragma once

// Spikes of a network: one band per population, rates below.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/plot/figure.h"
#include "client/results/results.h"

namespace miv::client {

struct RasterOptions {
  FigureOptions figure;
  std::string title;
  std::vector<std::string> populations;  ///< empty: all
};

/// Spikes of one population in a window of time.
struct BandStatistics {
  std::size_t spikes = 0;
  double rate_hz = 0;  ///< mean over cells and time
};

/// Bands in order of the populations.  window_ms > 0.
std::vector<BandStatistics> StatisticsOf(
    const SpikeTrains& trains, const std::vector<PopulationRange>& populations,
    double from_ms, double to_ms);

/// Mean rate per cell, Hz, in bins of bin_ms from from_ms on; the last bin may
/// reach beyond to_ms and counts only the time before it.
std::vector<double> RateHistogram(const SpikeTrains& trains,
                                  const PopulationRange& population,
                                  double from_ms, double to_ms, double bin_ms);

/// The gnuplot script.
/// Errors: NotFound for an unknown population; InvalidArgument for an empty
/// window of time; as Preamble.
absl::StatusOr<std::string> RasterScript(const SpikeTrains& trains,
                                         const RasterOptions& options);

}  // namespace miv::client
