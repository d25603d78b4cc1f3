#include "server/launchers/group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv::server {
namespace {

using ::testing::HasSubstr;

GroupSpec FullSpec() {
  return {.group = {"g1", "/data/groups/g1"},
          .ranks = 3,
          .mpirun = false,
          .command = {"/bin/worker", "--x"},
          .environment = {{"A", "1"}},
          .read_only = {"/models"},
          .socket_directory = "/tmp/s",
          .limits = {.wall_s = 1.5,
                     .memory_bytes = 2,
                     .cpu_s = 3,
                     .file_bytes = 4,
                     .processes = 5,
                     .output_bytes = 6},
          .sandbox = SandboxPolicy::kBwrap,
          .user_code = true};
}

TEST(GroupSpec, SurvivesJson) {
  const auto spec = GroupSpecFromJson(ToJson(FullSpec()));
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->group.id, "g1");
  EXPECT_EQ(spec->group.directory, "/data/groups/g1");
  EXPECT_EQ(spec->ranks, 3);
  EXPECT_FALSE(spec->mpirun);
  EXPECT_THAT(spec->command, testing::ElementsAre("/bin/worker", "--x"));
  EXPECT_EQ(spec->environment.at("A"), "1");
  EXPECT_THAT(spec->read_only, testing::ElementsAre("/models"));
  EXPECT_EQ(spec->socket_directory, "/tmp/s");
  EXPECT_EQ(spec->limits.wall_s, 1.5);
  EXPECT_EQ(spec->limits.memory_bytes, 2);
  EXPECT_EQ(spec->limits.cpu_s, 3);
  EXPECT_EQ(spec->limits.file_bytes, 4);
  EXPECT_EQ(spec->limits.processes, 5);
  EXPECT_EQ(spec->limits.output_bytes, 6);
  EXPECT_EQ(spec->sandbox, SandboxPolicy::kBwrap);
  EXPECT_TRUE(spec->user_code);
}

TEST(GroupSpec, MissingAndWrongFieldsAreNamed) {
  nlohmann::json missing = ToJson(FullSpec());
  missing.erase("ranks");
  EXPECT_THAT(std::string(GroupSpecFromJson(missing).status().message()),
              HasSubstr("ranks is missing"));
  nlohmann::json wrong = ToJson(FullSpec());
  wrong["command"] = 1;
  EXPECT_THAT(std::string(GroupSpecFromJson(wrong).status().message()),
              HasSubstr("command has the wrong type, found number"));
  nlohmann::json policy = ToJson(FullSpec());
  policy["sandbox"] = "jail";
  EXPECT_EQ(GroupSpecFromJson(policy).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(GroupSpecFromJson(nlohmann::json::array()).ok());
}

TEST(ExitRecord, SurvivesJsonForEveryOutcome) {
  for (const ExitOutcome outcome :
       {ExitOutcome::kExited, ExitOutcome::kSignalled, ExitOutcome::kWallLimit,
        ExitOutcome::kMemoryLimit, ExitOutcome::kKilled,
        ExitOutcome::kLaunchFailed}) {
    const auto record =
        ExitRecordFromJson(ToJson(ExitRecord{.outcome = outcome,
                                             .code = 1,
                                             .signal = 2,
                                             .detail = "why",
                                             .ended_unix_s = 1700000000.25}));
    ASSERT_TRUE(record.ok()) << record.status();
    EXPECT_EQ(record->outcome, outcome);
    EXPECT_EQ(record->code, 1);
    EXPECT_EQ(record->signal, 2);
    EXPECT_EQ(record->detail, "why");
    EXPECT_EQ(record->ended_unix_s, 1700000000.25);
  }
}

TEST(ExitRecord, NamesAreThoseOfTheContract) {
  EXPECT_EQ(OutcomeName(ExitOutcome::kWallLimit), "wall_limit");
  EXPECT_EQ(OutcomeName(ExitOutcome::kMemoryLimit), "memory_limit");
  EXPECT_EQ(OutcomeName(ExitOutcome::kLaunchFailed), "launch_failed");
}

TEST(ExitRecord, DamageIsDataLoss) {
  nlohmann::json unknown = ToJson(ExitRecord{});
  unknown["outcome"] = "vanished";
  nlohmann::json missing = ToJson(ExitRecord{});
  missing.erase("signal");
  for (const nlohmann::json& json : {unknown, missing, nlohmann::json(3)})
    EXPECT_EQ(ExitRecordFromJson(json).status().code(),
              absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace miv::server
