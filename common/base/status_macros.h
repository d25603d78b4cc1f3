#pragma once

// MIV_RETURN_IF_ERROR(expr): leaves the function with expr's status unless ok.
// MIV_ASSIGN_OR_RETURN(lhs, expr): lhs = *expr, or leaves with its status.

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define MIV_STATUS_CONCAT_INNER(a, b) a##b
#define MIV_STATUS_CONCAT(a, b) MIV_STATUS_CONCAT_INNER(a, b)

#define MIV_RETURN_IF_ERROR(expr)                              \
  do {                                                         \
    if (absl::Status miv_status_ = (expr); !miv_status_.ok()) \
      return miv_status_;                                      \
  } while (false)

#define MIV_ASSIGN_OR_RETURN(lhs, expr)                                \
  MIV_ASSIGN_OR_RETURN_IMPL(MIV_STATUS_CONCAT(miv_statusor_, __LINE__), \
                            lhs, expr)

#define MIV_ASSIGN_OR_RETURN_IMPL(statusor, lhs, expr) \
  auto statusor = (expr);                              \
  if (!statusor.ok()) return std::move(statusor).status(); \
  lhs = std::move(statusor).value()
