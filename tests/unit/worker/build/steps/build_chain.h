#pragma once

// Runs the build steps of a pipeline one after the other, as a worker would.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/pipeline/resolve.h"
#include "worker/build/steps/geometry_provider.h"
#include "worker/parallel/ranks.h"
#include "worker/step/step.h"

namespace miv::worker {

/// Keeps what steps say; never cancels unless told to.
class RecordingObserver final : public StepObserver {
 public:
  void Progress(absl::string_view phase, double done, double total,
                absl::string_view unit) override;
  void Log(absl::string_view) override {}
  void Warning(absl::string_view text) override { warnings.emplace_back(text); }
  bool Cancelled() override { return polls++ >= polls_before_cancel; }

  std::vector<std::string> warnings;
  std::map<std::string, double> progress;  ///< last share done, by phase
  std::vector<std::string> amounts;        ///< "PHASE DONE/TOTAL UNIT"
  long polls_before_cancel = 1L << 60;
  long polls = 0;
};

/// A pipeline whose relative paths start at `directory`.
struct Chain {
  pipeline::ResolvedPipeline pipeline;
  std::string directory;
};

absl::StatusOr<Chain> LoadChain(const std::string& pipeline_file);

/// Runs one step into output/STEP; inputs come from output/PRODUCER or from the
/// chain's directory.  Collective.
absl::StatusOr<nlohmann::json> RunStep(const Chain& chain,
                                       const pipeline::ResolvedStep& step,
                                       const std::string& output,
                                       parallel::Ranks& ranks,
                                       GeometryProvider& geometry,
                                       StepObserver& observer);

/// Runs every step but simulations, dependencies first; returns the reports by
/// step.  Collective.
absl::StatusOr<std::map<std::string, nlohmann::json>> RunChain(
    const Chain& chain, const std::string& output, parallel::Ranks& ranks,
    GeometryProvider& geometry, StepObserver& observer);

/// Digest of every file below a directory, by relative path.
absl::StatusOr<std::map<std::string, std::string>> DigestsBelow(
    const std::string& directory);

}  // namespace miv::worker
