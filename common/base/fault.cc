#include "common/base/fault.h"

#include <nlohmann/json.hpp>
#include <type_traits>

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

// The member `name`, or `absent` unless it is there and of the same JSON type.
template <typename T>
T Part(const nlohmann::json& json, const char* name, const T& absent) {
  const auto member = json.find(name);
  if (member == json.end()) return absent;
  const bool fits = std::is_same_v<T, std::string> ? member->is_string()
                                                   : member->is_number();
  return fits ? member->get<T>() : absent;
}

}  // namespace

std::string FaultToJson(const Fault& f) {
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

Fault FaultFromJson(absl::string_view text) {
  const auto json =
      nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  Fault f;
  if (!json.is_object()) return f;
  f.reason = Part(json, "reason", f.reason);
  f.step = Part(json, "step", f.step);
  f.field = Part(json, "field", f.field);
  f.file = Part(json, "file", f.file);
  f.line = Part(json, "line", f.line);
  f.what = Part(json, "what", f.what);
  f.expected = Part(json, "expected", f.expected);
  f.found = Part(json, "found", f.found);
  f.remedy = Part(json, "remedy", f.remedy);
  f.rank = Part(json, "rank", f.rank);
  f.gid = Part(json, "gid", f.gid);
  f.simulated_ms = Part(json, "simulated_ms", f.simulated_ms);
  f.phase = Part(json, "phase", f.phase);
  f.output = Part(json, "output", f.output);
  return f;
}

absl::Status MakeStatus(absl::StatusCode code, const Fault& fault) {
  absl::Status status(code, Message(fault));
  if (!status.ok())
    status.SetPayload(kPayloadUrl, absl::Cord(FaultToJson(fault)));
  return status;
}

absl::Status InvalidInput(const Fault& fault) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, fault);
}

std::optional<Fault> FaultOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return std::nullopt;
  return FaultFromJson(std::string(*payload));
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
  if (fault.rank < 0) fault.rank = context.rank;
  if (fault.gid < 0) fault.gid = context.gid;
  if (fault.simulated_ms < 0) fault.simulated_ms = context.simulated_ms;
  return MakeStatus(status.code(), fault);
}

}  // namespace miv
