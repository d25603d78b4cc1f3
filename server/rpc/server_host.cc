#include "server/rpc/server_host.h"

#include <errno.h>
#include <grpcpp/ext/health_check_service_server_builder_option.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "server/rpc/token_processor.h"

namespace miv::server {
namespace {

constexpr int kMaxPublicMessage = 16 << 20;
constexpr int kMaxWorkerMessage = 4 << 20;

// Takes out what other parts of the process add to every server: the socket of
// the workers offers nothing but their service.
class NothingElse final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>*
                         plugins) override {
    plugins->clear();
  }
};

std::string HostOf(absl::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  absl::string_view host = listen.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return std::string(host);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(
    const HostOptions& options) {
  std::shared_ptr<grpc::ServerCredentials> credentials;
  if (!options.tls_certificate.empty()) {
    MIV_ASSIGN_OR_RETURN(const std::string certificate,
                         ReadFile(options.tls_certificate));
    MIV_ASSIGN_OR_RETURN(const std::string key, ReadFile(options.tls_key));
    grpc::SslServerCredentialsOptions ssl;
    ssl.pem_key_cert_pairs.push_back({key, certificate});
    credentials = grpc::SslServerCredentials(ssl);
  } else if (IsLoopback(options.listen)) {
    // Accepts ordinary cleartext clients, from this machine only.
    credentials = grpc::experimental::LocalServerCredentials(LOCAL_TCP);
  } else {
    Fault fault;
    fault.reason = "TLS_REQUIRED";
    fault.field = "listen";
    fault.what = "an address that others can reach needs TLS";
    fault.expected = "a loopback address, or tls.certificate and tls.key";
    fault.found = options.listen;
    return MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
  }
  credentials->SetAuthMetadataProcessor(
      std::make_shared<TokenProcessor>(options.token));
  return credentials;
}

absl::Status CannotListen(const std::string& address) {
  Fault fault;
  fault.reason = "ADDRESS_IN_USE";
  fault.field = "listen";
  fault.what = absl::StrCat("cannot listen on ", address);
  fault.remedy = "Choose another port with --listen; port 0 picks a free one.";
  return MakeStatus(absl::StatusCode::kUnavailable, fault);
}

// The directory must be ours, or whoever owns it could put another server in
// our place.
absl::Status MakeSocketDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), 0711) != 0 && errno != EEXIST) {
    return absl::UnavailableError(
        absl::StrCat(path, ": ", std::strerror(errno)));
  }
  struct stat info;
  const bool ours = ::lstat(path.c_str(), &info) == 0 &&
                    S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() &&
                    (info.st_mode & 022) == 0;
  if (!ours) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " must be a directory of this user that no other can write"));
  }
  if (::chmod(path.c_str(), 0711) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
}

}  // namespace

bool IsLoopback(absl::string_view listen) {
  const std::string host = HostOf(listen);
  return host == "localhost" || host == "::1" || absl::StartsWith(host, "127.");
}

absl::StatusOr<std::unique_ptr<ServerHost>> ServerHost::Start(
    Engine& engine, Store& store, ArtifactStore& artifacts,
    const HostOptions& options) {
  std::unique_ptr<ServerHost> host(
      new ServerHost(engine, store, artifacts, options));
  MIV_RETURN_IF_ERROR(host->StartWorkers(options));
  MIV_RETURN_IF_ERROR(host->StartPublic(options));
  return host;
}

ServerHost::ServerHost(Engine& engine, Store& store, ArtifactStore& artifacts,
                       const HostOptions& options)
    : jobs_(engine, store, options.max_watchers),
      artifacts_(artifacts),
      workers_(engine.desk()) {}

ServerHost::~ServerHost() { Stop(absl::ZeroDuration()); }

absl::Status ServerHost::StartPublic(const HostOptions& options) {
  MIV_ASSIGN_OR_RETURN(const auto credentials, Credentials(options));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(options.listen, credentials, &port);
  builder.RegisterService(&jobs_);
  builder.RegisterService(&artifacts_);
  builder.SetMaxReceiveMessageSize(kMaxPublicMessage);
  builder.SetResourceQuota(
      grpc::ResourceQuota("clients").SetMaxThreads(options.max_threads));
  // Two servers on one port would share its calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A client that is gone without a word is noticed within 80 s.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  public_ = builder.BuildAndStart();
  if (public_ == nullptr || port == 0) return CannotListen(options.listen);
  const std::size_t colon = options.listen.rfind(':');
  address_ = absl::StrCat(options.listen.substr(0, colon), ":", port);
  public_->GetHealthCheckService()->SetServingStatus(true);
  public_->GetHealthCheckService()->SetServingStatus("miv.v1.Jobs", true);
  public_->GetHealthCheckService()->SetServingStatus("miv.v1.Artifacts", true);
  return absl::OkStatus();
}

absl::Status ServerHost::StartWorkers(const HostOptions& options) {
  MIV_RETURN_IF_ERROR(MakeSocketDirectory(options.socket_directory));
  const std::string socket = options.socket_directory + "/workers.sock";
  ::unlink(socket.c_str());
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + socket, grpc::InsecureServerCredentials());
  builder.RegisterService(&workers_);
  builder.SetMaxReceiveMessageSize(kMaxWorkerMessage);
  builder.SetOption(
      std::make_unique<grpc::HealthCheckServiceServerBuilderOption>(nullptr));
  builder.SetOption(std::make_unique<NothingElse>());
  private_ = builder.BuildAndStart();
  if (private_ == nullptr) return CannotListen(socket);
  // Groups run as users of their own; the token in each call decides.
  if (::chmod(socket.c_str(), 0777) == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(socket, ": ", std::strerror(errno)));
}

void ServerHost::Stop(absl::Duration limit) {
  const auto deadline =
      std::chrono::system_clock::now() + absl::ToChronoMilliseconds(limit);
  if (public_ != nullptr) {
    public_->GetHealthCheckService()->SetServingStatus(false);
    public_->Shutdown(deadline);
  }
  if (private_ != nullptr) private_->Shutdown(deadline);
  public_.reset();
  private_.reset();
}

}  // namespace miv::server
