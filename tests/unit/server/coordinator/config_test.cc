#include "server/coordinator/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/fault.h"

namespace miv::server {
namespace {

using testing::HasSubstr;

// Every member, so that a key that the text forgets shows.
std::vector<double> Numbers(const CoordinatorConfig& c) {
  return {static_cast<double>(c.slots),
          static_cast<double>(c.sandbox),
          static_cast<double>(c.default_ranks),
          static_cast<double>(c.max_ranks),
          static_cast<double>(c.resident_ranks),
          c.idle_timeout_s,
          c.launch_patience_s,
          c.overtaking_limit_s,
          c.group.wall_s,
          static_cast<double>(c.group.memory_bytes),
          static_cast<double>(c.group.cpu_s),
          static_cast<double>(c.group.file_bytes),
          static_cast<double>(c.group.processes),
          static_cast<double>(c.group.output_bytes),
          c.launch_limit_s,
          c.preflight.wall_s,
          static_cast<double>(c.preflight.memory_bytes),
          static_cast<double>(c.preflight.cpu_s),
          static_cast<double>(c.preflight.file_bytes),
          static_cast<double>(c.preflight.processes),
          static_cast<double>(c.max_steps),
          static_cast<double>(c.max_live_jobs),
          static_cast<double>(c.max_watchers),
          static_cast<double>(c.max_threads),
          static_cast<double>(c.log_lines_per_attempt),
          static_cast<double>(c.low_water_bytes),
          c.job_details_days,
          c.group_output_days,
          c.unfinished_upload_hours};
}

TEST(Config, TheDocumentedDefaultsAreTheDefaults) {
  const auto documented = ParseConfig(DefaultConfigText(), "default.yaml");
  ASSERT_TRUE(documented.ok()) << documented.status();
  const CoordinatorConfig defaults;
  EXPECT_EQ(documented->listen, defaults.listen);
  EXPECT_EQ(documented->log_level, defaults.log_level);
  EXPECT_EQ(Numbers(*documented), Numbers(defaults));
}

TEST(Config, AnEmptyFileChangesNothing) {
  const auto config = ParseConfig("", "c.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(Numbers(*config), Numbers(CoordinatorConfig()));
}

TEST(Config, TakesWhatIsGivenAndKeepsTheRest) {
  const auto config = ParseConfig(
      "slots: 12\nsandbox: none\n"
      "limits: {group: {memory_bytes: 1000}, steps: 5}\n",
      "c.yaml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->slots, 12);
  EXPECT_EQ(config->sandbox, SandboxPolicy::kNone);
  EXPECT_EQ(config->group.memory_bytes, 1000);
  EXPECT_EQ(config->group.output_bytes, 16 << 20);
  EXPECT_EQ(config->max_steps, 5);
  EXPECT_EQ(config->max_live_jobs, 1000);
}

TEST(Config, NamesFileLineAndKeyOfAMistake) {
  const auto config =
      ParseConfig("slots: 2\nscheduler:\n  idle_timeout: 3\n", "c.yaml");
  EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(
      std::string(config.status().message()),
      testing::AllOf(HasSubstr("c.yaml:3"), HasSubstr("scheduler.idle_timeout"),
                     HasSubstr("idle_timeout_s")));
}

TEST(Config, RefusesValuesOutOfRange) {
  for (const char* text : {"slots: -1", "slots: two", "sandbox: chroot",
                           "limits: {launch_s: -5}", "log_level: loud"}) {
    EXPECT_EQ(ParseConfig(text, "c.yaml").status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(Config, SaysNotFoundForAFileThatIsNotThere) {
  EXPECT_EQ(LoadConfig("/nonexistent/c.yaml").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(Completed, ComputesWhatIsLeftOpen) {
  const CoordinatorConfig two = Completed({}, 2);
  EXPECT_EQ(two.slots, 2);
  EXPECT_EQ(two.default_ranks, 2);
  EXPECT_EQ(two.max_ranks, 16);
  EXPECT_EQ(two.resident_ranks, 4);
  const CoordinatorConfig many = Completed({}, 64);
  EXPECT_EQ(many.default_ranks, 8);
  EXPECT_EQ(many.max_ranks, 256);
  CoordinatorConfig given;
  given.slots = 3;
  given.default_ranks = 1;
  EXPECT_EQ(Completed(given, 64).slots, 3);
  EXPECT_EQ(Completed(given, 64).default_ranks, 1);
}

TEST(LowWaterBytes, IsAGibibyteOrATwentiethUnlessTold) {
  CoordinatorConfig config;
  EXPECT_EQ(LowWaterBytes(config, std::int64_t{1} << 40), 1 << 30);
  EXPECT_EQ(LowWaterBytes(config, 100'000'000), 5'000'000);
  config.low_water_bytes = 7;
  EXPECT_EQ(LowWaterBytes(config, 100'000'000), 7);
}

TEST(ToEngineOptions, CarriesEveryLimit) {
  CoordinatorConfig config = Completed({}, 2);
  config.idle_timeout_s = 7;
  config.group.memory_bytes = 99;
  config.log_lines_per_attempt = 5;
  config.job_details_days = 2;
  const EngineOptions options = ToEngineOptions(config);
  EXPECT_EQ(options.scheduler.slots, 2);
  EXPECT_EQ(options.scheduler.idle_timeout, absl::Seconds(7));
  EXPECT_EQ(options.groups.limits.memory_bytes, 99);
  EXPECT_EQ(options.desk.log_lines_per_attempt, 5);
  EXPECT_EQ(options.retention.job_details, absl::Hours(48));
  EXPECT_EQ(options.submissions.max_ranks, 16);
}

}  // namespace
}  // namespace miv::server
