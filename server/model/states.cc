#include "server/model/states.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace miv::server {
namespace {

template <typename State>
struct Edge {
  State from;
  State to;
};

using J = JobState;
constexpr Edge<J> kJobEdges[] = {
    {J::kQueued, J::kRunning},    {J::kQueued, J::kCancelled},
    {J::kRunning, J::kSucceeded}, {J::kRunning, J::kFailed},
    {J::kRunning, J::kCancelled},
};

using T = TaskState;
constexpr Edge<T> kTaskEdges[] = {
    {T::kWaiting, T::kCached},      {T::kWaiting, T::kQueued},
    {T::kWaiting, T::kCancelled},   {T::kQueued, T::kLaunching},
    {T::kQueued, T::kCancelled},    {T::kLaunching, T::kRunning},
    {T::kLaunching, T::kQueued},    {T::kLaunching, T::kFailed},
    {T::kLaunching, T::kCancelled}, {T::kRunning, T::kSucceeded},
    {T::kRunning, T::kFailed},      {T::kRunning, T::kCancelled},
    {T::kRunning, T::kQueued},
};

using A = AttemptState;
constexpr Edge<A> kAttemptEdges[] = {
    {A::kAssigned, A::kRunning}, {A::kAssigned, A::kEnded},
    {A::kRunning, A::kReported}, {A::kRunning, A::kEnded},
    {A::kReported, A::kEnded},
};

using G = GroupState;
constexpr Edge<G> kGroupEdges[] = {
    {G::kLaunching, G::kReady}, {G::kLaunching, G::kLeaving},
    {G::kLaunching, G::kEnded}, {G::kReady, G::kLeaving},
    {G::kReady, G::kEnded},     {G::kLeaving, G::kEnded},
};

template <typename State, std::size_t n>
bool Contains(const Edge<State> (&edges)[n], State from, State to) {
  return std::any_of(std::begin(edges), std::end(edges), [&](const auto& e) {
    return e.from == from && e.to == to;
  });
}

template <typename State>
struct Names;

template <>
struct Names<JobState> {
  static constexpr std::array<std::pair<J, absl::string_view>, 5> kAll = {
      {{J::kQueued, "QUEUED"},
       {J::kRunning, "RUNNING"},
       {J::kSucceeded, "SUCCEEDED"},
       {J::kFailed, "FAILED"},
       {J::kCancelled, "CANCELLED"}}};
};

template <>
struct Names<TaskState> {
  static constexpr std::array<std::pair<T, absl::string_view>, 8> kAll = {
      {{T::kWaiting, "WAITING"},
       {T::kCached, "CACHED"},
       {T::kQueued, "QUEUED"},
       {T::kLaunching, "LAUNCHING"},
       {T::kRunning, "RUNNING"},
       {T::kSucceeded, "SUCCEEDED"},
       {T::kFailed, "FAILED"},
       {T::kCancelled, "CANCELLED"}}};
};

template <>
struct Names<AttemptState> {
  static constexpr std::array<std::pair<A, absl::string_view>, 4> kAll = {
      {{A::kAssigned, "ASSIGNED"},
       {A::kRunning, "RUNNING"},
       {A::kReported, "REPORTED"},
       {A::kEnded, "ENDED"}}};
};

using O = AttemptOutcome;
template <>
struct Names<AttemptOutcome> {
  static constexpr std::array<std::pair<O, absl::string_view>, 5> kAll = {
      {{O::kNone, "NONE"},
       {O::kSucceeded, "SUCCEEDED"},
       {O::kFailed, "FAILED"},
       {O::kCancelled, "CANCELLED"},
       {O::kLost, "LOST"}}};
};

template <>
struct Names<GroupState> {
  static constexpr std::array<std::pair<G, absl::string_view>, 4> kAll = {
      {{G::kLaunching, "LAUNCHING"},
       {G::kReady, "READY"},
       {G::kLeaving, "LEAVING"},
       {G::kEnded, "ENDED"}}};
};

template <typename State>
absl::string_view NameOf(State state) {
  for (const auto& [value, name] : Names<State>::kAll) {
    if (value == state) return name;
  }
  return "UNKNOWN";
}

}  // namespace

bool IsLegalMove(JobState from, JobState to) {
  return Contains(kJobEdges, from, to);
}
bool IsLegalMove(TaskState from, TaskState to) {
  return Contains(kTaskEdges, from, to);
}
bool IsLegalMove(AttemptState from, AttemptState to) {
  return Contains(kAttemptEdges, from, to);
}
bool IsLegalMove(GroupState from, GroupState to) {
  return Contains(kGroupEdges, from, to);
}

bool IsFinal(JobState state) {
  return state == J::kSucceeded || state == J::kFailed ||
         state == J::kCancelled;
}

bool IsFinal(TaskState state) {
  return IsGood(state) || state == T::kFailed || state == T::kCancelled;
}

bool IsGood(TaskState state) {
  return state == T::kCached || state == T::kSucceeded;
}

absl::string_view StateName(JobState state) { return NameOf(state); }
absl::string_view StateName(TaskState state) { return NameOf(state); }
absl::string_view StateName(AttemptState state) { return NameOf(state); }
absl::string_view StateName(AttemptOutcome outcome) { return NameOf(outcome); }
absl::string_view StateName(GroupState state) { return NameOf(state); }

template <typename State>
std::optional<State> StateNamed(absl::string_view name) {
  for (const auto& [value, known] : Names<State>::kAll) {
    if (known == name) return value;
  }
  return std::nullopt;
}

template std::optional<JobState> StateNamed(absl::string_view);
template std::optional<TaskState> StateNamed(absl::string_view);
template std::optional<AttemptState> StateNamed(absl::string_view);
template std::optional<AttemptOutcome> StateNamed(absl::string_view);
template std::optional<GroupState> StateNamed(absl::string_view);

template <typename State>
absl::Status CheckMove(State from, State to) {
  if (IsLegalMove(from, to)) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("illegal move from ", NameOf(from), " to ", NameOf(to)));
}

template absl::Status CheckMove(JobState, JobState);
template absl::Status CheckMove(TaskState, TaskState);
template absl::Status CheckMove(AttemptState, AttemptState);
template absl::Status CheckMove(GroupState, GroupState);

}  // namespace miv::server
