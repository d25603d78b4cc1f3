#pragma once

// The table of connections that a simulation writes on request.

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/connection.h"
#include "miv/v1/jobs.pb.h"

namespace miv::client {

/// Calls `on_line` with the heading of the step's netcons.tsv and with each row
/// whose first column (post_gid) is among `gids`; empty: all rows.
/// Errors: NotFound for an unknown step; FailedPrecondition NO_NETCONS, with
/// what to set, if the step did not write the table; as DownloadFile.
absl::Status ExportNetcons(
    Connection& connection, const v1::Job& job, const std::string& step,
    const std::vector<std::int64_t>& gids, const std::stop_token& stop,
    const std::function<void(const std::string&)>& on_line);

}  // namespace miv::client
