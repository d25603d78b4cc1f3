// What the wire promises: tokens, health, reflection, artifacts, paging.

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cstdio>

#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/rpc/status.h"
#include "tests/integration/server/server_test.h"

namespace miv::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Transport : public ServerIntegration {
 protected:
  // A call by name with an empty message.
  static grpc::Status Call(const std::string& target, const std::string& method,
                           const std::string& authorization) {
    grpc::GenericStub stub(
        grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(10));
    if (!authorization.empty()) {
      context.AddMetadata("authorization", authorization);
    }
    const grpc::Slice empty("");
    const grpc::ByteBuffer message(&empty, 1);
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareUnaryCall(&context, method, message, &queue);
    call->StartCall();
    grpc::ByteBuffer response;
    grpc::Status status;
    call->Finish(&response, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status;
  }

  std::string Socket() const {
    return "unix:" + data_->socket_directory() + "/workers.sock";
  }

  absl::Status Upload(const std::string& digest, const std::string& bytes,
                      std::int64_t offset = 0) {
    const auto context = Context();
    v1::UploadResponse response;
    const auto writer = artifacts().Upload(context.get(), &response);
    v1::UploadRequest part;
    part.mutable_header()->set_digest(digest);
    part.mutable_header()->set_size(static_cast<int>(bytes.size()));
    part.mutable_header()->set_offset(offset);
    writer->Write(part);
    part.set_chunk(bytes.substr(offset));
    writer->Write(part);
    writer->WritesDone();
    return FromGrpcStatus(writer->Finish());
  }
};

TEST_F(Transport, RefusesCallsWithoutTheToken) {
  const std::string method = "/miv.v1.Jobs/ListJobs";
  const grpc::Status none = Call(host_->address(), method, "");
  EXPECT_EQ(none.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(none.error_message(), HasSubstr("carries no token"));
  const grpc::Status wrong = Call(host_->address(), method, "Bearer guess");
  EXPECT_EQ(wrong.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(wrong.error_message(), HasSubstr("not this server's"));
  EXPECT_TRUE(Call(host_->address(), method, "Bearer token of the test").ok());
}

TEST_F(Transport, AnswersHealthChecksWithoutAToken) {
  EXPECT_TRUE(Call(host_->address(), "/grpc.health.v1.Health/Check", "").ok());
}

TEST_F(Transport, OffersReflectionToThoseWithTheToken) {
  const std::string method =
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  EXPECT_EQ(Call(host_->address(), method, "").error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_NE(
      Call(host_->address(), method, "Bearer token of the test").error_code(),
      grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(Transport, TheWorkersSocketOffersTheirServiceOnly) {
  EXPECT_EQ(Call(Socket(), "/miv.v1.Workers/Synchronize", "").error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  for (const char* method :
       {"/miv.v1.Jobs/ListJobs", "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"}) {
    EXPECT_EQ(Call(Socket(), method, "Bearer token of the test").error_code(),
              grpc::StatusCode::UNIMPLEMENTED)
        << method;
  }
  EXPECT_EQ(Call(host_->address(), "/miv.v1.Workers/Synchronize",
                 "Bearer token of the test")
                .error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(Transport, TheSocketCanBeReachedButItsDirectoryNotListed) {
  struct stat info;
  ASSERT_EQ(::stat(data_->socket_directory().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0711u);
}

TEST_F(Transport, UploadsVerifyAndDownload) {
  const std::string bytes = std::string(300'000, 'x') + "end";
  std::string chunked = bytes;
  const std::string digest = DigestOf(bytes);
  EXPECT_EQ(Upload(digest, bytes).code(), absl::StatusCode::kInvalidArgument)
      << "a chunk of more than 256 KiB";
  const std::string small = "hello";
  EXPECT_EQ(Upload(digest, small).code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(Upload(DigestOf(small), small).ok());

  v1::StatRequest stat;
  stat.set_digest(DigestOf(small));
  v1::StatResponse found;
  ASSERT_TRUE(artifacts().Stat(Context().get(), stat, &found).ok());
  EXPECT_TRUE(found.present());
  EXPECT_EQ(found.size(), 5);

  v1::DownloadRequest download;
  download.set_digest(DigestOf(small));
  download.set_offset(1);
  const auto context = Context();
  const auto reader = artifacts().Download(context.get(), download);
  v1::DownloadResponse part;
  std::string all;
  while (reader->Read(&part)) all += part.chunk();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(all, "ello");
}

TEST_F(Transport, SaysWhichArtifactsAreMissing) {
  ASSERT_TRUE(Upload(DigestOf("a"), "a").ok());
  v1::FindMissingRequest request;
  request.add_digests(DigestOf("a"));
  request.add_digests(DigestOf("b"));
  v1::FindMissingResponse response;
  ASSERT_TRUE(
      artifacts().FindMissing(Context().get(), request, &response).ok());
  EXPECT_THAT(response.digests(), ElementsAre(DigestOf("b")));
  request.add_digests("sha256:../../../etc/passwd");
  EXPECT_EQ(
      artifacts().FindMissing(Context().get(), request, &response).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(Transport, ListsJobsByPage) {
  for (int i = 0; i < 3; ++i) Finish(Submit().id());
  v1::ListJobsRequest request;
  request.set_page_size(2);
  v1::ListJobsResponse page, rest;
  ASSERT_TRUE(jobs().ListJobs(Context().get(), request, &page).ok());
  ASSERT_EQ(page.jobs_size(), 2);
  EXPECT_EQ(page.jobs(0).tasks_size(), 0);
  request.set_page_token(page.next_page_token());
  ASSERT_TRUE(jobs().ListJobs(Context().get(), request, &rest).ok());
  ASSERT_EQ(rest.jobs_size(), 1);
  EXPECT_EQ(rest.next_page_token(), "");
  request.set_page_token("nonsense");
  EXPECT_EQ(jobs().ListJobs(Context().get(), request, &rest).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(Transport, ListsTheEventsThatAWatchShows) {
  const std::string id = Submit().id();
  const auto watched = Watch(id);
  v1::ListJobEventsRequest request;
  request.set_job_id(id);
  request.set_page_size(1000);
  v1::ListJobEventsResponse response;
  ASSERT_TRUE(jobs().ListJobEvents(Context().get(), request, &response).ok());
  EXPECT_EQ(response.events_size(), static_cast<int>(watched.size()));
  EXPECT_EQ(response.last_sequence(), watched.back().sequence());
}

TEST_F(Transport, AWatchFromTheEndOfAnEndedJobIsOver) {
  const std::string id = Submit().id();
  const std::int64_t last = Watch(id).back().sequence();
  EXPECT_TRUE(Watch(id, last).empty());
  v1::WatchJobRequest request;
  request.set_job_id(id);
  request.set_after_sequence(last + 1);
  const auto context = Context();
  const auto reader = jobs().WatchJob(context.get(), request);
  v1::Event event;
  EXPECT_FALSE(reader->Read(&event));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::OUT_OF_RANGE);
}

TEST_F(Transport, SaysNotFoundForAnUnknownJob) {
  for (const char* id : {"", "j0123456789ab", "../x"}) {
    v1::GetJobRequest request;
    request.set_job_id(id);
    v1::Job job;
    const auto status =
        FromGrpcStatus(jobs().GetJob(Context().get(), request, &job));
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << id;
    EXPECT_EQ(FaultOf(status)->reason, "JOB_NOT_FOUND");
  }
}

TEST_F(Transport, BoundsTheNumberOfWatchers) {
  fleet_.SetBody("types", [](FakeWork& work) {
    while (work.Report(1, 2)) {
    }
    return v1::Finished::OUTCOME_CANCELLED;
  });
  v1::WatchJobRequest request;
  request.set_job_id(Submit().id());
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::Event>>> readers;
  v1::Event event;
  for (int i = 0; i < 4; ++i) {
    contexts.push_back(Context());
    readers.push_back(jobs().WatchJob(contexts.back().get(), request));
    EXPECT_TRUE(readers.back()->Read(&event));
  }
  const auto context = Context();
  const auto fifth = jobs().WatchJob(context.get(), request);
  EXPECT_FALSE(fifth->Read(&event));
  const auto status = FromGrpcStatus(fifth->Finish());
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(FaultOf(status)->remedy, HasSubstr("again"));
  for (auto& open : contexts) open->TryCancel();
}

TEST_F(Transport, RefusesToListenWhereAnotherServerDoes) {
  const auto second =
      ServerHost::Start(*engine_, *store_, *artifacts_,
                        {.listen = host_->address(),
                         .token = "x",
                         .socket_directory = directory_ / "socket"});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(FaultOf(second.status())->reason, "ADDRESS_IN_USE");
}

TEST_F(Transport, RefusesAnOpenAddressWithoutTls) {
  const auto open =
      ServerHost::Start(*engine_, *store_, *artifacts_,
                        {.listen = "0.0.0.0:0",
                         .token = "x",
                         .socket_directory = directory_ / "socket"});
  EXPECT_EQ(FaultOf(open.status())->reason, "TLS_REQUIRED");
}

// A certificate for "localhost" and its key, as PEM files.
struct Certificate {
  std::string certificate;
  std::string key;
};

Certificate MakeCertificate(const std::string& directory) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* x509 = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -60);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
  X509_set_pubkey(x509, key);
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(x509, name);
  X509_sign(x509, key, EVP_sha256());
  const Certificate files = {directory + "/cert.pem", directory + "/key.pem"};
  std::FILE* file = std::fopen(files.certificate.c_str(), "w");
  PEM_write_X509(file, x509);
  std::fclose(file);
  file = std::fopen(files.key.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(x509);
  EVP_PKEY_free(key);
  return files;
}

TEST_F(Transport, ServesOverTlsWithTheTokenOnly) {
  const Certificate files = MakeCertificate(directory_.path());
  const auto host =
      ServerHost::Start(*engine_, *store_, *artifacts_,
                        {.listen = "0.0.0.0:0",
                         .token = "x",
                         .tls_certificate = files.certificate,
                         .tls_key = files.key,
                         .socket_directory = directory_ / "socket"});
  ASSERT_TRUE(host.ok()) << host.status();
  const std::string port =
      (*host)->address().substr((*host)->address().rfind(':'));
  const auto channel = grpc::CreateChannel(
      "localhost" + port,
      grpc::SslCredentials(
          {.pem_root_certs = ReadFile(files.certificate).value()}));
  const auto stub = v1::Jobs::NewStub(channel);
  const auto list = [&](const std::string& token) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer " + token);
    v1::ListJobsResponse response;
    return stub->ListJobs(&context, v1::ListJobsRequest(), &response);
  };
  EXPECT_TRUE(list("x").ok()) << list("x").error_message();
  EXPECT_EQ(list("y").error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_FALSE(
      Call((*host)->address(), "/miv.v1.Jobs/ListJobs", "Bearer x").ok())
      << "cleartext";
}

TEST_F(Transport, RefusesASocketDirectoryThatOthersCanWrite) {
  const std::string shared = directory_ / "shared";
  ASSERT_EQ(::mkdir(shared.c_str(), 0777), 0);
  ASSERT_EQ(::chmod(shared.c_str(), 0777), 0);
  const auto host = ServerHost::Start(
      *engine_, *store_, *artifacts_,
      {.listen = "127.0.0.1:0", .token = "x", .socket_directory = shared});
  EXPECT_EQ(host.status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace miv::server
