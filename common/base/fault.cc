#include "common/base/fault.h"

#include <nlohmann/json.hpp>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace miv {
namespace {

constexpr char kPayloadUrl[] = "miv.v1/Fault";

std::string Message(const Fault& f) {
  std::string text;
  if (!f.file.empty()) {
    absl::StrAppend(&text, f.file);
    if (f.line > 0) absl::StrAppend(&text, ":", f.line);
    absl::StrAppend(&text, ": ");
  }
  if (!f.field.empty()) absl::StrAppend(&text, f.field, ": ");
  absl::StrAppend(&text, f.what);
  if (f.gid >= 0) absl::StrAppend(&text, " (gid ", f.gid, ")");
  if (!f.expected.empty()) absl::StrAppend(&text, "; expected ", f.expected);
  if (!f.found.empty())
    absl::StrAppend(&text, f.expected.empty() ? "; found " : ", found ",
                    f.found);
  if (!f.remedy.empty()) absl::StrAppend(&text, ". ", f.remedy);
  if (!f.output.empty()) absl::StrAppend(&text, "\n", f.output);
  return text;
}

std::string Encode(const Fault& f) {
  const nlohmann::json json = {
      {"reason", f.reason},     {"step", f.step},
      {"field", f.field},       {"file", f.file},
      {"line", f.line},         {"what", f.what},
      {"expected", f.expected}, {"found", f.found},
      {"remedy", f.remedy},     {"rank", f.rank},
      {"gid", f.gid},           {"simulated_ms", f.simulated_ms},
      {"phase", f.phase},       {"output", f.output}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Fault Decode(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  Fault f;
  if (!json.is_object()) return f;
  f.reason = json.value("reason", "");
  f.step = json.value("step", "");
  f.field = json.value("field", "");
  f.file = json.value("file", "");
  f.line = json.value("line", 0);
  f.what = json.value("what", "");
  f.expected = json.value("expected", "");
  f.found = json.value("found", "");
  f.remedy = json.value("remedy", "");
  f.rank = json.value("rank", -1);
  f.gid = json.value("gid", std::int64_t{-1});
  f.simulated_ms = json.value("simulated_ms", -1.0);
  f.phase = json.value("phase", "");
  f.output = json.value("output", "");
  return f;
}

}  // namespace

absl::Status MakeStatus(absl::StatusCode code, const Fault& fault) {
  absl::Status status(code, Message(fault));
  if (!status.ok()) status.SetPayload(kPayloadUrl, absl::Cord(Encode(fault)));
  return status;
}

absl::Status InvalidInput(const Fault& fault) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, fault);
}

std::optional<Fault> FaultOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return std::nullopt;
  return Decode(std::string(*payload));
}

Fault FaultOrMessage(const absl::Status& status) {
  if (auto fault = FaultOf(status)) return *fault;
  Fault fault;
  fault.reason = absl::StatusCodeToString(status.code());
  fault.what = std::string(status.message());
  return fault;
}

absl::Status WithContext(const absl::Status& status, const Fault& context) {
  if (status.ok()) return status;
  Fault fault = FaultOrMessage(status);
  if (fault.step.empty()) fault.step = context.step;
  if (fault.field.empty()) fault.field = context.field;
  if (fault.file.empty()) {
    fault.file = context.file;
    fault.line = context.line;
  }
  if (fault.remedy.empty()) fault.remedy = context.remedy;
  if (fault.phase.empty()) fault.phase = context.phase;
  return MakeStatus(status.code(), fault);
}

}  // namespace miv
