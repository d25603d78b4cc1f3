#include "server/model/ids.h"

#include <algorithm>
#include <vector>

#include "absl/random/uniform_int_distribution.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

constexpr absl::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kLength = 12;

}  // namespace

namespace internal {

std::string RandomName(char prefix, absl::BitGenRef random) {
  std::string name(1, prefix);
  for (std::size_t i = 0; i < kLength; ++i) {
    name += kAlphabet[absl::uniform_int_distribution<std::size_t>(
        0, kAlphabet.size() - 1)(random)];
  }
  return name;
}

bool IsName(char prefix, absl::string_view text) {
  return text.size() == kLength + 1 && text[0] == prefix &&
         std::all_of(text.begin() + 1, text.end(), [](char c) {
           return kAlphabet.find(c) != absl::string_view::npos;
         });
}

}  // namespace internal

std::string AttemptId::text() const {
  return absl::StrCat(task.job.text(), "-", task.index, "-", number);
}

absl::StatusOr<AttemptId> AttemptId::Parse(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  AttemptId id;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &id.task.index) ||
      !absl::SimpleAtoi(parts[2], &id.number) || id.task.index < 0 ||
      id.number < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("not an assignment id: ", text));
  }
  MIV_ASSIGN_OR_RETURN(id.task.job, JobId::Parse(parts[0]));
  return id;
}

}  // namespace miv::server
