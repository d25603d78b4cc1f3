#pragma once

// Errors on the wire: absl::Status (with its Fault) <-> grpc::Status, whose
// error details hold a miv.v1.Status with one miv.v1.ErrorDetail.

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "common/base/fault.h"
#include "miv/v1/error.pb.h"

namespace miv {

/// Absent rank, gid and simulated time travel as -1.  Text that is not UTF-8
/// is made so.
v1::ErrorDetail FaultToProto(const Fault& fault);

Fault FaultFromProto(const v1::ErrorDetail& detail);

/// The detail of any error; one without a Fault gets its code as reason.
v1::ErrorDetail ErrorToProto(const absl::Status& status);

/// OK becomes OK.  Every other status carries a detail.  Long texts are cut so
/// that the whole stays below the 8 KiB of metadata that a gRPC peer accepts by
/// default; `output` is the first to be cut.
grpc::Status ToGrpcStatus(const absl::Status& status);

/// The inverse; a status without our detail (from a proxy or from gRPC itself)
/// keeps its code and message.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace miv
