#include "common/rpc/status.h"

#include <gtest/gtest.h>

#include <string>

namespace miv {
namespace {

Fault EveryPart() {
  return {.reason = "CELL_WITHOUT_TEMPLATE",
          .step = "run",
          .field = "steps.run.config.templates",
          .file = "network.yaml",
          .line = 41,
          .what = "no template for population OLM",
          .expected = "a template",
          .found = "none",
          .remedy = "Add OLM.hoc to templates.",
          .rank = 3,
          .gid = 0,
          .simulated_ms = 12.5,
          .phase = "create cells",
          .output = "oc: undefined variable"};
}

void ExpectEqual(const Fault& a, const Fault& b) {
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.step, b.step);
  EXPECT_EQ(a.field, b.field);
  EXPECT_EQ(a.file, b.file);
  EXPECT_EQ(a.line, b.line);
  EXPECT_EQ(a.what, b.what);
  EXPECT_EQ(a.expected, b.expected);
  EXPECT_EQ(a.found, b.found);
  EXPECT_EQ(a.remedy, b.remedy);
  EXPECT_EQ(a.rank, b.rank);
  EXPECT_EQ(a.gid, b.gid);
  EXPECT_EQ(a.simulated_ms, b.simulated_ms);
  EXPECT_EQ(a.phase, b.phase);
  EXPECT_EQ(a.output, b.output);
}

v1::ErrorDetail DetailOf(const grpc::Status& status) {
  v1::Status details;
  v1::ErrorDetail detail;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.details_size(), 1);
  EXPECT_TRUE(details.details(0).UnpackTo(&detail));
  return detail;
}

TEST(FaultToProto, KeepsEveryPartThereAndBack) {
  ExpectEqual(FaultFromProto(FaultToProto(EveryPart())), EveryPart());
  ExpectEqual(FaultFromProto(FaultToProto(Fault{})), Fault{});
}

TEST(FaultToProto, MakesTextValidUtf8) {
  EXPECT_EQ(FaultToProto({.what = "bad \xFF"}).message(), "bad \xEF\xBF\xBD");
}

TEST(ToGrpcStatus, IsOkForOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(ToGrpcStatus, KeepsCodeAndFaultThereAndBack) {
  const auto status =
      MakeStatus(absl::StatusCode::kFailedPrecondition, EveryPart());
  const auto wire = ToGrpcStatus(status);
  EXPECT_EQ(wire.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  const auto back = FromGrpcStatus(wire);
  EXPECT_EQ(back.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(back.message(), status.message());
  ASSERT_TRUE(FaultOf(back).has_value());
  ExpectEqual(*FaultOf(back), EveryPart());
}

TEST(ToGrpcStatus, GivesPlainStatusesADetailWithTheirCode) {
  const auto wire = ToGrpcStatus(absl::NotFoundError("no job j1"));
  EXPECT_EQ(wire.error_message(), "no job j1");
  EXPECT_EQ(DetailOf(wire).reason(), "NOT_FOUND");
  EXPECT_EQ(DetailOf(wire).message(), "no job j1");
}

TEST(ToGrpcStatus, CutsLongOutputToFitIntoMetadata) {
  Fault fault = EveryPart();
  fault.output = std::string(100'000, 'x');
  const auto wire = ToGrpcStatus(InvalidInput(fault));
  // What a gRPC peer accepts by default, with the encodings of the trailer.
  EXPECT_LT(
      wire.error_message().size() * 3 + wire.error_details().size() * 4 / 3,
      8000u);
  EXPECT_EQ(DetailOf(wire).message(), fault.what);
  EXPECT_GT(DetailOf(wire).output().size(), 2000u);
}

TEST(ToGrpcStatus, CutsEveryLongTextWhenTheOutputIsNotEnough) {
  const std::string huge(50'000, '%');
  Fault fault = EveryPart();
  fault.what = fault.expected = fault.found = fault.remedy = huge;
  fault.field = fault.file = fault.phase = fault.step = fault.reason = huge;
  const auto wire = ToGrpcStatus(InvalidInput(fault));
  EXPECT_LT(
      wire.error_message().size() * 3 + wire.error_details().size() * 4 / 3,
      8000u);
}

TEST(FromGrpcStatus, KeepsForeignErrors) {
  const grpc::Status foreign(grpc::StatusCode::UNAVAILABLE, "failed to connect",
                             "not a protobuf \xFF");
  const auto status = FromGrpcStatus(foreign);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "failed to connect");
  EXPECT_FALSE(FaultOf(status).has_value());
}

}  // namespace
}  // namespace miv
