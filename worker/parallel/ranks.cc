#include "worker/parallel/ranks.h"

#include <limits>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"

namespace miv::parallel {
namespace {

// A status on the wire: the code, then message and payloads as pairs of
// length-prefixed strings.
void PutString(absl::string_view text, std::string* bytes) {
  const std::uint64_t size = text.size();
  bytes->append(reinterpret_cast<const char*>(&size), sizeof(size));
  bytes->append(text.data(), text.size());
}

std::string TakeString(absl::string_view* bytes) {
  std::uint64_t size = 0;
  bytes->copy(reinterpret_cast<char*>(&size), sizeof(size));
  bytes->remove_prefix(sizeof(size));
  std::string text(bytes->substr(0, size));
  bytes->remove_prefix(size);
  return text;
}

std::string Encode(const absl::Status& status) {
  std::string bytes;
  PutString(absl::StrCat(status.raw_code()), &bytes);
  PutString(status.message(), &bytes);
  status.ForEachPayload(
      [&bytes](absl::string_view url, const absl::Cord& payload) {
        PutString(url, &bytes);
        PutString(std::string(payload), &bytes);
      });
  return bytes;
}

absl::Status Decode(absl::string_view bytes) {
  int code = 0;
  if (!absl::SimpleAtoi(TakeString(&bytes), &code)) code = 2;  // kUnknown
  const std::string message = TakeString(&bytes);
  absl::Status status(static_cast<absl::StatusCode>(code), message);
  while (!bytes.empty()) {
    const std::string url = TakeString(&bytes);
    status.SetPayload(url, absl::Cord(TakeString(&bytes)));
  }
  return status;
}

// The same error as a Fault that knows its rank; other payloads stay.
absl::Status WithRank(const absl::Status& status, int rank) {
  Fault fault = FaultOrMessage(status);
  if (fault.rank < 0) fault.rank = rank;
  absl::Status result = MakeStatus(status.code(), fault);
  status.ForEachPayload(
      [&result](absl::string_view url, const absl::Cord& payload) {
        if (!result.GetPayload(url).has_value())
          result.SetPayload(url, payload);
      });
  return result;
}

}  // namespace

absl::Status Ranks::AgreeOnStatus(const absl::Status& status) {
  const std::vector<std::int64_t> codes = AllGather(status.raw_code());
  std::size_t failing = 0;
  while (failing < codes.size() && codes[failing] == 0) ++failing;
  if (failing == codes.size()) return absl::OkStatus();
  std::string bytes;
  if (static_cast<std::size_t>(rank()) == failing)
    bytes = Encode(WithRank(status, rank()));
  return Decode(AllGatherBytes(std::move(bytes))[failing]);
}

absl::StatusOr<std::int64_t> Ranks::CheckedSum(std::int64_t value) {
  __int128 sum = 0;
  for (const std::int64_t v : AllGather(value)) sum += v;
  if (sum > std::numeric_limits<std::int64_t>::max() ||
      sum < std::numeric_limits<std::int64_t>::min()) {
    return absl::OutOfRangeError(
        absl::StrCat("a sum over ", size(), " ranks does not fit 64 bits"));
  }
  return static_cast<std::int64_t>(sum);
}

std::vector<std::string> SingleRank::GatherToRoot(std::string bytes) {
  std::vector<std::string> all;
  all.push_back(std::move(bytes));
  return all;
}

std::vector<std::string> SingleRank::AllGatherBytes(std::string bytes) {
  return GatherToRoot(std::move(bytes));
}

std::vector<std::string> SingleRank::AllToAll(
    std::vector<std::string> outgoing) {
  return outgoing;
}

}  // namespace miv::parallel
