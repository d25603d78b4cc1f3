#include "server/coordinator/coordinator.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "server/auth/local_token.h"
#include "server/launchers/local_launcher.h"
#include "server/store/sqlite_store.h"

namespace miv::server {
namespace {

constexpr absl::Duration kLeaveLimit = absl::Seconds(1);
constexpr absl::Duration kStopLimit = absl::Seconds(2);

absl::Status CheckProgram(const std::string& key, const std::string& path) {
  if (::access(path.c_str(), X_OK) == 0) return absl::OkStatus();
  Fault fault;
  fault.reason = "PROGRAM_MISSING";
  fault.field = key;
  fault.file = path;
  fault.what = "there is no such program";
  fault.remedy = absl::StrCat("Install it there, or name it with ", key,
                              " in the configuration file.");
  return MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
}

// Bytes of the whole file system.
absl::StatusOr<std::int64_t> CapacityOf(const std::string& path) {
  struct statvfs info;
  if (::statvfs(path.c_str(), &info) != 0) {
    return absl::UnavailableError(
        absl::StrCat(path, ": ", std::strerror(errno)));
  }
  return static_cast<std::int64_t>(info.f_blocks) *
         static_cast<std::int64_t>(info.f_frsize);
}

}  // namespace

const char* CoordinatorVersion() { return MIV_VERSION; }

absl::StatusOr<std::unique_ptr<Coordinator>> Coordinator::Start(
    const CoordinatorConfig& config) {
  std::unique_ptr<Coordinator> coordinator(new Coordinator());
  MIV_RETURN_IF_ERROR(coordinator->Open(config));
  MIV_RETURN_IF_ERROR(coordinator->OpenLaunchers(config));
  MIV_RETURN_IF_ERROR(coordinator->Serve(config));
  MIV_RETURN_IF_ERROR(coordinator->Announce());
  return coordinator;
}

Coordinator::~Coordinator() { Stop(); }

absl::Status Coordinator::Open(const CoordinatorConfig& config) {
  MIV_ASSIGN_OR_RETURN(data_, DataDirectory::Open(config.data));
  ::unlink(data_->server_file().c_str());
  MIV_ASSIGN_OR_RETURN(store_, SqliteStore::Open(data_->database()));
  MIV_ASSIGN_OR_RETURN(const std::int64_t capacity, CapacityOf(data_->path()));
  MIV_ASSIGN_OR_RETURN(
      artifacts_, ArtifactStore::Open(
                      {.root = data_->artifacts(),
                       .low_water_bytes = LowWaterBytes(config, capacity)}));
  MIV_RETURN_IF_ERROR(MakeDirectories(data_->groups()));
  // Checks that were under way are of no use to anyone.
  MIV_RETURN_IF_ERROR(RemoveTree(data_->preflight()));
  return MakeDirectories(data_->preflight());
}

absl::Status Coordinator::OpenLaunchers(const CoordinatorConfig& config) {
  MIV_RETURN_IF_ERROR(CheckProgram("programs.worker", config.worker));
  MIV_RETURN_IF_ERROR(CheckProgram("programs.shepherd", config.shepherd));
  MIV_ASSIGN_OR_RETURN(launcher_, LocalLauncher::Create(config.shepherd));
  preflight_ = std::make_unique<LocalPreflightRunner>(
      LocalPreflightOptions{.worker_path = config.worker,
                            .shepherd_path = config.shepherd,
                            .sandbox = config.sandbox,
                            .serves_others = !IsLoopback(config.listen),
                            .limits = config.preflight});
  return absl::OkStatus();
}

absl::Status Coordinator::Serve(const CoordinatorConfig& config) {
  EngineOptions options = ToEngineOptions(config);
  options.groups_root = data_->groups();
  options.preflight_root = data_->preflight();
  options.groups.socket_directory = data_->socket_directory();
  // On loopback the token is a file that only the owner can read.
  options.groups.serves_others = !IsLoopback(config.listen);
  MIV_ASSIGN_OR_RETURN(const FileDigest worker, DigestOfFile(config.worker));
  options.worker_version = worker.digest;
  engine_ = std::make_unique<Engine>(*store_, *artifacts_, *launcher_,
                                     *preflight_, clock_, options);
  MIV_RETURN_IF_ERROR(engine_->Start());
  HostOptions host;
  host.listen = config.listen;
  MIV_ASSIGN_OR_RETURN(host.token, ReadOrCreateLocalToken(data_->token_file()));
  host.tls_certificate = certificate_ = config.tls_certificate;
  host.tls_key = config.tls_key;
  host.socket_directory = data_->socket_directory();
  host.max_threads = config.max_threads;
  host.max_watchers = config.max_watchers;
  MIV_ASSIGN_OR_RETURN(host_,
                       ServerHost::Start(*engine_, *store_, *artifacts_, host));
  return absl::OkStatus();
}

absl::Status Coordinator::Announce() const {
  nlohmann::json record = {{"address", address()},
                           {"token_file", data_->token_file()},
                           {"pid", ::getpid()},
                           {"version", CoordinatorVersion()}};
  if (!certificate_.empty()) record["ca_file"] = certificate_;
  return WriteFileAtomically(data_->server_file(), record.dump(2) + "\n");
}

void Coordinator::Stop() {
  if (host_ == nullptr) return;
  engine_->DismissIdle(kLeaveLimit);
  engine_->Close();
  host_->Stop(kStopLimit);
  ::unlink(data_->server_file().c_str());
  engine_.reset();
  host_.reset();
  LeaveSocketDirectory();
}

// Groups that are up look for the next coordinator in this directory.
void Coordinator::LeaveSocketDirectory() const {
  bool empty = false;
  const absl::Status read = store_->Read([&](ReadTransaction& t) {
    const auto groups = t.LiveGroups();
    empty = groups.ok() && groups->empty();
    return absl::OkStatus();
  });
  if (read.ok() && empty) {
    RemoveTree(data_->socket_directory()).IgnoreError();
  }
}

}  // namespace miv::server
