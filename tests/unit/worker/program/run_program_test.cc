#include "worker/program/run_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "tests/support/temp_directory.h"

namespace miv::worker {
namespace {

using How = ProgramEnd::How;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

class RunProgramTest : public testing::Test {
 protected:
  ProgramSpec Shell(const std::string& text) {
    return {.argv = {"/bin/sh", "-c", text},
            .environment = {{"PATH", "/usr/bin:/bin"}},
            .directory = directory_.path()};
  }

  ProgramEnd Run(const ProgramSpec& spec) {
    const auto end = RunProgram(
        spec, {.line = [this](auto line) { lines_.emplace_back(line); }});
    EXPECT_TRUE(end.ok()) << end.status();
    return end.value_or(ProgramEnd{.code = -1});
  }

  const test::TempDirectory directory_;
  std::vector<std::string> lines_;
};

TEST_F(RunProgramTest, TellsLinesAsTheyComeAndHowItEnded) {
  const ProgramEnd end = Run(Shell("echo a; printf 'b\\n\\nc'; exit 3"));
  EXPECT_EQ(end.how, How::kExited);
  EXPECT_EQ(end.code, 3);
  EXPECT_THAT(lines_, ElementsAre("a", "b", "", "c"));
  EXPECT_EQ(end.last_errors, "");
}

TEST_F(RunProgramTest, CutsLongLinesAndKeepsTheEndOfStderr) {
  const ProgramEnd end =
      Run(Shell("head -c 100000 /dev/zero | tr '\\0' x; echo; "
                "i=0; while [ $i -lt 1000 ]; do echo line $i >&2; i=$((i+1)); "
                "done"));
  EXPECT_EQ(lines_[0].size(), 1000u);
  EXPECT_LE(end.last_errors.size(), 4096u);
  EXPECT_THAT(end.last_errors, testing::StartsWith("line "));
  EXPECT_THAT(end.last_errors, testing::EndsWith("\nline 999\n"));
}

TEST_F(RunProgramTest, GivesItsEnvironmentAndDirectoryAndNothingElse) {
  ProgramSpec spec = Shell("pwd; env | sort | cut -d= -f1; ls /proc/self/fd");
  spec.environment["MODE"] = "fast";
  Run(spec);
  // PWD is the shell's own; 3 is the listing's.
  EXPECT_THAT(lines_, ElementsAre(directory_.path(), "MODE", "PATH", "PWD", "0",
                                  "1", "2", "3"));
}

TEST_F(RunProgramTest, NamesTheSignalThatEndedIt) {
  const ProgramEnd end = Run(Shell("kill -SEGV $$"));
  EXPECT_EQ(end.how, How::kSignalled);
  EXPECT_EQ(end.signal, SIGSEGV);
}

TEST_F(RunProgramTest, EndsItWhenItsTimeIsUp) {
  ProgramSpec spec = Shell("echo begun; sleep 1000");
  spec.timeout = milliseconds(300);
  EXPECT_EQ(Run(spec).how, How::kTimeout);
}

TEST_F(RunProgramTest, EndsItWhenTold) {
  bool begun = false;
  const auto end = RunProgram(Shell("trap '' TERM INT; echo begun; sleep 1000"),
                              {.line = [&](auto) { begun = true; },
                               .go_on = [&](auto) { return !begun; }});
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->how, How::kStopped);
}

TEST_F(RunProgramTest, EndsWhatLeftItsSession) {
  const std::string pid_file = directory_ / "pid";
  Run(Shell(absl::StrCat("setsid sh -c 'echo $$ > ", pid_file,
                         "; sleep 1000' & while [ ! -s ", pid_file,
                         " ]; do sleep 0.01; done")));
  const pid_t pid = std::stoi(ReadFile(pid_file).value());
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST_F(RunProgramTest, SaysWhyItCannotBeExecuted) {
  const auto status =
      RunProgram({.argv = {"/absent"}, .directory = "/"}, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "No such file or directory");
}

class ConfinedTest : public RunProgramTest {
 protected:
  void SetUp() override {
    AllowedPaths paths = SystemPaths();
    paths.read.push_back(directory_ / "shown");
    MakeDirectories(directory_ / "own").IgnoreError();
    paths.write.push_back(directory_ / "own");
    auto confinement = Confinement::Create(paths);
    if (absl::IsUnimplemented(confinement.status()))
      GTEST_SKIP() << confinement.status().message();
    ASSERT_TRUE(confinement.ok()) << confinement.status();
    confinement_.emplace(*std::move(confinement));
    // The file did not exist when the rules were made, so it is not in them.
    std::ofstream(directory_ / "hidden") << "secret\n";
  }

  std::string Said(const std::string& text) {
    ProgramSpec spec = Shell(text);
    spec.directory = directory_ / "own";
    spec.confinement = &*confinement_;
    Run(spec);
    return lines_.empty() ? "" : lines_.back();
  }

  std::optional<Confinement> confinement_;
};

TEST_F(ConfinedTest, ReadsNothingElse) {
  EXPECT_THAT(Said("cat ../hidden"), HasSubstr("Permission denied"));
  EXPECT_THAT(Said("ls .."), HasSubstr("Permission denied"));
}

TEST_F(ConfinedTest, WritesOnlyToItsOwn) {
  EXPECT_EQ(Said("echo kept > file && mkdir a && mv file a/ && cat a/file"),
            "kept");
  EXPECT_THAT(Said("echo x > ../hidden"), HasSubstr("Permission denied"));
  EXPECT_THAT(Said("ln ../hidden link"),
              testing::AnyOf(HasSubstr("cross-device"),
                             HasSubstr("Permission denied")));
}

TEST_F(ConfinedTest, CannotLookIntoThisProcess) {
  EXPECT_THAT(Said("cat /proc/$PPID/environ"), HasSubstr("Permission denied"));
}

TEST_F(ConfinedTest, RunsInstalledPrograms) {
  EXPECT_EQ(Said("python3 -c 'print(6 * 7)'"), "42");
}

}  // namespace
}  // namespace miv::worker
