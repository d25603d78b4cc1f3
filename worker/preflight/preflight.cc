#include "worker/preflight/preflight.h"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/build/geometry/point_file.h"
#include "worker/build/steps/morphology_file.h"
#include "worker/preflight/model_check.h"
#include "worker/simulate/assemble.h"
#include "worker/simulate/neuron/compile/compile_mechanisms.h"

namespace miv::worker {
namespace {

using nlohmann::json;

std::string TextOf(const json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>()
                                                     : std::string();
}

json FailureOf(const Fault& fault, const std::string& library) {
  json result = {{"ok", false}, {"fault", json::parse(FaultToJson(fault))}};
  if (!library.empty()) result["library"] = library;
  return result;
}

/// The state of one preflight.
class Preflight {
 public:
  Preflight(const json& spec, ResultWriter& writer)
      : spec_(spec), writer_(writer) {}

  absl::Status Run() {
    MIV_RETURN_IF_ERROR(CheckMorphologies());
    MIV_RETURN_IF_ERROR(CheckPoints());
    MIV_RETURN_IF_ERROR(Compile());
    return CheckCells();
  }

  json ResultOf(const absl::Status& status) const {
    if (!status.ok()) return FailureOf(FaultOrMessage(status), compiled_);
    json result = {{"ok", true}, {"summary", summary_}};
    if (!compiled_.empty()) result["library"] = compiled_;
    return result;
  }

 private:
  absl::Status CheckMorphologies() {
    for (const json& entry : Part("morphologies")) {
      const std::string label = TextOf(entry, "label");
      MIV_ASSIGN_OR_RETURN(
          const build::Morphology morphology,
          ReadMorphology({TextOf(entry, "path"), label}, json::object()));
      summary_["morphologies"][label] = {
          {"points", morphology.points.size()},
          {"sections", morphology.section_count()},
          {"remarks", build::MorphologyRemarks(morphology)}};
    }
    return absl::OkStatus();
  }

  absl::Status CheckPoints() {
    for (const json& entry : Part("points")) {
      MIV_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(TextOf(entry, "path")));
      const std::string label = TextOf(entry, "label");
      MIV_ASSIGN_OR_RETURN(const auto points, build::ParsePoints(text, label));
      const std::size_t cells = entry.value("cells", std::size_t{0});
      if (points.size() != cells)
        return InvalidInput({.reason = "INCONSISTENT_CELLS",
                             .file = label,
                             .what = "not one point for every cell",
                             .expected = absl::StrCat(cells, " points"),
                             .found = absl::StrCat(points.size())});
      summary_["points"][label] = points.size();
    }
    return absl::OkStatus();
  }

  absl::Status Compile() {
    const json& mechanisms = Part("mechanisms");
    library_ = TextOf(mechanisms, "library");
    const std::string directory = TextOf(mechanisms, "directory");
    if (!library_.empty() || directory.empty()) return absl::OkStatus();
    const std::string out = TextOf(mechanisms, "library_out");
    simulate::neuron::CompileRequest request;
    request.directory = directory;
    request.label = TextOf(mechanisms, "label");
    request.output_directory = out.substr(0, out.rfind('/'));
    MIV_ASSIGN_OR_RETURN(const auto compiled,
                         simulate::neuron::CompileMechanisms(request));
    if (compiled.library != out &&
        std::rename(compiled.library.c_str(), out.c_str()) != 0) {
      return absl::UnavailableError(absl::StrCat("cannot write ", out));
    }
    library_ = compiled_ = out;
    summary_["mechanisms"] = {{"files", compiled.files}, {"key", compiled.key}};
    return absl::OkStatus();
  }

  absl::Status CheckCells() {
    const json& cells = Part("cells");
    if (cells.empty() && library_.empty()) return absl::OkStatus();
    ModelCheck check;
    check.library = library_;
    check.library_label = TextOf(Part("mechanisms"), "label");
    check.templates = {TextOf(Part("templates"), "directory"),
                       TextOf(Part("templates"), "label")};
    for (const json& cell : cells) {
      check.cells.push_back(
          {TextOf(cell, "population"), TextOf(cell, "template"),
           TextOf(cell, "morphology"), TextOf(cell, "label"),
           TextOf(cell, "id"), cell.value("layering", json::object())});
    }
    // User code runs from here on; it may end the process.
    check.before = [this](const Fault& if_it_ends) {
      return writer_.Write(FailureOf(if_it_ends, compiled_));
    };
    MIV_ASSIGN_OR_RETURN(summary_["cells"], CheckModelCells(check));
    return absl::OkStatus();
  }

  const json& Part(const char* name) const {
    static const json& none = *new json();
    const auto found = spec_.find(name);
    return found == spec_.end() ? none : *found;
  }

  const json& spec_;
  ResultWriter& writer_;
  std::string library_;   ///< to load
  std::string compiled_;  ///< made here
  json summary_ = json::object();
};

class FileResultWriter final : public ResultWriter {
 public:
  explicit FileResultWriter(std::string path) : path_(std::move(path)) {}
  absl::Status Write(const json& result) override {
    return WriteFileAtomically(
        path_, result.dump(2, ' ', false, json::error_handler_t::replace));
  }

 private:
  const std::string path_;
};

absl::StatusOr<json> ReadSpec(const std::string& path) {
  MIV_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  json spec = json::parse(text, nullptr, false);
  if (spec.is_object()) return spec;
  return absl::InvalidArgumentError(absl::StrCat(path, " is no JSON object"));
}

}  // namespace

absl::Status CheckModel(const json& spec, ResultWriter& writer) {
  Preflight preflight(spec, writer);
  const absl::Status status = preflight.Run();
  return writer.Write(preflight.ResultOf(status));
}

nlohmann::json AssembleRun(const json& spec) {
  std::vector<std::string> folders;
  const auto segments = spec.find("segments");
  if (segments != spec.end() && segments->is_array()) {
    for (const json& folder : *segments) {
      if (folder.is_string()) folders.push_back(folder.get<std::string>());
    }
  }
  const std::string output = TextOf(spec, "output");
  const auto assembled = simulate::AssembleResults(folders, output);
  json result = {{"ok", true}, {"outputs", json::array()}};
  if (absl::IsNotFound(assembled.status())) return result;
  if (!assembled.ok()) {
    return FailureOf(FaultOrMessage(assembled.status()), "");
  }
  result["complete"] = assembled->coverage.complete;
  result["until_ms"] = assembled->coverage.until_ms;
  result["spikes"] = assembled->spikes;
  result["losses"] = assembled->losses;
  result["outputs"] = assembled->files;
  return result;
}

int RunPreflight(const std::string& spec_path, const std::string& result_path) {
  const auto spec = ReadSpec(spec_path);
  FileResultWriter writer(result_path);
  const absl::Status status =
      spec.ok() && spec->contains("assemble")
          ? writer.Write(AssembleRun((*spec)["assemble"]))
      : spec.ok() ? CheckModel(*spec, writer)
                  : writer.Write(FailureOf(FaultOrMessage(spec.status()), ""));
  if (status.ok()) return 0;
  std::fprintf(stderr, "miv-worker: %s\n",
               std::string(status.message()).c_str());
  return 1;
}

}  // namespace miv::worker
