#include "client/cli/exit_code.h"

namespace miv::client {

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitDone;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return kExitUnreachable;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kResourceExhausted:  // a quota, or overload
      return kExitDenied;
    case absl::StatusCode::kCancelled:
      return kExitDetached;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return kExitFailed;
    default:
      return kExitUsage;
  }
}

ExitCode ExitCodeOf(v1::JobState state) {
  return state == v1::JOB_STATE_SUCCEEDED ? kExitDone : kExitFailed;
}

}  // namespace miv::client
