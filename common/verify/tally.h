#pragma once

// Counts what is wrong, and keeps the first of it.

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/verify/report.h"

namespace miv::verify {

/// Offenders that a check names; further ones are only counted.
inline constexpr std::size_t kMaxOffenders = 5;

/// A check that holds for every item, or fails.
class Tally {
 public:
  Tally(std::string name, std::string subject, std::string expected) {
    check_.name = std::move(name);
    check_.subject = std::move(subject);
    check_.expected = std::move(expected);
  }

  /// text() is called only for an offender that is kept.
  template <typename Text>
  void Offend(std::int64_t gid, std::int64_t syn_id, const Text& text) {
    if (++check_.offences <= kMaxOffenders)
      check_.offenders.push_back({gid, syn_id, text()});
  }
  void Expect(bool holds, std::int64_t gid, std::int64_t syn_id = -1) {
    if (!holds) Offend(gid, syn_id, [] { return std::string(); });
  }
  void SawItems(std::uint64_t items) { items_ += items; }
  void Largest(double difference) {
    if (!check_.difference || difference > *check_.difference)
      check_.difference = difference;
  }
  std::uint64_t offences() const { return check_.offences; }

  /// "3 of 1200 are not".
  Check Finish() {
    check_.observed =
        check_.offences == 0
            ? absl::StrCat("so in all ", items_)
            : absl::StrCat("not so in ", check_.offences, " of ", items_);
    if (!check_.difference)
      check_.difference = static_cast<double>(check_.offences);
    if (check_.offences > 0) check_.verdict = Verdict::kFail;
    return check_;
  }

  Check Skip(std::string reason) {
    check_.verdict = Verdict::kSkipped;
    check_.reason = std::move(reason);
    return check_;
  }

 private:
  Check check_;
  std::uint64_t items_ = 0;
};

/// A check that was not made.
inline Check Skipped(std::string name, std::string subject,
                     std::string reason) {
  return Tally(std::move(name), std::move(subject), "").Skip(std::move(reason));
}

/// A comparison of two texts or numbers.
inline Check Compare(std::string name, std::string subject,
                     std::string expected, std::string observed, bool same) {
  Check check;
  check.name = std::move(name);
  check.subject = std::move(subject);
  check.expected = std::move(expected);
  check.observed = std::move(observed);
  check.verdict = same ? Verdict::kPass : Verdict::kFail;
  return check;
}

}  // namespace miv::verify
