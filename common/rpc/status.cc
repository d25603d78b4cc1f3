#include "common/rpc/status.h"

#include <string>

#include "common/base/text.h"

namespace miv {
namespace {

// grpc-message is percent-encoded (up to 3 bytes per byte) and the details, at
// most nine fields and a copy of the message, are base64 (4/3):
// 600 * 3 + (9 * 400 + 600 + tags) * 4 / 3 < 8192.
constexpr std::size_t kMaxMessageBytes = 600;
constexpr std::size_t kMaxDetailBytes = 3000;
constexpr std::size_t kMaxFieldBytes = 400;

/// Cuts the longest texts of `detail` until it is small enough.
void Shrink(v1::ErrorDetail* detail) {
  const std::size_t size = detail->ByteSizeLong();
  if (size <= kMaxDetailBytes) return;
  const std::size_t excess = size - kMaxDetailBytes;
  const std::size_t output = detail->output().size();
  detail->set_output(
      Shortened(detail->output(), output > excess ? output - excess : 0));
  if (detail->ByteSizeLong() <= kMaxDetailBytes) return;
  for (std::string* text : {detail->mutable_reason(), detail->mutable_step(),
                            detail->mutable_field(), detail->mutable_file(),
                            detail->mutable_expected(), detail->mutable_found(),
                            detail->mutable_remedy(), detail->mutable_message(),
                            detail->mutable_phase()})
    *text = Shortened(*text, kMaxFieldBytes);
  const std::size_t kept = detail->ByteSizeLong();
  if (kept > kMaxDetailBytes) detail->clear_output();
}

/// The message that MakeStatus gives a fault, without the program output that
/// the detail carries anyway.
std::string OneLine(const absl::Status& status) {
  auto fault = FaultOf(status);
  if (!fault.has_value()) return std::string(status.message());
  fault->output.clear();
  return std::string(MakeStatus(status.code(), *fault).message());
}

}  // namespace

v1::ErrorDetail FaultToProto(const Fault& fault) {
  v1::ErrorDetail detail;
  detail.set_reason(ValidUtf8(fault.reason));
  detail.set_step(ValidUtf8(fault.step));
  detail.set_field(ValidUtf8(fault.field));
  detail.set_file(ValidUtf8(fault.file));
  detail.set_line(fault.line);
  detail.set_expected(ValidUtf8(fault.expected));
  detail.set_found(ValidUtf8(fault.found));
  detail.set_remedy(ValidUtf8(fault.remedy));
  detail.set_message(ValidUtf8(fault.what));
  detail.set_rank(fault.rank);
  detail.set_gid(fault.gid);
  detail.set_simulated_ms(fault.simulated_ms);
  detail.set_phase(ValidUtf8(fault.phase));
  detail.set_output(ValidUtf8(fault.output));
  return detail;
}

Fault FaultFromProto(const v1::ErrorDetail& detail) {
  Fault fault;
  fault.reason = detail.reason();
  fault.step = detail.step();
  fault.field = detail.field();
  fault.file = detail.file();
  fault.line = detail.line();
  fault.what = detail.message();
  fault.expected = detail.expected();
  fault.found = detail.found();
  fault.remedy = detail.remedy();
  fault.rank = detail.rank();
  fault.gid = detail.gid();
  fault.simulated_ms = detail.simulated_ms();
  fault.phase = detail.phase();
  fault.output = detail.output();
  return fault;
}

v1::ErrorDetail ErrorToProto(const absl::Status& status) {
  return FaultToProto(FaultOrMessage(status));
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message =
      Shortened(ValidUtf8(OneLine(status)), kMaxMessageBytes);
  v1::ErrorDetail detail = ErrorToProto(status);
  Shrink(&detail);
  v1::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(message);
  details.add_details()->PackFrom(detail);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message,
                      details.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  v1::Status details;
  if (details.ParseFromString(status.error_details())) {
    for (const auto& any : details.details()) {
      v1::ErrorDetail detail;
      if (any.Is<v1::ErrorDetail>() && any.UnpackTo(&detail))
        return MakeStatus(code, FaultFromProto(detail));
    }
  }
  return absl::Status(code, status.error_message());
}

}  // namespace miv
