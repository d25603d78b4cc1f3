#pragma once

// The objects of any HDF5 file.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace miv::client {

struct H5Object {
  std::string path;  ///< "/LFP/soma/v"
  std::string type;  ///< "f64", "string", "enum"; empty for a group
  std::vector<std::uint64_t> shape;  ///< empty for a scalar or a group
  bool group = false;
};

/// Groups and datasets below `path` ("/" for all), depth first, by name.
/// Errors: NotFound, DataLoss if it is not an HDF5 file.
absl::StatusOr<std::vector<H5Object>> ListH5(const std::string& file,
                                             const std::string& path);

}  // namespace miv::client
