#include "server/jobs/result_cache.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/directory_manifest.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/pipeline/cache_key.h"
#include "common/pipeline/model_files.h"

namespace miv::server {
namespace {

constexpr std::size_t kMaxNarrowed = 1000;

struct Directory {
  std::vector<ManifestEntry> entries;
  pipeline::FileTexts texts;
};

absl::StatusOr<Directory> ReadDirectory(const ArtifactStore& artifacts,
                                        const std::string& digest) {
  Directory directory;
  if (digest.empty()) return directory;
  MIV_ASSIGN_OR_RETURN(const std::string manifest,
                       ReadFile(artifacts.PathOf(digest)));
  MIV_ASSIGN_OR_RETURN(directory.entries, ParseDirectoryManifest(manifest));
  for (const ManifestEntry& entry : directory.entries) {
    MIV_ASSIGN_OR_RETURN(directory.texts[entry.path],
                         ReadFile(artifacts.PathOf(entry.digest)));
  }
  return directory;
}

// Digest of a directory that holds only `paths`.
std::string DigestOfPart(const Directory& directory,
                         const std::vector<std::string>& paths) {
  const std::set<std::string> wanted(paths.begin(), paths.end());
  std::vector<ManifestEntry> part;
  for (const ManifestEntry& entry : directory.entries) {
    if (wanted.contains(entry.path)) part.push_back(entry);
  }
  return DigestOf(FormatDirectoryManifest(std::move(part)));
}

// The template of the step's own population; "" if it has none.
std::string TemplateOf(const pipeline::ResolvedStep& step) {
  const auto types = step.config.find("cell_types");
  if (types == step.config.end() || !types->is_object()) return "";
  const auto type = types->find(step.population());
  if (type == types->end() || !type->is_object()) return "";
  const auto name = type->find("template");
  const bool named = name != type->end() && name->is_string();
  return named ? name->get<std::string>() : "";
}

std::string ValueOr(const Digests& digests, const std::string& role) {
  const auto found = digests.find(role);
  return found == digests.end() ? "" : found->second;
}

}  // namespace

Digests ResultCache::KeyInputs(const JobPlan& plan, int index,
                               const Digests& inputs) {
  const pipeline::ResolvedStep& step = plan.step(index);
  if (step.kind != "distribute_synapses") return inputs;
  const std::string name = TemplateOf(step);
  const std::string templates = ValueOr(inputs, "templates");
  if (name.empty() || templates.empty()) return inputs;
  const auto narrowed = Narrow(name, templates, ValueOr(inputs, "mechanisms"));
  if (!narrowed.has_value()) return inputs;
  Digests key = inputs;
  key["templates"] = narrowed->templates;
  if (key.contains("mechanisms")) key["mechanisms"] = narrowed->mechanisms;
  return key;
}

std::string ResultCache::KeyOf(const JobPlan& plan, int index,
                               const Digests& inputs) {
  return pipeline::CacheKey(plan.step(index), KeyInputs(plan, index, inputs));
}

// nullopt if it cannot be told: then everything counts.
std::optional<ResultCache::Narrowed> ResultCache::Narrow(
    const std::string& template_name, const std::string& templates,
    const std::string& mechanisms) {
  const std::string id =
      absl::StrCat(template_name, "\n", templates, "\n", mechanisms);
  {
    absl::MutexLock lock(&mutex_);
    const auto known = narrowed_.find(id);
    if (known != narrowed_.end()) return known->second;
  }
  const auto hoc = ReadDirectory(artifacts_, templates);
  const auto mod = ReadDirectory(artifacts_, mechanisms);
  if (!hoc.ok() || !mod.ok()) return std::nullopt;
  const auto files =
      pipeline::ModelFilesOf(template_name, hoc->texts, mod->texts);
  std::optional<Narrowed> narrowed;
  if (files.ok()) {
    narrowed = Narrowed{DigestOfPart(*hoc, files->templates),
                        DigestOfPart(*mod, files->mechanisms)};
  }
  absl::MutexLock lock(&mutex_);
  if (narrowed_.size() >= kMaxNarrowed) narrowed_.clear();
  narrowed_[id] = narrowed;
  return narrowed;
}

absl::StatusOr<std::optional<CacheEntry>> ResultCache::Find(
    ReadTransaction& store, absl::string_view key) const {
  MIV_ASSIGN_OR_RETURN(auto entry, store.FindCache(key));
  if (!entry.has_value()) return entry;
  const bool whole = std::all_of(
      entry->outputs.begin(), entry->outputs.end(),
      [&](const Output& output) { return artifacts_.Contains(output.digest); });
  return whole ? entry : std::nullopt;
}

}  // namespace miv::server
