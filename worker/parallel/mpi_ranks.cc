#include "worker/parallel/mpi_ranks.h"

#include <mpi.h>

#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "worker/parallel/exchange.h"
#include "worker/parallel/mpi_communicator.h"

namespace miv::parallel {
namespace {

constexpr int kTag = 1;

/// Doubles that one step of a sum exchanges.
constexpr std::size_t kSumBlock = std::size_t{1} << 20;

// Calls f(offset, count) for consecutive pieces of at most `limit` bytes.
template <typename F>
void ForEachPiece(std::size_t bytes, std::size_t limit, F f) {
  for (std::size_t at = 0; at < bytes; at += limit) {
    const std::size_t count = bytes - at < limit ? bytes - at : limit;
    f(at, static_cast<int>(count));
  }
}

void BroadcastBytes(const MpiRanks::Communicator& c, int root,
                    std::string* bytes) {
  ForEachPiece(bytes->size(), c.max_message, [&](std::size_t at, int count) {
    MPI_Bcast(bytes->data() + at, count, MPI_BYTE, root, c.comm);
  });
}

// One exchange with two peers at a time: sends to `to`, receives from `from`.
void SendReceive(const MpiRanks::Communicator& c, const std::string& outgoing,
                 int to, std::string* incoming, int from) {
  std::vector<MPI_Request> requests;
  const auto next = [&requests] { return &requests.emplace_back(); };
  ForEachPiece(incoming->size(), c.max_message, [&](std::size_t at, int count) {
    MPI_Irecv(incoming->data() + at, count, MPI_BYTE, from, kTag, c.comm,
              next());
  });
  ForEachPiece(outgoing.size(), c.max_message, [&](std::size_t at, int count) {
    MPI_Isend(outgoing.data() + at, count, MPI_BYTE, to, kTag, c.comm, next());
  });
  MPI_Waitall(static_cast<int>(requests.size()), requests.data(),
              MPI_STATUSES_IGNORE);
}

// The part of `block` that each rank sums: counts and displacements.
struct Parts {
  std::vector<int> counts, first;
};
Parts PartsOf(std::size_t block, int size) {
  Parts parts;
  for (int r = 0; r < size; ++r) {
    const Part part = PartOf(block, r, size);
    parts.counts.push_back(static_cast<int>(part.size()));
    parts.first.push_back(static_cast<int>(part.first));
  }
  return parts;
}

// Each rank adds one part in rank order, then all ranks share the parts.
void SumBlock(const MpiRanks::Communicator& c, absl::Span<double> block) {
  const Parts parts = PartsOf(block.size(), c.size);
  const int mine = parts.counts[c.rank];
  std::vector<double> terms(static_cast<std::size_t>(mine) * c.size);
  std::vector<int> counts(c.size, mine), first;
  for (int r = 0; r < c.size; ++r) first.push_back(r * mine);
  MPI_Alltoallv(block.data(), parts.counts.data(), parts.first.data(),
                MPI_DOUBLE, terms.data(), counts.data(), first.data(),
                MPI_DOUBLE, c.comm);
  for (int r = 1; r < c.size; ++r)
    for (int i = 0; i < mine; ++i) terms[i] += terms[r * mine + i];
  MPI_Allgatherv(terms.data(), mine, MPI_DOUBLE, block.data(),
                 parts.counts.data(), parts.first.data(), MPI_DOUBLE, c.comm);
}

}  // namespace

MpiSession::MpiSession(int* argc, char*** argv) {
  int provided = 0;
  MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided);
}

MpiSession::~MpiSession() { MPI_Finalize(); }

MpiRanks::MpiRanks(std::unique_ptr<Communicator> communicator)
    : communicator_(std::move(communicator)) {}

std::unique_ptr<MpiRanks> MpiRanks::World(std::size_t max_message) {
  auto c = std::make_unique<Communicator>();
  MPI_Comm_dup(MPI_COMM_WORLD, &c->comm);
  MPI_Comm_rank(c->comm, &c->rank);
  MPI_Comm_size(c->comm, &c->size);
  c->max_message = max_message;
  return std::unique_ptr<MpiRanks>(new MpiRanks(std::move(c)));
}

MpiRanks::~MpiRanks() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (!finalized) MPI_Comm_free(&communicator_->comm);
}

int MpiRanks::rank() const { return communicator_->rank; }
int MpiRanks::size() const { return communicator_->size; }

void MpiRanks::Barrier() { MPI_Barrier(communicator_->comm); }

void MpiRanks::Broadcast(std::string* bytes) {
  std::uint64_t size = bytes->size();
  MPI_Bcast(&size, 1, MPI_UINT64_T, 0, communicator_->comm);
  bytes->resize(size);
  BroadcastBytes(*communicator_, 0, bytes);
}

void MpiRanks::PatientBroadcast(std::string* bytes) {
  std::uint64_t size = bytes->size();
  MPI_Request request;
  MPI_Ibcast(&size, 1, MPI_UINT64_T, 0, communicator_->comm, &request);
  for (int done = 0; !done;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (!done) absl::SleepFor(absl::Milliseconds(1));
  }
  bytes->resize(size);
  BroadcastBytes(*communicator_, 0, bytes);
}

std::vector<std::int64_t> MpiRanks::AllGather(std::int64_t value) {
  std::vector<std::int64_t> all(size());
  MPI_Allgather(&value, 1, MPI_INT64_T, all.data(), 1, MPI_INT64_T,
                communicator_->comm);
  return all;
}

std::int64_t MpiRanks::ExclusiveScan(std::int64_t value) {
  std::int64_t before = 0;
  MPI_Exscan(&value, &before, 1, MPI_INT64_T, MPI_SUM, communicator_->comm);
  return rank() == 0 ? 0 : before;
}

std::int64_t MpiRanks::Sum(std::int64_t value) {
  MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_SUM,
                communicator_->comm);
  return value;
}

void MpiRanks::Sum(absl::Span<double> values) {
  for (std::size_t at = 0; at < values.size(); at += kSumBlock)
    SumBlock(*communicator_, values.subspan(at, kSumBlock));
}

double MpiRanks::Max(double value) {
  std::vector<double> all(size());
  MPI_Allgather(&value, 1, MPI_DOUBLE, all.data(), 1, MPI_DOUBLE,
                communicator_->comm);
  double max = all[0];
  for (const double v : all)
    if (std::isnan(v) || v > max) max = v;  // nothing exceeds a NaN
  return max;
}

std::vector<std::string> MpiRanks::GatherToRoot(std::string bytes) {
  const auto sizes = AllGather(static_cast<std::int64_t>(bytes.size()));
  const Communicator& c = *communicator_;
  std::string none;
  if (!is_root()) {
    SendReceive(c, bytes, 0, &none, 0);
    return {};
  }
  std::vector<std::string> all(size());
  all[0] = std::move(bytes);
  for (int r = 1; r < size(); ++r) {
    all[r].resize(sizes[r]);
    SendReceive(c, none, r, &all[r], r);
  }
  return all;
}

std::vector<std::string> MpiRanks::AllGatherBytes(std::string bytes) {
  const auto sizes = AllGather(static_cast<std::int64_t>(bytes.size()));
  std::vector<std::string> all(size());
  all[rank()] = std::move(bytes);
  for (int r = 0; r < size(); ++r) {
    all[r].resize(sizes[r]);
    BroadcastBytes(*communicator_, r, &all[r]);
  }
  return all;
}

std::vector<std::string> MpiRanks::AllToAll(std::vector<std::string> outgoing) {
  const Communicator& c = *communicator_;
  std::vector<std::int64_t> send(c.size), receive(c.size);
  for (int r = 0; r < c.size; ++r)
    send[r] = static_cast<std::int64_t>(outgoing[r].size());
  MPI_Alltoall(send.data(), 1, MPI_INT64_T, receive.data(), 1, MPI_INT64_T,
               c.comm);
  std::vector<std::string> incoming(c.size);
  incoming[c.rank] = std::move(outgoing[c.rank]);
  for (int step = 1; step < c.size; ++step) {
    const int to = (c.rank + step) % c.size;
    const int from = (c.rank - step + c.size) % c.size;
    incoming[from].resize(receive[from]);
    SendReceive(c, outgoing[to], to, &incoming[from], from);
    outgoing[to] = {};
  }
  return incoming;
}

void MpiRanks::Abort(int exit_code) {
  MPI_Abort(communicator_->comm, exit_code);
  std::abort();
}

}  // namespace miv::parallel
