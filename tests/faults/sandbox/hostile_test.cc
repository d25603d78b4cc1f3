// What hostile model code tries, on every backend.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <csignal>
#include <filesystem>

#include "tests/faults/sandbox/hostile_group.h"

namespace miv::server::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

INSTANTIATE_TEST_SUITE_P(Every, HostileGroup,
                         testing::Values(SandboxPolicy::kBwrap,
                                         SandboxPolicy::kNone),
                         PolicyTestName);

TEST_P(HostileGroup, ReadsNoPasswordsAndNoneOfTheServersFiles) {
  const std::string data = groups_->data().path();
  const std::string said = Said(absl::StrCat(
      "for f in /etc/shadow /etc/gshadow ", data, "/miv.sqlite ", data,
      "/token ", data, "/groups/g0/token ", data, "/groups/g0/work/state ",
      data, "/groups/g0/inputs/model ", data,
      "/groups/g0/spec.json; do cat $f && echo READ $f; done; "
      "find / -name 'miv.sqlite' -readable 2>/dev/null; ls ",
      data, "/groups && echo LISTED"));
  EXPECT_THAT(said, Not(HasSubstr(kSecret)));
  EXPECT_THAT(said, Not(HasSubstr("READ")));
  if (sandboxed()) {
    EXPECT_THAT(said, Not(HasSubstr("g0\n")));
  }
}

TEST_P(HostileGroup, ReadsItsOwnTokenAndInputs) {
  const GroupSpec spec = groups_->Spec("cat ../token ../inputs/model");
  ASSERT_TRUE(
      WriteFileAtomically(spec.group.directory + "/token", "mine", 0600).ok());
  ASSERT_TRUE(MakeDirectories(spec.group.directory + "/inputs").ok());
  ASSERT_TRUE(WriteFileAtomically(spec.group.directory + "/inputs/model",
                                  "+model", 0444)
                  .ok());
  EXPECT_EQ(Said(spec), "mine+model");
}

TEST_P(HostileGroup, WritesOnlyInItsWorkAndTmp) {
  const std::string data = groups_->data().path();
  const GroupSpec spec = groups_->Spec(
      absl::StrCat("touch done ../tmp/done .. ../wrote ", data, "/wrote ", data,
                   "/groups/wrote ", data,
                   "/groups/g0/work/wrote; for f in ../inputs ../etc "
                   "/usr /usr/bin /etc / /var /dev /proc; "
                   "do touch $f/wrote && echo WROTE $f; done"));
  EXPECT_THAT(Said(spec), Not(HasSubstr("WROTE")));
  const std::string own = spec.group.directory;
  EXPECT_TRUE(std::filesystem::exists(own + "/work/done"));
  EXPECT_TRUE(std::filesystem::exists(own + "/tmp/done"));
  for (const std::string& place :
       {own, own + "/inputs", data, data + "/groups", data + "/groups/g0/work",
        std::string("/usr"), std::string("/etc")})
    EXPECT_FALSE(std::filesystem::exists(place + "/wrote")) << place;
}

TEST_P(HostileGroup, CannotChangeItsRecords) {
  const GroupSpec spec = groups_->Spec(
      "echo '{}' > ../exit.json; rm -f ../shepherd.json; rm -rf ../work; "
      "mv ../work ../stolen; ln -s /etc ../evil; exit 5");
  EXPECT_EQ(groups_->Run(spec)->code, 5);
  EXPECT_TRUE(std::filesystem::exists(spec.group.directory + "/work"));
  EXPECT_FALSE(std::filesystem::exists(spec.group.directory + "/stolen"));
}

TEST_P(HostileGroup, ReachesNoPortOfTheMachine) {
  if (!sandboxed()) GTEST_SKIP() << "without a sandbox the network is shared";
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{.sin_family = AF_INET};
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  ASSERT_EQ(
      ::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
      0);
  ASSERT_EQ(::listen(server, 1), 0);
  socklen_t size = sizeof(address);
  ::getsockname(server, reinterpret_cast<sockaddr*>(&address), &size);
  const std::string said = Said(absl::StrCat(
      "exec /usr/bin/python3 -c '\nimport socket\n"
      "try: socket.create_connection((\"127.0.0.1\", ",
      ::ntohs(address.sin_port),
      "), 5); print(\"CONNECTED\")\n"
      "except OSError as e: print(e.strerror)\n"
      "s = socket.create_server((\"127.0.0.1\", 0))\n"
      "socket.create_connection(s.getsockname(), 5); print(\"own works\")'"));
  EXPECT_EQ(said, "Connection refused\nown works\n");
  ::close(server);
}

// A socket bound as a file would be refused after its server restarts.
TEST_P(HostileGroup, ReachesTheWorkerServiceAlsoAfterItsRestart) {
  const miv::test::TempDirectory sockets(0711);
  const std::string path = sockets / "workers.sock";
  const auto listen = [&] {
    ::unlink(path.c_str());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{.sun_family = AF_UNIX};
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(
        ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::chmod(path.c_str(), 0666), 0);
    EXPECT_EQ(::listen(fd, 8), 0);
    return fd;
  };
  GroupSpec spec = groups_->Spec(absl::StrCat(
      "exec /usr/bin/python3 -c '\nimport socket, os, time\n"
      "def call(): s = socket.socket(socket.AF_UNIX); s.connect(\"",
      path,
      "\")\ncall(); open(\"first\", \"w\")\n"
      "while not os.path.exists(\"restarted\"): time.sleep(0.005)\n"
      "call(); print(\"twice\")'"));
  spec.socket_directory = sockets.path();
  int server = listen();
  ASSERT_TRUE(groups_->launcher().Launch(spec).ok());
  const std::string work = spec.group.directory + "/work";
  ASSERT_TRUE(
      Eventually([&] { return std::filesystem::exists(work + "/first"); }));
  ::close(server);
  server = listen();
  ASSERT_TRUE(WriteFileAtomically(work + "/restarted", "").ok());
  ASSERT_TRUE(groups_->AwaitEnd(spec.group).ok());
  EXPECT_EQ(LocalGroups::Content(spec, "stdout"), "twice\n");
  ::close(server);
}

TEST_P(HostileGroup, KillsNothingOutside) {
  const pid_t victim = ::fork();
  if (victim == 0) {
    ::execl("/bin/sleep", "sleep", "1000", nullptr);
    ::_exit(1);
  }
  Said(absl::StrCat("kill -9 ", victim, "; kill -9 ", ::getpid(),
                    "; kill -9 $PPID; kill -9 -1; exit 0"));
  EXPECT_EQ(::waitpid(victim, nullptr, WNOHANG), 0);
  EXPECT_EQ(groups_->launcher().Poll(other_.group)->state,
            GroupStatus::State::kRunning);
  ::kill(victim, SIGKILL);
  ::waitpid(victim, nullptr, 0);
}

TEST_P(HostileGroup, SeesNoProcessOutside) {
  const std::string said =
      Said(absl::StrCat("cat /proc/", ::getpid(), "/environ /proc/", ::getpid(),
                        "/maps > /dev/null && echo READ"));
  EXPECT_THAT(said, Not(HasSubstr("READ")));
}

TEST_P(HostileGroup, ForkBombIsBoundedAndCanBeKilled) {
  GroupSpec spec = groups_->Spec(
      "touch started; bomb() { bomb | bomb & }; bomb; sleep 1000");
  spec.limits.processes = 60;
  ASSERT_TRUE(groups_->launcher().Launch(spec).ok());
  ASSERT_TRUE(Eventually([&] {
    return std::filesystem::exists(spec.group.directory + "/work/started");
  }));
  const pid_t unharmed = ::fork();
  if (unharmed == 0) ::_exit(0);
  EXPECT_EQ(::waitpid(unharmed, nullptr, 0), unharmed);
  ASSERT_TRUE(groups_->launcher().Kill(spec.group).ok());
  EXPECT_TRUE(groups_->AwaitEnd(spec.group).ok());
}

TEST_P(HostileGroup, ProcessesAreCountedByTheKernel) {
  GroupSpec spec = groups_->Spec(
      "exec /usr/bin/python3 -c '\nimport os, time\nn = 0\n"
      "try:\n  while os.fork(): n += 1\n  time.sleep(1000)\n"
      "except OSError: print(n)'");
  spec.limits.processes = 40;
  const int forked = std::atoi(Said(spec).c_str());
  EXPECT_GT(forked, 30);
  EXPECT_LE(forked, 40);
}

TEST_P(HostileGroup, MemoryBombEndsItsGroupOnly) {
  GroupSpec spec = groups_->Spec(
      "exec /usr/bin/python3 -c '\nimport os\nos.fork()\nos.fork()\nx = []\n"
      "while True: x.append(bytearray(b\"1\") * (16 << 20))'");
  spec.limits.memory_bytes = 500 << 20;
  EXPECT_EQ(groups_->Run(spec)->outcome, ExitOutcome::kMemoryLimit);
  EXPECT_EQ(groups_->launcher().Poll(other_.group)->state,
            GroupStatus::State::kRunning);
}

TEST_P(HostileGroup, GainsNoPrivileges) {
  const std::string said = Said(
      "grep -E 'NoNewPrivs|CapEff|CapPrm' /proc/self/status; "
      "mount -t tmpfs none /mnt && echo MOUNTED; chroot / true && echo ROOTED; "
      "su -c true </dev/null && echo BECAME; id -u");
  EXPECT_THAT(said, HasSubstr("CapPrm:\t0000000000000000"));
  EXPECT_THAT(said, HasSubstr("CapEff:\t0000000000000000"));
  EXPECT_THAT(said, HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(said, Not(AnyOf(HasSubstr("MOUNTED"), HasSubstr("ROOTED"),
                              HasSubstr("BECAME"), HasSubstr("\n0\n"))));
}

TEST_P(HostileGroup, MakesNoUserNamespaceOfItsOwn) {
  if (!sandboxed()) GTEST_SKIP() << "only the sandbox can forbid it";
  EXPECT_THAT(Said("unshare -U true && echo MADE"), Not(HasSubstr("MADE")));
}

TEST_P(HostileGroup, DoesNotSeeTheServersEnvironmentOrDescriptors) {
  ASSERT_EQ(::setenv("MIV_TEST_SECRET", kSecret, 1), 0);
  ASSERT_EQ(::setenv("OMPI_MCA_btl", "tcp", 1), 0);
  const int leak = ::open("/dev/null", O_RDONLY);  // not close-on-exec
  const std::string said = Said("env; ls /proc/self/fd | wc -l");
  ::close(leak);
  ::unsetenv("MIV_TEST_SECRET");
  ::unsetenv("OMPI_MCA_btl");
  EXPECT_THAT(said, Not(HasSubstr(kSecret)));
  EXPECT_THAT(said, Not(HasSubstr("OMPI_")));
  EXPECT_THAT(said, HasSubstr("\n4\n"));  // three, and ls's directory
}

// A mechanism is C: its compiler's errors quote what it can read.
TEST_P(HostileGroup, CompilerWorksAndQuotesNothing) {
  const std::string data = groups_->data().path();
  const std::string said = Said(absl::StrCat(
      "echo 'int main(void) { return 0; }' > good.c && gcc good.c -o good && "
      "./good && echo COMPILED; printf '#include \"/etc/shadow\"\\n#include \"",
      data, "/token\"\\n' > bad.c; gcc -c bad.c"));
  EXPECT_THAT(said, HasSubstr("COMPILED"));
  EXPECT_THAT(said, Not(AnyOf(HasSubstr(kSecret), HasSubstr("root:"))));
}

}  // namespace
}  // namespace miv::server::test
