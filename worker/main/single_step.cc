#include "worker/main/single_step.h"

#include <cstdio>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/main/step_table.h"

namespace miv::worker {
namespace {

class StderrObserver final : public StepObserver {
 public:
  void Progress(absl::string_view, double, double, absl::string_view) override {
  }
  void Log(absl::string_view text) override { Say("", text); }
  void Warning(absl::string_view text) override { Say("warning: ", text); }
  bool Cancelled() override { return false; }

 private:
  static void Say(absl::string_view kind, absl::string_view text) {
    std::fprintf(stderr, "%s\n", absl::StrCat(kind, text).c_str());
  }
};

// The spec file's content on every rank.
absl::StatusOr<nlohmann::json> ReadSpec(parallel::Ranks& ranks,
                                        const std::string& path) {
  std::string text;
  absl::Status status;
  if (ranks.is_root()) {
    auto content = ReadFile(path);
    status = content.status();
    if (content.ok()) text = *std::move(content);
  }
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(status));
  ranks.Broadcast(&text);
  auto spec = nlohmann::json::parse(text, nullptr, false);
  if (!spec.is_object() || !spec.value("kind", nlohmann::json()).is_string())
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected a JSON object with a \"kind\""));
  return spec;
}

}  // namespace

absl::Status RunSingleStep(parallel::Ranks& ranks,
                           const std::string& spec_path) {
  MIV_ASSIGN_OR_RETURN(const nlohmann::json spec, ReadSpec(ranks, spec_path));
  const std::string kind = spec["kind"];
  const auto step = AllSteps().find(kind);
  if (step == AllSteps().end())
    return absl::NotFoundError(absl::StrCat("no component \"", kind, "\""));
  const std::string output = spec.value("output_directory", ".");
  absl::Status made;
  if (ranks.is_root()) made = MakeDirectories(output);
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(made));
  StepInputs inputs;
  const auto paths = spec.value("inputs", nlohmann::json::object());
  for (const auto& [role, path] : paths.items())
    if (path.is_string()) inputs[role] = {path, path};
  StderrObserver observer;
  StepContext ctx{spec.value("config", nlohmann::json::object()),
                  spec.value("seed", std::int64_t{0}),
                  std::move(inputs),
                  output,
                  ranks,
                  observer};
  MIV_ASSIGN_OR_RETURN(const nlohmann::json report, step->second(ctx));
  if (ranks.is_root()) std::printf("%s\n", report.dump().c_str());
  return absl::OkStatus();
}

}  // namespace miv::worker
