#include "server/jobs/preflight_gate.h"

#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "server/jobs/preflight_folder.h"
#include "server/jobs/worker_text.h"

namespace miv::server {
namespace {

using nlohmann::json;

// Checks that run at a time, over all submissions.
constexpr std::size_t kMaxRunning = 2;

absl::Status VerdictOf(const json& result) {
  if (!result.is_object()) {
    return absl::InternalError("the check's result is not a JSON object");
  }
  const auto ok = result.find("ok");
  if (ok != result.end() && ok->is_boolean() && ok->get<bool>()) {
    return absl::OkStatus();
  }
  const auto part = result.find("fault");
  Fault fault;
  if (part != result.end()) {
    fault = CleanFault(FaultFromJson(
        part->dump(-1, ' ', false, json::error_handler_t::replace)));
  }
  if (fault.what.empty()) fault.what = "the model was refused without a reason";
  if (fault.reason.empty()) fault.reason = "MODEL_REFUSED";
  return InvalidInput(fault);
}

// The part of a good result that describes cells; an empty list if none.
json CellsOfResult(const json& result) {
  const auto summary = result.find("summary");
  if (summary == result.end() || !summary->is_object()) return json::array();
  const auto cells = summary->find("cells");
  const bool listed = cells != summary->end() && cells->is_array();
  return listed ? *cells : json::array();
}

absl::StatusOr<FactsById> FactsFromText(const std::string& text) {
  return FactsOfCells(json::parse(text, nullptr, false));
}

std::string NewFolderName() {
  absl::BitGen random;
  return GroupId::New(random).text();
}

}  // namespace

std::string PreflightGate::LibraryKey(const std::string& mechanisms) const {
  return DigestOf(absl::StrCat("library\n", worker_, "\n", mechanisms));
}

absl::StatusOr<std::optional<PreflightEntry>> PreflightGate::Find(
    const std::string& key) {
  std::optional<PreflightEntry> entry;
  MIV_RETURN_IF_ERROR(store_.Read([&](ReadTransaction& t) -> absl::Status {
    MIV_ASSIGN_OR_RETURN(entry, t.FindPreflight(key));
    return absl::OkStatus();
  }));
  return entry;
}

absl::Status PreflightGate::Remember(const PreflightEntry& entry) {
  return store_.Write(
      [&](WriteTransaction& t) { return t.PutPreflight(entry); });
}

// The compiled library's digest; empty if it is not there.
absl::StatusOr<std::string> PreflightGate::KnownLibrary(
    const std::string& mechanisms) {
  MIV_ASSIGN_OR_RETURN(const auto entry, Find(LibraryKey(mechanisms)));
  if (!entry.has_value() || !artifacts_.Contains(entry->library_digest)) {
    return std::string();
  }
  return entry->library_digest;
}

absl::StatusOr<ModelFindings> PreflightGate::Check(const JobPlan& plan,
                                                   const Gone& gone) {
  FactsById facts;
  for (const ModelCheck& check : ChecksOf(plan)) {
    auto verdict = CheckModel(check, gone);
    if (!verdict.ok()) return WithField(plan, verdict.status());
    facts.merge(*std::move(verdict));
  }
  ModelFindings findings;
  MIV_RETURN_IF_ERROR(pipeline::CheckTrees(plan.pipeline, TreesOf(plan, facts),
                                           findings.warnings));
  findings.shapes = ShapesOf(plan, facts);
  return findings;
}

absl::StatusOr<std::string> PreflightGate::LibraryFor(
    const std::string& mechanisms) {
  MIV_ASSIGN_OR_RETURN(std::string known, KnownLibrary(mechanisms));
  if (!known.empty()) return known;
  ModelCheck check;
  check.mechanisms = {mechanisms, "mechanisms"};
  MIV_RETURN_IF_ERROR(CheckModel(check, {}).status());
  MIV_ASSIGN_OR_RETURN(known, KnownLibrary(mechanisms));
  if (!known.empty()) return known;
  return absl::InternalError("the worker compiled no library of mechanisms");
}

absl::StatusOr<FactsById> PreflightGate::CheckModel(const ModelCheck& check,
                                                    const Gone& gone) {
  const std::string key = CheckKey(check, worker_, /*with_labels=*/false);
  // Whoever asks the same waits for the one verdict.
  Enter(key);
  const absl::Cleanup leave = [&] { Leave(key); };
  std::string library;
  if (!check.mechanisms.digest.empty()) {
    MIV_ASSIGN_OR_RETURN(library, KnownLibrary(check.mechanisms.digest));
  }
  const bool complete = check.mechanisms.digest.empty() || !library.empty();
  MIV_ASSIGN_OR_RETURN(const auto good, Find(key));
  if (good.has_value() && complete) return FactsFromText(good->facts);
  const std::string refusal = CheckKey(check, worker_, /*with_labels=*/true);
  MIV_ASSIGN_OR_RETURN(const auto bad, Find(refusal));
  if (bad.has_value() && bad->fault.has_value()) {
    return InvalidInput(*bad->fault);
  }
  auto verdict = Run(check, library, gone);
  if (verdict.ok()) {
    MIV_RETURN_IF_ERROR(Remember(
        {key, std::nullopt, "", clock_.Now(), ToJson(*verdict).dump()}));
  } else if (absl::IsInvalidArgument(verdict.status())) {
    MIV_RETURN_IF_ERROR(Remember(
        {refusal, FaultOrMessage(verdict.status()), "", clock_.Now(), ""}));
  }
  return verdict;
}

void PreflightGate::Enter(const std::string& key) {
  absl::MutexLock lock(&mutex_);
  const auto free = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return running_.size() < kMaxRunning && !running_.contains(key);
  };
  mutex_.Await(absl::Condition(&free));
  running_.insert(key);
}

void PreflightGate::Leave(const std::string& key) {
  absl::MutexLock lock(&mutex_);
  running_.erase(key);
}

absl::StatusOr<FactsById> PreflightGate::Run(const ModelCheck& check,
                                             const std::string& library,
                                             const Gone& gone) {
  const std::string folder = absl::StrCat(root_, "/", NewFolderName());
  const absl::Cleanup remove = [&] { RemoveTree(folder).IgnoreError(); };
  MIV_ASSIGN_OR_RETURN(PreflightRequest request,
                       LayOutCheck(check, folder, library, artifacts_));
  request.gone = gone;
  MIV_ASSIGN_OR_RETURN(const json result, runner_.Run(request));
  const absl::Status verdict = VerdictOf(result);
  const bool compiled = library.empty() && !check.mechanisms.digest.empty() &&
                        result.is_object() && result.contains("library");
  // A library is good even if a template is not.
  if (compiled) MIV_RETURN_IF_ERROR(TakeLibrary(check, folder));
  MIV_RETURN_IF_ERROR(verdict);
  return FactsOfCells(CellsOfResult(result));
}

absl::Status PreflightGate::TakeLibrary(const ModelCheck& check,
                                        const std::string& folder) {
  MIV_ASSIGN_OR_RETURN(
      const ArtifactInfo library,
      artifacts_.PublishFile(folder, absl::StrCat("work/", kLibraryName),
                             ArtifactStore::PublishMode::kCopy));
  return Remember({LibraryKey(check.mechanisms.digest), std::nullopt,
                   library.digest, clock_.Now(), ""});
}

}  // namespace miv::server
