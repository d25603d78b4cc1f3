#pragma once

// Results of a job as files: DIRECTORY/STEP/NAME.

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection.h"
#include "client/transfer.h"
#include "miv/v1/jobs.pb.h"

namespace miv::client {

struct FetchedFile {
  std::string step;
  std::string name;
  std::string path;
  std::string digest;
  std::int64_t size = 0;
  bool already_there = false;  ///< with the right digest: nothing was moved
};

struct FetchOptions {
  std::string step;  ///< empty: every step that has results
  std::string directory;
  TransferCallback progress;
  std::function<void(const FetchedFile&)> on_file;  ///< as each one is complete
  std::stop_token stop;
};

/// Brings the outputs of a job's steps; a directory output becomes a
/// directory.  Interrupted files are gone on with.
/// Errors: NotFound for an unknown step; FailedPrecondition if there are no
/// results (yet); as DownloadFile.
absl::StatusOr<std::vector<FetchedFile>> Fetch(Connection& connection,
                                               const v1::Job& job,
                                               const FetchOptions& options);

/// The tasks that have outputs: of all steps, or of `step` if it is not empty.
/// Errors: as Fetch.
absl::StatusOr<std::vector<const v1::Task*>> TasksWithResults(
    const v1::Job& job, const std::string& step);

/// NotFound, with the step that was probably meant.
absl::Status UnknownStep(const std::string& job, const std::string& step,
                         const std::vector<std::string>& known);

}  // namespace miv::client
