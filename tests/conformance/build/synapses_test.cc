// Numbers of synapses on the published cells, against expectations computed
// independently (closed form for the corrected process, Monte Carlo for the
// original one).

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <tuple>

#include "tests/conformance/build/rc_separation.h"
#include "worker/build/synapses/synapse_placement.h"

namespace miv::build {
namespace {

using namespace rc_separation;  // NOLINT: the vocabulary of this test

using Category = std::tuple<int, int, int>;  // class, type, layer

struct Count {
  double sum = 0, squares = 0;
};

class PublishedSynapses : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Available()) GTEST_SKIP() << "no case files at " << SwcPath("PYR");
  }

  // Places on `cells_` cells; fills by_category_ and total_.
  void Place(const std::string& population, int cells,
             const SynapseOptions& options) {
    const auto plan = SynapsePlan::Create(Geometry(population),
                                          Densities(population), options);
    ASSERT_TRUE(plan.ok()) << plan.status();
    cells_ = cells;
    SynapseTable table;
    for (int gid = 0; gid < cells; ++gid) {
      table.Clear();
      plan->Place(0, static_cast<std::uint32_t>(gid), table);
      std::map<Category, int> counts;
      for (std::size_t i = 0; i < table.size(); ++i)
        ++counts[{table.swc_types[i], table.types[i], table.layers[i]}];
      for (const auto& [category, n] : counts) Add(by_category_[category], n);
      Add(total_, static_cast<double>(table.size()));
    }
  }

  static void Add(Count& count, double n) {
    count.sum += n;
    count.squares += n * n;
  }

  // The mean within 4 standard errors, the sd as observed; the table's numbers
  // are rounded to half of `unit`.
  void ExpectMean(const Count& count, double mean, double unit) const {
    const double observed = count.sum / cells_;
    const double variance = count.squares / cells_ - observed * observed;
    EXPECT_NEAR(observed, mean, 4 * std::sqrt(variance / cells_) + unit / 2);
  }
  void ExpectMean(const Category& category, double mean, double unit) const {
    const auto found = by_category_.find(category);
    ASSERT_NE(found, by_category_.end());
    ExpectMean(found->second, mean, unit);
  }
  void ExpectSd(double sd) const {
    const double mean = total_.sum / cells_;
    const double variance = total_.squares / cells_ - mean * mean;
    EXPECT_NEAR(std::sqrt(variance), sd, 4 * sd / std::sqrt(2.0 * cells_));
  }

  int cells_ = 0;
  std::map<Category, Count> by_category_;
  Count total_;
};

TEST_F(PublishedSynapses, PyramidalCellCorrected) {
  Place("PYR", 100, {});
  ExpectMean({kApical, kExcitatory, kSLM}, 4188.4, 0.1);
  ExpectMean({kApical, kExcitatory, kSR}, 5560.0, 0.1);
  ExpectMean({kApical, kInhibitory, kSLM}, 762.7, 0.1);
  ExpectMean({kApical, kInhibitory, kSR}, 213.6, 0.1);
  ExpectMean({kBasal, kExcitatory, kSO}, 10078.4, 0.1);
  ExpectMean({kBasal, kInhibitory, kSO}, 442.4, 0.1);
  ExpectMean({kSoma, kExcitatory, kSP}, 1.4, 0.1);
  ExpectMean({kSoma, kInhibitory, kSP}, 3.7, 0.1);
  ExpectMean({kAis, kInhibitory, kSP}, 34.0, 0.1);
  EXPECT_EQ(by_category_.size(), 9u);  // none in apical SP, none on the axon
  ExpectMean(total_, 21285, 1);
  ExpectSd(206);
}

TEST_F(PublishedSynapses, BasketCellCorrected) {
  Place("PVBC", 300, {});
  ExpectMean({kApical, kExcitatory, kSLM}, 953.3, 0.1);
  ExpectMean({kApical, kExcitatory, kSR}, 1109.3, 0.1);
  ExpectMean({kApical, kInhibitory, kSLM}, 180.7, 0.1);
  ExpectMean({kApical, kInhibitory, kSR}, 45.8, 0.1);
  ExpectMean({kBasal, kExcitatory, kSO}, 2166.0, 0.1);
  ExpectMean({kBasal, kInhibitory, kSO}, 2064.0, 0.1);
  ExpectMean({kSoma, kExcitatory, kSP}, 8.0, 0.1);
  ExpectMean({kSoma, kInhibitory, kSP}, 3.8, 0.1);
  EXPECT_EQ(by_category_.size(), 8u);
  ExpectMean(total_, 6531, 1);
  ExpectSd(92);
}

TEST_F(PublishedSynapses, OlmCellCorrected) {
  Place("OLM", 300, {});
  ExpectMean({kBasal, kExcitatory, kSO}, 2820.5, 0.1);
  ExpectMean({kBasal, kInhibitory, kSO}, 830.5, 0.1);
  EXPECT_EQ(by_category_.size(), 2u);  // none on the soma
  ExpectMean(total_, 3651, 1);
  ExpectSd(74);
}

// The original's process with the density of the last layer listed.
class OriginalSynapses : public PublishedSynapses {
 protected:
  void Place(const std::string& population, int cells) {
    SynapseOptions original;
    original.point_process = PointProcess::kOriginal;
    original.density_semantics = DensitySemantics::kLastLayer;
    PublishedSynapses::Place(population, cells, original);
  }

  // The tabled means come from a Monte Carlo run of unknown length, so they are
  // granted the error that as many cells as here would have.
  void ExpectTabled(const Category& category, double mean, double sd) const {
    ExpectMean(category, mean, 8 * sd / std::sqrt(cells_));
    const Count& count = by_category_.at(category);
    const double observed = count.sum / cells_;
    EXPECT_NEAR(std::sqrt(count.squares / cells_ - observed * observed), sd,
                5 * sd / std::sqrt(2.0 * cells_) + 0.5);
  }
};

TEST_F(OriginalSynapses, OnPyramidalCells) {
  Place("PYR", 200);
  ExpectTabled({kApical, kExcitatory, kSLM}, 16400, 137);
  ExpectTabled({kApical, kExcitatory, kSR}, 5563, 85);
  ExpectTabled({kApical, kInhibitory, kSLM}, 635, 57);
  ExpectTabled({kApical, kInhibitory, kSR}, 228, 38);
  ExpectTabled({kBasal, kExcitatory, kSO}, 10080, 115);
  ExpectTabled({kBasal, kInhibitory, kSO}, 455, 50);
  ExpectTabled({kSoma, kExcitatory, kSP}, 2.9, 1.4);
  ExpectTabled({kSoma, kInhibitory, kSP}, 5.1, 2.2);
  ExpectTabled({kAis, kInhibitory, kSP}, 34.8, 6.6);
  EXPECT_EQ(by_category_.size(), 9u);
  ExpectMean(total_, 33403, 8 * 217 / std::sqrt(200.0));
  ExpectSd(217);
}

TEST_F(OriginalSynapses, OnBasketCells) {
  Place("PVBC", 300);
  ExpectTabled({kApical, kExcitatory, kSLM}, 2763, 56);
  ExpectTabled({kApical, kExcitatory, kSR}, 1106, 37);
  ExpectTabled({kApical, kInhibitory, kSLM}, 99, 24);
  ExpectTabled({kApical, kInhibitory, kSR}, 42, 14);
  ExpectTabled({kBasal, kExcitatory, kSO}, 2149, 50);
  ExpectTabled({kBasal, kInhibitory, kSO}, 2051, 48);
  ExpectMean({kSoma, kExcitatory, kSP}, 7.9, 8 * 3 / std::sqrt(300.0));
  ExpectMean({kSoma, kInhibitory, kSP}, 3.8, 8 * 2 / std::sqrt(300.0));
  EXPECT_EQ(by_category_.size(), 8u);
  ExpectMean(total_, 8221, 8 * 103 / std::sqrt(300.0));
  ExpectSd(103);
}

TEST_F(OriginalSynapses, OnOlmCells) {
  Place("OLM", 300);
  ExpectTabled({kBasal, kExcitatory, kSO}, 2808, 62);
  ExpectTabled({kBasal, kInhibitory, kSO}, 830, 39);
  EXPECT_EQ(by_category_.size(), 2u);
  ExpectMean(total_, 3638, 8 * 73 / std::sqrt(300.0));
}

}  // namespace
}  // namespace miv::build
