#pragma once

// Files made and read by h5py, an independent implementation of HDF5's layout.

#include <nlohmann/json.hpp>
#include <string>

namespace miv::neuroh5 {

/// "" if /usr/bin/python3 has h5py, else why not.
const std::string& MissingH5py();

/// Path of a file of odd_files.py, which is run once per process.
std::string OddFile(const std::string& name);

/// What dump.py prints about a file.
nlohmann::json DumpOf(const std::string& path);

}  // namespace miv::neuroh5

/// Skips the test, saying what is missing.
#define MIV_NEED_H5PY()                     \
  if (!miv::neuroh5::MissingH5py().empty()) \
  GTEST_SKIP() << miv::neuroh5::MissingH5py()
