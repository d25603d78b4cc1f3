#include "server/jobs/preflight_folder.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

using nlohmann::json;

// Builds one request; each file is placed once.
class Layout {
 public:
  Layout(std::string folder, const ArtifactStore& artifacts)
      : folder_(std::move(folder)), artifacts_(artifacts) {
    request_.directory = folder_;
    request_.spec = {{"cells", json::array()},
                     {"morphologies", json::array()},
                     {"points", json::array()}};
  }

  absl::Status AddMechanisms(const LabelledDigest& mechanisms,
                             const std::string& library) {
    if (mechanisms.digest.empty()) return absl::OkStatus();
    json& spec = request_.spec["mechanisms"];
    if (!library.empty()) {
      MIV_ASSIGN_OR_RETURN(spec["library"], Place(library, kLibraryName));
      return absl::OkStatus();
    }
    MIV_ASSIGN_OR_RETURN(spec["directory"],
                         Place(mechanisms.digest, "mechanisms"));
    spec["label"] = mechanisms.label;
    spec["library_out"] = absl::StrCat(folder_, "/work/", kLibraryName);
    return absl::OkStatus();
  }

  absl::Status AddTemplates(const LabelledDigest& templates) {
    if (templates.digest.empty()) return absl::OkStatus();
    json& spec = request_.spec["templates"];
    MIV_ASSIGN_OR_RETURN(spec["directory"],
                         Place(templates.digest, "templates"));
    spec["label"] = templates.label;
    return absl::OkStatus();
  }

  absl::Status AddCell(const CellCheck& cell, const std::string& id) {
    MIV_ASSIGN_OR_RETURN(const std::string path, PlaceSwc(cell.morphology));
    request_.spec["cells"].push_back({{"id", id},
                                      {"population", cell.population},
                                      {"template", cell.template_name},
                                      {"morphology", path},
                                      {"label", cell.morphology.label},
                                      {"layering", cell.layering}});
    return absl::OkStatus();
  }

  absl::Status AddMorphology(const LabelledDigest& file) {
    MIV_ASSIGN_OR_RETURN(const std::string path, PlaceSwc(file));
    request_.spec["morphologies"].push_back(
        {{"path", path}, {"label", file.label}});
    return absl::OkStatus();
  }

  absl::Status AddPoints(const PointsCheck& check) {
    json& points = request_.spec["points"];
    MIV_ASSIGN_OR_RETURN(const std::string path,
                         Place(check.file.digest,
                               absl::StrCat("points/", points.size(), ".txt")));
    points.push_back(
        {{"path", path}, {"label", check.file.label}, {"cells", check.cells}});
    return absl::OkStatus();
  }

  PreflightRequest Take() { return std::move(request_); }

 private:
  absl::StatusOr<std::string> Place(const std::string& digest,
                                    const std::string& name) {
    const std::string path = absl::StrCat(folder_, "/inputs/", name);
    MIV_RETURN_IF_ERROR(
        artifacts_.Materialise(digest, path, ArtifactStore::PlaceMode::kLink));
    request_.read_only.push_back(path);
    return path;
  }

  absl::StatusOr<std::string> PlaceSwc(const LabelledDigest& file) {
    const auto known = swc_.find(file.digest);
    if (known != swc_.end()) return known->second;
    MIV_ASSIGN_OR_RETURN(
        const std::string path,
        Place(file.digest, absl::StrCat("morphologies/", swc_.size(), ".swc")));
    swc_.emplace(file.digest, path);
    return path;
  }

  const std::string folder_;
  const ArtifactStore& artifacts_;
  PreflightRequest request_;
  std::map<std::string, std::string> swc_;  // path by digest
};

}  // namespace

absl::StatusOr<PreflightRequest> LayOutCheck(const ModelCheck& check,
                                             const std::string& folder,
                                             const std::string& library,
                                             const ArtifactStore& artifacts) {
  Layout layout(folder, artifacts);
  MIV_RETURN_IF_ERROR(layout.AddMechanisms(check.mechanisms, library));
  MIV_RETURN_IF_ERROR(layout.AddTemplates(check.templates));
  for (const CellCheck& cell : check.cells) {
    MIV_RETURN_IF_ERROR(layout.AddCell(cell, CellId(check, cell)));
  }
  for (const LabelledDigest& file : check.morphologies) {
    MIV_RETURN_IF_ERROR(layout.AddMorphology(file));
  }
  for (const PointsCheck& points : check.points) {
    MIV_RETURN_IF_ERROR(layout.AddPoints(points));
  }
  PreflightRequest request = layout.Take();
  request.user_code =
      !check.mechanisms.digest.empty() || !check.templates.digest.empty();
  return request;
}

}  // namespace miv::server
