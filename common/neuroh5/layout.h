#pragma once

// The index and pointers of a stored cell attribute, and gathering of its
// values.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/neuroh5/dataset.h"
#include "common/neuroh5/handle.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/types.h"
#include "common/neuroh5/values.h"

namespace miv::neuroh5 {

/// "/Populations/PYR/Trees/Radius"; parts at the end may be left out.
std::string CellPath(absl::string_view population,
                     absl::string_view name_space = "",
                     absl::string_view attribute = "");

/// One attribute without its values.
struct CellLayout {
  std::vector<std::uint32_t> gids;     ///< global, one per row
  std::vector<std::uint64_t> pointer;  ///< [rows + 1]; empty = rows share all
  bool ascending = true;               ///< gids strictly ascending
  bool unique = true;                  ///< no gid twice
  Handle values;
  ValueType type = ValueType::kF32;
  std::uint64_t length = 0;  ///< of values

  std::uint64_t first(std::size_t row) const {
    return pointer.empty() ? 0 : pointer[row];
  }
  std::uint64_t count(std::size_t row) const {
    return pointer.empty() ? length : pointer[row + 1] - pointer[row];
  }
};

/// Rows that a selection picks, in the order of the result; rows of one gid are
/// neighbours unless the selection is by rows.
/// Errors: OutOfRange for rows beyond the layout.
absl::StatusOr<std::vector<std::uint64_t>> SelectRows(
    const std::vector<std::uint32_t>& gids, bool ascending,
    const Selection& selection);

/// count elements from `first` on in the file go to position `at` of the
/// result.
struct Span {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  std::uint64_t at = 0;
};

/// Appends, or extends the last span if the two continue each other.
void AppendSpan(Span span, std::vector<Span>* spans);

/// Reads the spans with few large reads: near neighbours are read together.
absl::Status ReadSpans(const Handle& dataset, Element element,
                       std::vector<Span> spans, void* values);

/// `total` values of a type, gathered from the spans.  The second one puts them
/// into `values`, whose memory is used again if it is of this type.
absl::StatusOr<Values> ReadSpanValues(const Handle& dataset, ValueType type,
                                      std::vector<Span> spans,
                                      std::uint64_t total);
absl::Status ReadSpanValues(const Handle& dataset, ValueType type,
                            std::vector<Span> spans, std::uint64_t total,
                            Values* values);

/// The layouts of a file that were used last.
class LayoutCache {
 public:
  /// Errors: NotFound, DataLoss, FailedPrecondition, as Reader's.
  absl::StatusOr<std::shared_ptr<const CellLayout>> Get(
      const Handle& file, const Population& population,
      absl::string_view name_space, absl::string_view attribute);

 private:
  std::map<std::string, std::shared_ptr<const CellLayout>> layouts_;
  std::uint64_t bytes_ = 0;
};

}  // namespace miv::neuroh5
