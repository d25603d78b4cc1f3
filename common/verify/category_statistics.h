#pragma once

// How many synapses of each kind there are, where they lie, and how they are
// dealt to the projections.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/verify/cell_shape.h"
#include "common/verify/network.h"
#include "common/verify/synapse_scan.h"

namespace miv::verify {

/// Synapses of a type on a class of sections in a layer.
struct Category {
  int section = 0, type = 0, layer = 0;
  auto operator<=>(const Category&) const = default;
};

/// "PYR apical excitatory 8".
std::string CategoryText(const std::string& population,
                         const Category& category);

/// synapse_count and synapse_spread of a population with densities.
class DensityStatistics {
 public:
  DensityStatistics(std::string population,
                    const SynapseExpectations& expected);
  void Take(const CellSynapses& cell, const CellShape& shape,
            std::uint64_t shape_key);
  void Report(const Work& work) const;

 private:
  static constexpr std::size_t kLocBins = 10;
  struct Sums {
    double observed = 0;
    double low = 0, high = 0, variance = 0;
    /// By place along sections of one layer.
    std::array<double, kLocBins> places{};
  };
  void AddCount(const Work& work, const Category& category,
                const Sums& sums) const;
  void AddSpread(const Work& work, const Category& category,
                 const Sums& sums) const;

  std::string population_;
  const SynapseExpectations& expected_;
  std::map<Category, Sums> sums_;
  std::map<int, double> longest_;  ///< section of a class, um
  std::uint64_t last_key_ = 0;
  std::vector<CategoryExpectation> of_last_;  ///< of the shape last seen
  bool any_ = false;
  std::uint64_t cells_ = 0;
};

/// projection_share and projection_share_by_cell of the projections onto a
/// population.  Given the synapses, each is dealt independently with the
/// proportions of the projections that take its category.
class ShareStatistics {
 public:
  /// sources: names, in the order of the indices below.
  ShareStatistics(std::string population, std::vector<std::string> sources,
                  const ConnectionExpectations& expected);

  /// Proportion of a source in a category, 0 if it takes none.
  double Share(const Category& category, std::size_t source);

  void Begin();
  /// source: -1 for a synapse without an edge.
  void Synapse(const Category& category, int source);
  void End();
  void Report(const Work& work) const;

 private:
  struct Sums {
    double hits = 0, trials = 0;
    double squares = 0, cells = 0;  ///< of the cells' own z
  };
  const std::vector<double>& SharesOf(const Category& category);

  std::string population_;
  std::vector<std::string> sources_;
  const ConnectionExpectations& expected_;
  std::map<Category, std::vector<double>> shares_;  ///< by source, sum 1 or 0
  std::map<Category, std::vector<double>> cell_;    ///< by source, then without
  std::map<Category, std::vector<Sums>> sums_;      ///< by source
};

}  // namespace miv::verify
