#include "worker/simulate/run_loop.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/parallel/exchange.h"
#include "worker/simulate/neuron/integrator.h"

namespace miv::simulate {
namespace {

using Clock = std::chrono::steady_clock;

/// Wall time between two questions to the group.
constexpr double kPollSeconds = 0.05;
constexpr std::int64_t kFirstPoll = 4;

/// Wall time between two times at which results are put down.
constexpr double kFlushSeconds = 0.25;
constexpr std::int64_t kLongestPoll = 1 << 20;

/// Steps between two looks at all potentials, which cost less than a hundredth
/// of a step.
constexpr std::int64_t kCheckSteps = 8;

// What the ranks add up at a poll: rank 0's next poll step in the low bits,
// then whether to put results down and
// who wants to stop.
constexpr std::int64_t kCancelBit = std::int64_t{1} << 40;
constexpr std::int64_t kFlushBit = std::int64_t{1} << 41;
constexpr std::int64_t kFailureBit = std::int64_t{1} << 44;

/// The state of one run.
class RunLoop {
 public:
  RunLoop(worker::StepContext& ctx, const RunRequest& request)
      : ctx_(ctx),
        request_(request),
        every_(request.checkpoints == nullptr ? 0 : request.checkpoint.every),
        step_(request.checkpoint.first_step),
        t_ms_(request.checkpoint.header.t_ms),
        next_poll_(request.checkpoint.first_step + kFirstPoll),
        last_step_(request.checkpoint.first_step),
        last_poll_(Clock::now()),
        last_flush_(last_poll_) {}

  neuron::StepAction OnStep(std::int64_t step, double t_ms) {
    step_ = step;
    t_ms_ = t_ms;
    request_.lfp.OnStep(step, request_.output);
    request_.recorder.OnStep(step, request_.output);
    if (step % kCheckSteps == 0) CheckPotentials(t_ms);
    stopped_ = step >= next_poll_ && Poll(step, t_ms);
    at_checkpoint_ = every_ > 0 && step % every_ == 0;
    return stopped_ || at_checkpoint_ ? neuron::StepAction::kStop
                                      : neuron::StepAction::kContinue;
  }

  /// The samples of the state that the run starts from.
  void Begin() {
    request_.lfp.OnStep(step_, request_.output);
    request_.recorder.OnStep(step_, request_.output);
  }

  bool cancelled() const { return cancelled_; }

  /// Whether the last step was one to stop at for a checkpoint, and only that.
  bool at_checkpoint() const { return at_checkpoint_ && !stopped_; }

  /// Collective, between two calls of Solve.
  absl::Status WriteCheckpoint(neuron::DeliveryWatch& deliveries,
                               const std::string& path) {
    deliveries.Settle();
    const neuron::TieCounts own = deliveries.Counts();
    CheckpointHeader header = request_.checkpoint.header;
    header.t_ms = t_ms_;
    header.step = step_;
    header.ties += ctx_.ranks.Sum(own.ties);
    header.unequal_ties += ctx_.ranks.Sum(own.unequal);
    at_checkpoint_ = false;
    return request_.checkpoints->Write(path, header);
  }

  /// A run goes on without checkpoints rather than not at all.
  void GiveUpCheckpoints(const absl::Status& status) {
    every_ = 0;
    if (!ctx_.ranks.is_root()) return;
    ctx_.observer.Warning(absl::StrCat("no checkpoint from here on: ",
                                       FaultOrMessage(status).what));
  }

  const absl::Status& failure() const { return failure_; }

  /// Notes the first potential that is not a number.
  void CheckPotentials(double t_ms) {
    if (!failure_.ok()) return;
    const auto found = neuron::FindNonFinitePotential();
    if (!found) return;
    Fault fault;
    fault.reason = "NOT_A_NUMBER";
    fault.phase = "simulation";
    fault.what = absl::StrCat("the potential of ", found->name, " of ",
                              found->cell, " is not a number at ", t_ms, " ms");
    fault.simulated_ms = t_ms;
    fault.remedy =
        "Use a smaller dt, or look for a division by zero in the cell's "
        "mechanisms.";
    fault.gid = GidOf(found->section);
    failure_ = InvalidInput(fault);
  }

  /// Collective: puts down what the run has to its end, or to the step where
  /// it was stopped.
  void Finish(bool complete) {
    if (!complete) return FlushRunning();
    Flush(step_ + 1, static_cast<double>(step_ + 1) * request_.dt_ms, true);
  }

  /// Collective, between two calls of Solve: exactly what a run that goes on
  /// from here does not repeat.
  void FlushToCheckpoint() {
    Flush(step_, JustAfter(t_ms_), /*complete=*/false);
  }

  std::int64_t GidOf(neuron::SectionHandle section) const {
    for (const auto& cell : request_.cells.cells) {
      if (std::find(cell->sections.begin(), cell->sections.end(), section) !=
          cell->sections.end()) {
        return cell->gid;
      }
    }
    return -1;
  }

 private:
  /// Collective.  True if the run is to stop at this step.
  bool Poll(std::int64_t step, double t_ms) {
    CheckPotentials(t_ms);
    if (failure_.ok()) failure_ = request_.output.status();
    std::int64_t word = failure_.ok() ? 0 : kFailureBit;
    if (ctx_.ranks.is_root()) {
      word += NextPoll(step);
      if (ctx_.observer.Cancelled()) word += kCancelBit;
      if (FlushIsDue()) word += kFlushBit;
    }
    word = ctx_.ranks.Sum(word);
    next_poll_ = word & (kCancelBit - 1);
    cancelled_ = (word & kCancelBit) != 0;
    if ((word & kFlushBit) != 0) FlushRunning();
    ctx_.observer.Progress("simulation", t_ms, request_.t_end_ms, "ms");
    return cancelled_ || word >= kFailureBit;
  }

  bool FlushIsDue() {
    const double seconds =
        std::chrono::duration<double>(last_poll_ - last_flush_).count();
    if (seconds < kFlushSeconds) return false;
    last_flush_ = last_poll_;
    return true;
  }

  /// Collective.  At the callback of a step NEURON has not yet looked for the
  /// spikes of that step, and has delivered the events up to the middle of it:
  /// all is known of what was before the step before.
  void FlushRunning() {
    const std::int64_t covered =
        std::max(step_ - 1, request_.checkpoint.first_step);
    Flush(covered, static_cast<double>(covered) * request_.dt_ms, false);
  }

  /// Collective.
  void Flush(std::int64_t covered, double until_ms, bool complete) {
    std::vector<neuron::Spike> spikes;
    request_.network.TakeSpikes(&spikes);
    for (const neuron::Spike& spike : spikes) {
      pending_.push_back({spike.t_ms, spike.gid});
    }
    request_.output.AddSpikes(
        &pending_,
        complete ? std::numeric_limits<double>::infinity() : until_ms);
    request_.lfp.FlushBefore(covered, request_.output);
    request_.recorder.FlushBefore(covered, request_.output);
    const worker::ProducedFrames frames = request_.output.Mark(
        static_cast<std::uint64_t>(covered), until_ms, complete);
    if (ctx_.ranks.is_root()) ctx_.observer.Produced(frames);
  }

  /// Rank 0: the step to poll at next, from the pace since the last poll.
  std::int64_t NextPoll(std::int64_t step) {
    const Clock::time_point now = Clock::now();
    const double seconds =
        std::chrono::duration<double>(now - last_poll_).count();
    const double steps = static_cast<double>(step - last_step_) * kPollSeconds /
                         std::max(seconds, 1e-9);
    last_poll_ = now;
    last_step_ = step;
    return step + std::clamp(static_cast<std::int64_t>(steps), std::int64_t{1},
                             kLongestPoll);
  }

  worker::StepContext& ctx_;
  const RunRequest& request_;
  std::int64_t every_ = 0;  ///< steps between checkpoints
  std::int64_t step_ = 0;
  double t_ms_ = 0;
  bool stopped_ = false;
  bool at_checkpoint_ = false;
  std::int64_t next_poll_ = 0;
  std::int64_t last_step_ = 0;
  Clock::time_point last_poll_;
  Clock::time_point last_flush_;
  bool cancelled_ = false;
  absl::Status failure_;
  std::vector<segments::SpikeTime> pending_;  ///< too new to be put down
};

/// Leaves the error where the coordinator finds it and ends the group: the
/// other ranks wait in NEURON and cannot be told.
[[noreturn]] void EndGroup(worker::StepContext& ctx,
                           const absl::Status& status) {
  Fault fault = FaultOrMessage(status);
  fault.phase = "simulation";
  fault.rank = ctx.ranks.rank();
  WriteFileAtomically(JoinPath(ctx.output_directory, kFailureFile),
                      FaultToJson(fault))
      .IgnoreError();
  ctx.observer.Warning(status.message());
  std::_Exit(EXIT_FAILURE);
}

/// An unequal tie as ranks tell each other of it.
struct TieRecord {
  double t_ms = 0;
  std::int64_t gid = 0;
  std::uint32_t first_source = 0;
  std::uint32_t last_source = 0;
  auto operator<=>(const TieRecord&) const = default;
};

/// Collective: adds the ranks' counts up, and warns where they matter.
void ReportTies(worker::StepContext& ctx, const RunRequest& request,
                const RunLoop& loop, const neuron::TieCounts& own,
                RunOutcome* outcome) {
  std::vector<TieRecord> record;
  if (own.first) {
    record.push_back({own.first->t_ms, loop.GidOf(own.first->section),
                      own.first->first_source, own.first->last_source});
  }
  const CheckpointHeader& before = request.checkpoint.header;
  outcome->ties = before.ties + ctx.ranks.Sum(own.ties);
  outcome->unequal_ties = before.unequal_ties + ctx.ranks.Sum(own.unequal);
  const auto all = parallel::AllGatherValues(
      ctx.ranks, absl::MakeConstSpan(record.data(), record.size()));
  if (all.empty() || request.tied_events == neuron::TiedEvents::kBySource ||
      !ctx.ranks.is_root()) {
    return;
  }
  const TieRecord& first = *std::min_element(all.begin(), all.end());
  ctx.observer.Warning(absl::StrCat(
      "At ", outcome->unequal_ties,
      " times, events of different sources and weights reached one point "
      "process at exactly the same time, first at ",
      first.t_ms, " ms in gid ", first.gid, " from gids ", first.first_source,
      " to ", first.last_source,
      ". Their order, and with it the last digits of the result, may depend on "
      "the number of ranks; tied_events: by_source fixes it."));
}

/// Collective: to t_end, with a checkpoint wherever one is due.
absl::Status SolveAll(const RunRequest& request, RunLoop& loop,
                      neuron::DeliveryWatch& deliveries) {
  while (true) {
    MIV_RETURN_IF_ERROR(neuron::Solve(
        request.engine, request.t_end_ms,
        [&loop](std::int64_t step, double t) { return loop.OnStep(step, t); }));
    if (!loop.at_checkpoint()) return absl::OkStatus();
    loop.FlushToCheckpoint();
    const absl::Status written =
        loop.WriteCheckpoint(deliveries, request.checkpoint.path);
    if (!written.ok()) loop.GiveUpCheckpoints(written);
  }
}

}  // namespace

absl::StatusOr<RunOutcome> RunNetwork(worker::StepContext& ctx,
                                      const RunRequest& request) {
  RunLoop loop(ctx, request);
  loop.Begin();
  neuron::DeliveryWatch deliveries(request.network.connections(),
                                   request.tied_events);
  const absl::Status solved = SolveAll(request, loop, deliveries);
  if (!solved.ok() && ctx.ranks.size() > 1) EndGroup(ctx, solved);
  if (solved.ok() && !loop.cancelled()) {
    loop.CheckPotentials(request.t_end_ms);
  }
  const absl::Status agreed =
      ctx.ranks.AgreeOnStatus(solved.ok() ? loop.failure() : solved);
  loop.Finish(/*complete=*/agreed.ok() && !loop.cancelled());
  MIV_RETURN_IF_ERROR(agreed);
  if (loop.cancelled()) return worker::StoppedStatus();
  MIV_RETURN_IF_ERROR(request.lfp.CheckRange());
  ctx.observer.Progress("simulation", request.t_end_ms, request.t_end_ms, "ms");
  if (!request.checkpoint.end_path.empty()) {
    MIV_RETURN_IF_ERROR(
        loop.WriteCheckpoint(deliveries, request.checkpoint.end_path));
  }
  RunOutcome outcome;
  ReportTies(ctx, request, loop, deliveries.Counts(), &outcome);
  return outcome;
}

}  // namespace miv::simulate
