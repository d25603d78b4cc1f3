#pragma once

// Whether fetched results are still those of the job.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "miv/v1/jobs.pb.h"

namespace miv::client {

enum class FileVerdict { kSame, kMissing, kChanged };

struct VerifiedFile {
  std::string step;
  std::string name;
  std::string path;
  FileVerdict verdict = FileVerdict::kSame;
};

/// Digests DIRECTORY/STEP/NAME for every output of the job, or of one step, and
/// compares.  Nothing is fetched.
/// Errors: NotFound for an unknown step; FailedPrecondition without results.
absl::StatusOr<std::vector<VerifiedFile>> VerifyFetched(
    const v1::Job& job, const std::string& step, const std::string& directory);

}  // namespace miv::client
