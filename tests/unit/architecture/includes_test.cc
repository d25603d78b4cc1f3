// Who may include whom (docs/ARCHITECTURE.md), read off the sources.

#include <gtest/gtest.h>

#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/files.h"

namespace miv {
namespace {

struct Include {
  std::string file;  // relative to the root
  int line;
  std::string target;  // between the quotes or brackets
};

std::vector<Include> IncludesBelow(const std::string& folder) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"])");
  std::vector<Include> found;
  const std::string root = absl::StrCat(MIV_SOURCE_DIR, "/", folder);
  const auto files = ListFiles(root);
  EXPECT_TRUE(files.ok()) << files.status();
  for (const auto& file : files.value_or(std::vector<std::string>{})) {
    if (!absl::EndsWith(file, ".h") && !absl::EndsWith(file, ".cc")) continue;
    std::istringstream text(ReadFile(absl::StrCat(root, "/", file)).value());
    std::string line;
    for (int number = 1; std::getline(text, line); ++number) {
      std::smatch match;
      if (std::regex_search(line, match, kInclude))
        found.push_back({absl::StrCat(folder, "/", file), number, match[1]});
    }
  }
  return found;
}

bool StartsWithAny(const std::string& text,
                   const std::vector<std::string>& prefixes) {
  for (const auto& prefix : prefixes)
    if (absl::StartsWith(text, prefix)) return true;
  return false;
}

// No file below `folders` includes a header that starts with one of `banned`,
// unless the file's path starts with one of `except`.
void ExpectNoInclude(const std::vector<std::string>& folders,
                     const std::vector<std::string>& banned,
                     const std::vector<std::string>& except = {}) {
  int seen = 0;
  for (const auto& folder : folders) {
    for (const auto& include : IncludesBelow(folder)) {
      ++seen;
      if (StartsWithAny(include.file, except)) continue;
      EXPECT_FALSE(StartsWithAny(include.target, banned))
          << include.file << ":" << include.line << " includes "
          << include.target;
    }
  }
  EXPECT_GT(seen, 0) << "nothing was read";
}

const std::vector<std::string> kMpi = {"mpi.h"};
const std::vector<std::string> kHdf5 = {"hdf5.h", "H5"};
const std::vector<std::string> kNeuron = {
    "hocdec.h", "oc_ansi.h",  "section.h",  "multicore.h",
    "nrn",      "membfunc.h", "neuron/",    "hoc",
    "parse.hpp"};
const std::vector<std::string> kServices = {"grpc", "miv/v1/jobs.grpc",
                                            "miv/v1/workers.grpc",
                                            "miv/v1/artifacts.grpc"};

TEST(Includes, TheThreeProgramsMeetOnlyInProtoAndCommon) {
  ExpectNoInclude({"server"}, {"worker/", "client/"});
  ExpectNoInclude({"worker"}, {"server/", "client/"});
  ExpectNoInclude({"client"}, {"server/", "worker/"});
  ExpectNoInclude({"common"}, {"server/", "worker/", "client/"});
}

TEST(Includes, BuildKernelsArePure) {
  std::vector<std::string> banned = {"common/neuroh5/", "worker/parallel/",
                                     "fstream", "filesystem", "miv/v1/"};
  for (const auto* list : {&kMpi, &kHdf5, &kNeuron, &kServices})
    banned.insert(banned.end(), list->begin(), list->end());
  ExpectNoInclude({"worker/build/geometry", "worker/build/morphology",
                   "worker/build/synapses", "worker/build/connectivity",
                   "worker/build/inputs"},
                  banned);
}

TEST(Includes, NeuronHeadersStayInTheBridge) {
  ExpectNoInclude({"common", "server", "client", "worker"}, kNeuron,
                  {"worker/simulate/neuron/"});
}

TEST(Includes, PythonStaysInItsPlugin) {
  ExpectNoInclude({"common", "server", "client", "worker"}, {"Python.h"},
                  {"worker/simulate/python/"});
}

TEST(Includes, MpiStaysInParallelAndMain) {
  ExpectNoInclude({"common", "server", "client", "worker"}, kMpi,
                  {"worker/parallel/", "worker/main/"});
}

TEST(Includes, SqliteStaysInTheStore) {
  ExpectNoInclude({"common", "server", "client", "worker"}, {"sqlite3"},
                  {"server/store/"});
}

TEST(Includes, ServicesAreSpokenInRpcAgentAndClientOnly) {
  ExpectNoInclude({"common", "server", "worker"},
                  {"miv/v1/jobs.grpc", "miv/v1/workers.grpc",
                   "miv/v1/artifacts.grpc"},
                  {"server/rpc/", "worker/agent/", "worker/main/"});
}

TEST(Includes, TheCoordinatorKnowsNoMpiNoHdf5NoNeuron) {
  for (const auto& banned : {kMpi, kHdf5, kNeuron})
    ExpectNoInclude({"server"}, banned);
}

}  // namespace
}  // namespace miv
