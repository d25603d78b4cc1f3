#pragma once

// `miv` as a function, beside a server in memory that holds one job.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/program.h"
#include "tests/unit/client/cli/event_maker.h"
#include "tests/unit/client/fake_server.h"

namespace miv::client {

/// Job j1: step run, done, with results.h5.
class ProgramTest : public ::testing::Test {
 protected:
  void SetUp() override {
    v1::Job& job = server_.jobs.jobs["j1"];
    job.set_id("j1");
    job.set_name("small");
    job.set_state(v1::JOB_STATE_SUCCEEDED);
    job.mutable_created()->set_seconds(1'700'000'000);
    job.mutable_started()->set_seconds(1'700'000'001);
    job.mutable_ended()->set_seconds(1'700'000'005);
    auto* task = job.add_tasks();
    task->set_step("run");
    task->set_kind("simulation");
    task->set_state(v1::TASK_STATE_SUCCEEDED);
    task->set_attempts(1);
    task->set_duration_s(3.5);
    task->set_ranks(2);
    task->set_report_json(R"({"cells":[40,41],"cpu_s":[3.1,3.2]})");
    Output(task, "results.h5", "bytes of results");
    EventMaker make;
    server_.jobs.log = {
        make.Job(1, v1::JOB_STATE_RUNNING),
        make.Task(1, "run", v1::TASK_STATE_RUNNING),
        make.Log(2, "run", v1::LogLine::LEVEL_INFO, "loading cells"),
        make.Warning(3, "run", "two events were tied"),
        make.Task(4, "run", v1::TASK_STATE_SUCCEEDED),
        make.End(5, v1::JOB_STATE_SUCCEEDED)};
  }

  v1::Task& Run() { return *server_.jobs.jobs["j1"].mutable_tasks(0); }

  void Output(v1::Task* task, const std::string& name,
              const std::string& bytes) {
    auto* output = task->add_outputs();
    output->set_name(name);
    output->set_digest(server_.artifacts.Put(bytes));
    output->set_size(static_cast<std::int64_t>(bytes.size()));
  }

  /// Runs `miv ARGS`; out_ and err_ are what it printed.
  int Miv(std::vector<std::string> args) {
    std::ostringstream out, err;
    Io io{.out = out,
          .err = err,
          .out_is_terminal = terminal_,
          .looks =
              [] {
                return Looks{
                    .width = 90, .height = 24, .utf8 = false, .colour = false};
              },
          .environment =
              [this](const std::string& name) -> std::optional<std::string> {
            if (name == "MIV_SERVER") return server_name_;
            if (name == "HOME") return home_;
            return std::nullopt;
          },
          .zone = absl::UTCTimeZone()};
    const int code = RunMiv(args, std::move(io), stop_);
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  nlohmann::json OutJson() {
    return nlohmann::json::parse(out_, nullptr, false);
  }

  FakeServer server_;
  std::string server_name_ = server_.address();
  std::string home_ = ::testing::TempDir();
  bool terminal_ = false;
  std::stop_source stop_;
  std::string out_, err_;
};

}  // namespace miv::client
