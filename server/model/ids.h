#pragma once

// Names of the things the coordinator keeps: value types over short texts that
// are safe in file names, URLs and logs.

#include <string>
#include <utility>

#include "absl/random/bit_gen_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::server {

namespace internal {
/// `prefix` followed by 12 random characters of [0-9a-z] without i, l, o, u
/// (60 bits).
std::string RandomName(char prefix, absl::BitGenRef random);
bool IsName(char prefix, absl::string_view text);
}  // namespace internal

/// An id made of a one-letter prefix and 12 characters; a default-constructed
/// one is empty and names nothing.
template <char kPrefix>
class NamedId {
 public:
  NamedId() = default;
  static NamedId New(absl::BitGenRef random) {
    return NamedId(internal::RandomName(kPrefix, random));
  }
  /// Errors: InvalidArgument unless the text has the form that New makes.
  static absl::StatusOr<NamedId> Parse(absl::string_view text) {
    if (!internal::IsName(kPrefix, text)) {
      return absl::InvalidArgumentError("not an id: " + std::string(text));
    }
    return NamedId(std::string(text));
  }

  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

  friend bool operator==(const NamedId&, const NamedId&) = default;
  friend auto operator<=>(const NamedId&, const NamedId&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const NamedId& id) {
    return H::combine(std::move(h), id.text_);
  }

 private:
  explicit NamedId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

using JobId = NamedId<'j'>;
using GroupId = NamedId<'g'>;

/// A step of a job: `index` is its position in the pipeline, from 0.
struct TaskId {
  JobId job;
  int index = 0;

  friend bool operator==(const TaskId&, const TaskId&) = default;
  friend auto operator<=>(const TaskId&, const TaskId&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const TaskId& id) {
    return H::combine(std::move(h), id.job, id.index);
  }
};

/// One try to run a task: `number` counts from 1.
struct AttemptId {
  TaskId task;
  int number = 0;

  /// "JOB-INDEX-NUMBER", the assignment's id on the wire and the name of its
  /// folder.
  std::string text() const;
  /// Errors: InvalidArgument.
  static absl::StatusOr<AttemptId> Parse(absl::string_view text);

  friend bool operator==(const AttemptId&, const AttemptId&) = default;
  friend auto operator<=>(const AttemptId&, const AttemptId&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const AttemptId& id) {
    return H::combine(std::move(h), id.task, id.number);
  }
};

}  // namespace miv::server
