#pragma once

// The ranks of a worker group as an interface: build and simulation code talks
// to its peers through this and never sees MPI.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace miv::parallel {

/// The peers of this process.  Every member but rank() and size() is
/// collective: all ranks call it, in the same order.  A failing transport ends
/// the process (there is no group left to report to).  Not thread safe; call
/// from the thread that initialised MPI.
class Ranks {
 public:
  virtual ~Ranks() = default;

  /// 0-based; rank 0 is the root.
  virtual int rank() const = 0;
  virtual int size() const = 0;
  bool is_root() const { return rank() == 0; }

  virtual void Barrier() = 0;

  /// Every rank's `bytes` become those of rank 0 (any length).
  virtual void Broadcast(std::string* bytes) = 0;

  /// Broadcast for a wait of unknown length: ranks that wait sleep instead of
  /// spinning, at the price of about a millisecond.
  virtual void PatientBroadcast(std::string* bytes) { Broadcast(bytes); }

  /// [size] the value of every rank, on every rank.
  virtual std::vector<std::int64_t> AllGather(std::int64_t value) = 0;

  /// Sum of the values of all lower ranks; 0 on rank 0.  The caller knows that
  /// the sum fits (CheckedSum tells).
  virtual std::int64_t ExclusiveScan(std::int64_t value) = 0;

  /// Exact sum over all ranks, on every rank.  The caller knows that it fits.
  virtual std::int64_t Sum(std::int64_t value) = 0;

  /// Sums over ranks element by element, in place, on every rank.  All ranks
  /// pass equal lengths.  Terms are added in rank order, so every run with this
  /// number of ranks gives the same bits, and all ranks hold the same bits;
  /// another number of ranks rounds differently.  What reaches a build file
  /// uses integers.
  virtual void Sum(absl::Span<double> values) = 0;

  /// The largest value.  NaN if any rank passes NaN.
  virtual double Max(double value) = 0;

  /// On rank 0 [size] the bytes of every rank; empty elsewhere.
  virtual std::vector<std::string> GatherToRoot(std::string bytes) = 0;

  /// [size] the bytes of every rank, on every rank.
  virtual std::vector<std::string> AllGatherBytes(std::string bytes) = 0;

  /// outgoing: [size], outgoing[r] goes to rank r.  Returns [size] what each
  /// rank sent here.  Any length: counts are 64 bits, messages are cut below 1
  /// GiB.
  virtual std::vector<std::string> AllToAll(
      std::vector<std::string> outgoing) = 0;

  /// The end of every step that can fail on one rank: OK if all ranks are, else
  /// the error of the lowest failing rank, the same on all ranks, with its
  /// payloads, as a Fault whose `rank` is filled in.
  absl::Status AgreeOnStatus(const absl::Status& status);

  /// Exact sum over all ranks.
  /// Errors: OutOfRange, the same on all ranks, if it does not fit 64 bits.
  absl::StatusOr<std::int64_t> CheckedSum(std::int64_t value);
};

/// A group of one: tests, `--preflight`, programs without MPI.
class SingleRank final : public Ranks {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void Barrier() override {}
  void Broadcast(std::string*) override {}
  std::vector<std::int64_t> AllGather(std::int64_t value) override {
    return {value};
  }
  std::int64_t ExclusiveScan(std::int64_t) override { return 0; }
  std::int64_t Sum(std::int64_t value) override { return value; }
  void Sum(absl::Span<double>) override {}
  double Max(double value) override { return value; }
  std::vector<std::string> GatherToRoot(std::string bytes) override;
  std::vector<std::string> AllGatherBytes(std::string bytes) override;
  std::vector<std::string> AllToAll(std::vector<std::string> outgoing) override;
};

}  // namespace miv::parallel
