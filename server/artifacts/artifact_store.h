#pragma once

// Immutable files and directories on disk, named by the SHA-256 of their
// bytes.
//
//   root/                        mode 0700
//   root/sha256/ab/<62 hex>      the bytes, mode 0444
//   root/sha256/ab/<62 hex>.dir  empty: the bytes are a directory manifest
//   root/incoming/               uploads and files on their way in

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"

namespace miv::server {

struct ArtifactInfo {
  std::string digest;
  std::int64_t size = 0;
  bool directory = false;
};

struct ArtifactStat {
  bool present = false;
  std::int64_t size = 0;  ///< of a present artifact
  bool directory = false;
  std::int64_t committed = 0;  ///< bytes of an unfinished upload
};

struct ArtifactStoreOptions {
  std::string root;
  /// Free bytes of the file system below which nothing new is taken in.
  std::int64_t low_water_bytes = std::int64_t{1} << 30;
};

/// Thread safe.  Every error about space is ResourceExhausted with a remedy;
/// a digest that is not one is InvalidArgument.
class ArtifactStore {
 public:
  /// One upload of one artifact.  Destroyed without Commit, its bytes stay for
  /// a later call to resume from.  Not thread safe.
  class Upload {
   public:
    virtual ~Upload() = default;
    /// Errors: OutOfRange past the announced size, Aborted if a newer upload
    ///   of the same artifact took over.
    virtual absl::Status Append(absl::string_view bytes) = 0;
    /// Verifies, publishes.  On a wrong digest the bytes are thrown away.
    /// Errors: DataLoss (digest), FailedPrecondition (bytes or members of a
    ///   directory missing), InvalidArgument (manifest), Aborted as above.
    virtual absl::StatusOr<ArtifactInfo> Commit() = 0;
  };
  struct UploadHeader {
    std::string digest;
    std::int64_t size = 0;
    std::int64_t offset = 0;  ///< <= ArtifactStat::committed
    bool directory = false;
  };
  enum class PublishMode { kRename, kCopy };  ///< kCopy clones where it can
  enum class PlaceMode { kLink, kCopy };      ///< kLink copies where it must

  /// Creates what is missing.
  static absl::StatusOr<std::unique_ptr<ArtifactStore>> Open(
      ArtifactStoreOptions options);
  ~ArtifactStore();
  bool Contains(absl::string_view digest) const;
  /// Those of `digests` that are not here, in the order given.
  std::vector<std::string> FindMissing(
      absl::Span<const std::string> digests) const;
  absl::StatusOr<ArtifactStat> Stat(absl::string_view digest) const;
  /// Where the bytes of an artifact are, or would be.
  std::string PathOf(absl::string_view digest) const;

  /// Errors: OutOfRange if offset is past what is committed.
  absl::StatusOr<std::unique_ptr<Upload>> BeginUpload(
      const UploadHeader& header);

  /// Takes in the regular file `name` below `directory`.  No symbolic link is
  /// followed below `directory`, and the digest is that of the bytes kept,
  /// whatever the file's writer does meanwhile (kRename: if it has ended).
  /// After a crash the same call goes on, even with a file that it had moved;
  /// ForgetMoved ends that.  Errors: NotFound; InvalidArgument if it is not a
  /// regular file or `name` leaves the directory.
  absl::StatusOr<ArtifactInfo> PublishFile(const std::string& directory,
                                           const std::string& name,
                                           PublishMode mode);
  void ForgetMoved(const std::string& directory, const std::string& name);
  /// Takes in a copy of every regular file below directory/name (hidden ones
  /// included) and their manifest.  Symbolic links are an error.
  absl::StatusOr<ArtifactInfo> PublishDirectory(const std::string& directory,
                                                const std::string& name);
  absl::StatusOr<ArtifactInfo> PublishBytes(absl::string_view bytes);

  /// At most `size` bytes from `offset`; fewer only at the end.  Errors:
  /// NotFound; OutOfRange if offset is past the end.
  absl::StatusOr<std::string> Read(absl::string_view digest,
                                   std::int64_t offset,
                                   std::int64_t size) const;

  /// Makes `destination` (which must not exist) the artifact: a file, or a
  /// directory made from its manifest.  Directories that it creates, missing
  /// parents included, have mode 0755 whatever the umask.  Linked files
  /// share the store's inode: give them only to readers that cannot write it.
  absl::Status Materialise(absl::string_view digest,
                           const std::string& destination,
                           PlaceMode mode) const;

  /// For garbage collection: all, sorted; and removal of one (absent is fine).
  absl::StatusOr<std::vector<ArtifactInfo>> List() const;
  absl::Status Remove(absl::string_view digest);
  /// What was left in incoming/ longer ago than `age_s`.
  absl::Status RemoveStaleUploads(double age_s);
  /// ResourceExhausted if taking `bytes` would pass the low-water mark.
  absl::Status CheckSpace(std::int64_t bytes) const;

 private:
  class UploadImpl;
  struct Session;  // an upload that may be resumed or taken over

  explicit ArtifactStore(ArtifactStoreOptions options);
  std::string IncomingPath(absl::string_view digest) const;
  std::string NewIncomingPath();
  absl::StatusOr<ArtifactInfo> TakeIn(absl::string_view bytes, bool directory);
  absl::Status PlaceFile(absl::string_view digest,
                         const std::string& destination, bool executable,
                         PlaceMode mode) const;
  absl::Status PlaceDirectory(absl::string_view digest,
                              const std::string& destination,
                              PlaceMode mode) const;
  absl::StatusOr<ArtifactInfo> TakeMoved(const std::string& moved);
  absl::Status Place(const std::string& incoming, absl::string_view digest,
                     bool directory, bool keep = false);

  const ArtifactStoreOptions options_;
  absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<Session>> sessions_
      ABSL_GUARDED_BY(mutex_);
  std::uint64_t next_incoming_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace miv::server
