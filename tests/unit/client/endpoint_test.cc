#include "client/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "common/base/fault.h"
#include "common/base/files.h"

namespace miv::client {
namespace {

using ::testing::HasSubstr;

class EndpointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    home_ = JoinPath(
        ::testing::TempDir(),
        std::string("endpoint_") +
            ::testing::UnitTest::GetInstance()->current_test_info()->name());
    ASSERT_TRUE(RemoveTree(home_).ok());
    variables_["HOME"] = home_;
  }

  void Write(const std::string& relative, const std::string& bytes) {
    const std::string path = JoinPath(home_, relative);
    ASSERT_TRUE(MakeDirectories(path.substr(0, path.rfind('/'))).ok());
    ASSERT_TRUE(WriteFileAtomically(path, bytes).ok());
  }

  /// A coordinator's data directory below home.
  void WriteServer(const std::string& directory, const std::string& address) {
    Write(directory + "/token", "token-of-" + directory + "\n");
    Write(directory + "/server.json",
          R"({"address":")" + address +
              R"(","token_file":"token","pid":41,"version":"0.1.0"})");
  }

  absl::StatusOr<Endpoint> Find(const std::string& server = "",
                                const std::string& token_file = "") {
    return FindEndpoint({.server = server,
                         .token_file = token_file,
                         .environment = [this](const std::string& name)
                             -> std::optional<std::string> {
                           const auto it = variables_.find(name);
                           if (it == variables_.end()) return std::nullopt;
                           return it->second;
                         }});
  }

  std::string home_;
  std::map<std::string, std::string> variables_;
};

TEST_F(EndpointTest, FlagThenVariableThenConfigurationThenDefault) {
  WriteServer(".local/share/miv", "127.0.0.1:1");
  EXPECT_EQ(Find()->address, "127.0.0.1:1");
  Write(".config/miv/config.yaml", "server: lab.example.org:2\ntoken: abc\n");
  EXPECT_EQ(Find()->address, "lab.example.org:2");
  variables_["MIV_SERVER"] = "127.0.0.1:3";
  EXPECT_EQ(Find()->address, "127.0.0.1:3");
  EXPECT_EQ(Find("127.0.0.1:4")->address, "127.0.0.1:4");
  EXPECT_EQ(Find("127.0.0.1:4")->origin, "--server");
}

TEST_F(EndpointTest, ReadsAddressAndTokenOfADataDirectory) {
  WriteServer("data", "127.0.0.1:7400");
  for (const std::string server : {"/data", "/data/server.json"}) {
    const auto endpoint = Find(home_ + server);
    ASSERT_TRUE(endpoint.ok()) << endpoint.status();
    EXPECT_EQ(endpoint->address, "127.0.0.1:7400");
    EXPECT_EQ(endpoint->token, "token-of-data");
    EXPECT_EQ(endpoint->token_origin, home_ + "/data/token");
    EXPECT_EQ(endpoint->server_pid, 41);
  }
}

TEST_F(EndpointTest, TokenOfTheDataDirectoryThenVariableThenConfiguration) {
  WriteServer("data", "127.0.0.1:7400");
  Write(".config/miv/config.yaml", "token_file: ~/lab.token\n");
  Write("lab.token", "from-file\n");
  EXPECT_EQ(Find("127.0.0.1:1")->token, "from-file");
  variables_["MIV_TOKEN"] = "from-variable";
  EXPECT_EQ(Find("127.0.0.1:1")->token, "from-variable");
  EXPECT_EQ(Find(home_ + "/data")->token, "token-of-data");
  EXPECT_EQ(Find(home_ + "/data", home_ + "/lab.token")->token, "from-file");
}

TEST_F(EndpointTest, UsesTheVariableWhenTheTokenFileCannotBeRead) {
  WriteServer("data", "127.0.0.1:7400");
  ASSERT_TRUE(RemoveTree(home_ + "/data/token").ok());
  variables_["MIV_TOKEN"] = "mine";
  EXPECT_EQ(Find(home_ + "/data")->token, "mine");
}

TEST_F(EndpointTest, TakesTheCaFileOfTheConfiguration) {
  Write(".config/miv/config.yaml",
        "server: lab:7400\nca_file: ~/ca.pem\ntoken: t\n");
  EXPECT_EQ(Find()->ca_file, home_ + "/ca.pem");
}

TEST_F(EndpointTest, SaysHowToGetAServerWhenNoneIsKnown) {
  const auto endpoint = Find();
  EXPECT_EQ(endpoint.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(FaultOf(endpoint.status())->remedy, HasSubstr("miv up"));
}

TEST_F(EndpointTest, SaysHowToStartInADirectoryWithoutServer) {
  ASSERT_TRUE(MakeDirectories(home_ + "/empty").ok());
  const auto endpoint = Find(home_ + "/empty");
  EXPECT_EQ(endpoint.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(FaultOf(endpoint.status())->remedy,
              HasSubstr("miv up --data " + home_ + "/empty"));
  EXPECT_EQ(Find("/no/such/dir").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(EndpointTest, RefusesWhatNamesNoServer) {
  for (const std::string server : {"lab", "lab:", ":7400", "lab:99999"})
    EXPECT_EQ(Find(server).status().code(), absl::StatusCode::kInvalidArgument)
        << server;
}

TEST_F(EndpointTest, RefusesAServerFileThatIsNone) {
  Write("server.json", "{}");
  EXPECT_EQ(FaultOf(Find(home_ + "/server.json").status())->reason,
            "INVALID_SERVER_FILE");
}

TEST_F(EndpointTest, RefusesUnknownSettingsWithTheirLine) {
  Write(".config/miv/config.yaml", "server: lab:1\nsevrer: lab:2\n");
  const auto fault = FaultOf(Find().status());
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->reason, "UNKNOWN_CONFIG_KEY");
  EXPECT_EQ(fault->line, 2);
  EXPECT_THAT(fault->remedy, HasSubstr("server"));
}

TEST_F(EndpointTest, RefusesSettingsOfAnotherType) {
  Write(".config/miv/config.yaml", "server: 7\n");
  EXPECT_EQ(FaultOf(Find().status())->reason, "INVALID_CONFIG");
  Write(".config/miv/config.yaml", "- server\n");
  EXPECT_EQ(FaultOf(Find().status())->reason, "INVALID_CONFIG");
}

TEST_F(EndpointTest, FailsWithoutTheTokenFileThatIsAskedFor) {
  EXPECT_EQ(Find("127.0.0.1:1", home_ + "/absent").status().code(),
            absl::StatusCode::kNotFound);
  Write("empty.token", "\n");
  EXPECT_EQ(
      FaultOf(Find("127.0.0.1:1", home_ + "/empty.token").status())->reason,
      "NO_TOKEN");
}

TEST(IsLocalAddress, OnlyWhatCannotLeaveTheMachine) {
  for (const char* address :
       {"127.0.0.1:1", "127.1.2.3:1", "localhost:1", "[::1]:1", "unix:/x"})
    EXPECT_TRUE(IsLocalAddress(address)) << address;
  for (const char* address : {"lab:1", "10.0.0.1:1", "127.evil.org:1",
                              "localhost.evil.org:1", "[::2]:1"})
    EXPECT_FALSE(IsLocalAddress(address)) << address;
}

}  // namespace
}  // namespace miv::client
