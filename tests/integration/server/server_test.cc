#include "tests/integration/server/server_test.h"

#include <grpcpp/create_channel.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/files.h"
#include "common/rpc/pipeline_proto.h"
#include "server/store/sqlite_store.h"
#include "tests/unit/server/support/pipelines.h"

namespace miv::server {
namespace {

constexpr char kToken[] = "token of the test";

}  // namespace

ServerIntegration::ServerIntegration() {
  options_.scheduler = {.slots = 2, .resident_ranks = 4};
  options_.submissions = {.default_ranks = 2, .max_live_jobs = 100};
  options_.groups.worker_path = "/bin/true";
  StartServer();
}

ServerIntegration::~ServerIntegration() {
  const std::string socket = options_.groups.socket_directory;
  StopServer();
  RemoveTree(socket).IgnoreError();
}

void ServerIntegration::StartServer() {
  data_ = DataDirectory::Open(directory_.path()).value();
  store_ = SqliteStore::Open(data_->database()).value();
  artifacts_ =
      ArtifactStore::Open({.root = data_->artifacts(), .low_water_bytes = 0})
          .value();
  options_.groups_root = data_->groups();
  options_.preflight_root = data_->preflight();
  options_.groups.socket_directory = data_->socket_directory();
  engine_ = std::make_unique<Engine>(*store_, *artifacts_, fleet_, preflight_,
                                     clock_, options_);
  ASSERT_TRUE(engine_->Start().ok());
  auto host = ServerHost::Start(*engine_, *store_, *artifacts_,
                                {.listen = address_,
                                 .token = kToken,
                                 .socket_directory = data_->socket_directory(),
                                 .max_watchers = 4});
  ASSERT_TRUE(host.ok()) << host.status();
  host_ = *std::move(host);
  address_ = host_->address();
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto channel = grpc::CreateCustomChannel(
      address_, grpc::InsecureChannelCredentials(), arguments);
  jobs_ = v1::Jobs::NewStub(channel);
  artifacts_stub_ = v1::Artifacts::NewStub(channel);
}

void ServerIntegration::StopServer() {
  if (engine_ == nullptr) return;
  engine_->Close();
  host_->Stop(absl::ZeroDuration());
  engine_.reset();
  host_.reset();
  artifacts_.reset();
  store_.reset();
  data_.reset();
}

std::unique_ptr<grpc::ClientContext> ServerIntegration::Context() const {
  auto context = std::make_unique<grpc::ClientContext>();
  context->AddMetadata("authorization", absl::StrCat("Bearer ", kToken));
  context->set_deadline(std::chrono::system_clock::now() +
                        std::chrono::seconds(30));
  return context;
}

v1::SubmitJobRequest ServerIntegration::CoreRequest(
    const std::string& request_id) {
  v1::SubmitJobRequest request;
  request.set_request_id(request_id);
  *request.mutable_pipeline() = PipelineToProto(CorePipeline());
  return request;
}

grpc::Status ServerIntegration::TrySubmit(const v1::SubmitJobRequest& request,
                                          v1::SubmitJobResponse* response) {
  return jobs_->SubmitJob(Context().get(), request, response);
}

v1::Job ServerIntegration::Submit(const v1::SubmitJobRequest& request) {
  v1::SubmitJobResponse response;
  const grpc::Status status = TrySubmit(request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job();
}

v1::Job ServerIntegration::Get(const std::string& id) {
  v1::GetJobRequest request;
  request.set_job_id(id);
  v1::Job job;
  const grpc::Status status = jobs_->GetJob(Context().get(), request, &job);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return job;
}

std::vector<v1::Event> ServerIntegration::Watch(const std::string& id,
                                                std::int64_t after) {
  v1::WatchJobRequest request;
  request.set_job_id(id);
  request.set_after_sequence(after);
  const auto context = Context();
  const auto reader = jobs_->WatchJob(context.get(), request);
  std::vector<v1::Event> events;
  v1::Event event;
  while (reader->Read(&event)) events.push_back(event);
  const grpc::Status status = reader->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  return events;
}

v1::Job ServerIntegration::Finish(const std::string& id) {
  const auto events = Watch(id);
  EXPECT_FALSE(events.empty());
  if (!events.empty()) {
    EXPECT_TRUE(events.back().has_end());
  }
  return Get(id);
}

v1::Event ServerIntegration::WaitFor(
    const std::string& id,
    const std::function<bool(const v1::Event&)>& condition) {
  v1::WatchJobRequest request;
  request.set_job_id(id);
  const auto context = Context();
  const auto reader = jobs_->WatchJob(context.get(), request);
  v1::Event event;
  while (reader->Read(&event)) {
    if (!condition(event)) continue;
    context->TryCancel();
    return event;
  }
  ADD_FAILURE() << "the job ended without the event";
  return {};
}

std::string ServerIntegration::States(const v1::Job& job) {
  return absl::StrJoin(
      job.tasks(), " ", [](std::string* out, const v1::Task& task) {
        absl::StrAppend(out, StateName(static_cast<TaskState>(task.state())));
      });
}

bool IsMove(const v1::Event& event, const std::string& step,
            v1::TaskState state) {
  return event.step() == step && event.has_task_state() &&
         event.task_state().to() == state;
}

}  // namespace miv::server
