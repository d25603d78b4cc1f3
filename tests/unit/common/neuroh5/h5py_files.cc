#include "tests/unit/common/neuroh5/h5py_files.h"

#include <stdlib.h>

#include <cstdio>
#include <filesystem>

#include "common/base/subprocess.h"
#include "gtest/gtest.h"

namespace miv::neuroh5 {
namespace {

constexpr char kPython[] = "/usr/bin/python3";
constexpr char kScripts[] = MIV_SOURCE_DIR "/tests/unit/common/neuroh5/";

/// A directory of this process, removed at its end.
class Directory {
 public:
  Directory() {
    std::string path = testing::TempDir() + "/neuroh5_XXXXXX";
    if (mkdtemp(path.data()) != nullptr) path_ = path;
    const auto made =
        RunProcess({kPython, std::string(kScripts) + "odd_files.py", path_});
    if (!made.ok() || made->exit_code != 0)
      std::fprintf(stderr, "odd_files.py: %s\n",
                   made.ok() ? made->err.c_str() : "cannot run");
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

const std::string& MissingH5py() {
  static const std::string missing = [] {
    const auto probe = RunProcess({kPython, "-c", "import h5py, numpy"});
    if (!probe.ok()) return std::string("needs /usr/bin/python3");
    return std::string(probe->exit_code == 0 ? "" : "needs python3-h5py");
  }();
  return missing;
}

std::string OddFile(const std::string& name) {
  static const Directory directory;
  return directory.path() + "/" + name + ".h5";
}

nlohmann::json DumpOf(const std::string& path) {
  ProcessOptions options;
  options.output_limit = std::size_t{64} << 20;
  const auto dump =
      RunProcess({kPython, std::string(kScripts) + "dump.py", path}, options);
  if (!dump.ok() || dump->exit_code != 0) {
    ADD_FAILURE() << "dump.py: " << (dump.ok() ? dump->err : "cannot run");
    return {};
  }
  return nlohmann::json::parse(dump->out);
}

}  // namespace miv::neuroh5
