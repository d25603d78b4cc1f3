#include "client/cli/follow.h"

#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "client/cli/format.h"
#include "client/cli/job_view.h"
#include "client/cli/json_forms.h"
#include "client/cli/live_display.h"
#include "client/cli/plain_progress.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

/// Takes the events of one job and shows them.
class Follower {
 public:
  virtual ~Follower() = default;
  virtual void Take(const v1::Event& event) = 0;
  virtual void Note(const std::string& text) = 0;
};

class EventFollower final : public Follower {
 public:
  EventFollower(Program& program, bool spikes_only)
      : program_(program), spikes_only_(spikes_only) {}
  void Take(const v1::Event& event) override {
    if (spikes_only_ && !event.has_spikes()) return;
    program_.PrintJson(EventJson(event), /*one_line=*/true);
  }
  void Note(const std::string& text) override { program_.PrintWarning(text); }

 private:
  Program& program_;
  const bool spikes_only_;
};

class PlainFollower final : public Follower {
 public:
  PlainFollower(Program& program, const v1::Job& job)
      : program_(program), view_(job), progress_(program.io().zone) {}
  void Take(const v1::Event& event) override {
    view_.Apply(event);
    if (const auto line = progress_.LineFor(event, view_))
      program_.io().out << *line << std::endl;
  }
  void Note(const std::string& text) override { program_.PrintWarning(text); }

 private:
  Program& program_;
  JobView view_;
  PlainProgress progress_;
};

class LiveFollower final : public Follower {
 public:
  LiveFollower(Program& program, std::ostream& stream, const v1::Job& job)
      : view_(job),
        display_(stream, program.io().looks, mutex_, [this](const Looks& l) {
          mutex_.AssertHeld();
          return ProgressLines(view_, absl::Now(), l);
        }) {}
  void Take(const v1::Event& event) override {
    if (event.has_warning())
      Note(absl::StrCat("warning: ", event.step(), ": ",
                        Printable(event.warning().text())));
    if (event.has_log() && event.log().level() >= v1::LogLine::LEVEL_WARNING)
      Note(absl::StrCat(event.step(), ": ", Printable(event.log().text())));
    absl::MutexLock lock(&mutex_);
    view_.Apply(event);
  }
  void Note(const std::string& text) override { display_.Print(text); }

 private:
  absl::Mutex mutex_;
  JobView view_ ABSL_GUARDED_BY(mutex_);
  LiveDisplay display_;
};

class SilentFollower final : public Follower {
 public:
  void Take(const v1::Event&) override {}
  void Note(const std::string&) override {}
};

std::unique_ptr<Follower> NewFollower(Program& program, FollowStyle style,
                                      const v1::Job& job) {
  Io& io = program.io();
  if (style == FollowStyle::kEvents || style == FollowStyle::kSpikes)
    return std::make_unique<EventFollower>(program,
                                           style == FollowStyle::kSpikes);
  if (style == FollowStyle::kProgress && io.out_is_terminal)
    return std::make_unique<LiveFollower>(program, io.out, job);
  if (style == FollowStyle::kProgress)
    return std::make_unique<PlainFollower>(program, job);
  if (io.err_is_terminal)
    return std::make_unique<LiveFollower>(program, io.err, job);
  return std::make_unique<SilentFollower>();
}

}  // namespace

absl::StatusOr<v1::JobState> Follow(Program& program, Client& client,
                                    const std::string& job_id,
                                    std::int64_t after_sequence,
                                    FollowStyle style) {
  MIV_ASSIGN_OR_RETURN(const v1::Job job, client.GetJob(job_id));
  auto follower = NewFollower(program, style, job);
  WatchOptions options;
  options.after_sequence = after_sequence;
  options.stop = program.stop();
  options.on_connection = [&](const absl::Status& status) {
    follower->Note(status.ok() ? "the server is back"
                               : "the server is away; trying again "
                                 "(Ctrl-C detaches, the job goes on)");
  };
  const auto state = client.WatchJob(
      job_id, options, [&](const v1::Event& event) { follower->Take(event); });
  follower.reset();
  if (absl::IsCancelled(state.status())) {
    return absl::CancelledError(absl::StrCat(
        "detached; job ", job_id, " goes on. Come back with: miv watch ",
        job_id, program.ServerOption()));
  }
  return state;
}

}  // namespace miv::client
