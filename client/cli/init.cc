// miv init: a model directory to begin with.

#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/verbs.h"
#include "client/starter/files.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::string directory;
};

absl::Status CheckIsFree(const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) return absl::OkStatus();
  if (std::filesystem::is_directory(directory, error) &&
      std::filesystem::is_empty(directory, error) && !error)
    return absl::OkStatus();
  return InvalidInput({.reason = "DIRECTORY_IN_USE",
                       .file = directory,
                       .what = "there is something already",
                       .expected = "a new or an empty directory",
                       .remedy = "Name another one."});
}

absl::StatusOr<int> Init(Program& program, const Options& options) {
  const std::string& directory = options.directory;
  MIV_RETURN_IF_ERROR(CheckIsFree(directory));
  auto written = nlohmann::json::array();
  for (const StarterFile& file : StarterFiles()) {
    const std::string path = JoinPath(directory, file.path);
    MIV_RETURN_IF_ERROR(
        MakeDirectories(std::filesystem::path(path).parent_path().string()));
    MIV_RETURN_IF_ERROR(WriteFileAtomically(path, file.text));
    written.push_back(file.path);
  }
  if (program.json) {
    program.PrintJson({{"directory", directory}, {"files", written}});
    return kExitDone;
  }
  program.io().out << "a model of " << written.size() << " files is in "
                   << directory << "; its README.md says what they are\n"
                   << "  next   miv up\n"
                   << "         miv submit "
                   << JoinPath(directory, "pipeline.yaml") << " --wait"
                   << std::endl;
  return kExitDone;
}

}  // namespace

void AddInit(CLI::App& app, Program& program) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      AddVerb(app, "init", "Write a small model that runs, to begin with",
              "  miv init mymodel\n"
              "  miv submit mymodel/pipeline.yaml --wait");
  verb->add_option("DIR", options->directory, "New directory")->required();
  AddJsonFlag(verb, program);
  OnChosen(verb, program, options, &Init);
}

}  // namespace miv::client
