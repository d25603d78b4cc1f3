#include "server/launchers/group_user.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/digest.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

namespace fs = std::filesystem;

// systemd's table of users and groups leaves 0x70000000 and up unused.
constexpr UserRange kPreferred = {1'879'048'192, 1'000'000};
// Where a container maps only 65536 users: above the people, below nobody.
constexpr UserRange kSmall = {20'000, 40'000};

UserRange Intersect(const UserRange& a, std::uint64_t first,
                    std::uint64_t count) {
  const std::uint64_t low = std::max<std::uint64_t>(a.first, first);
  const std::uint64_t high =
      std::min<std::uint64_t>(std::uint64_t{a.first} + a.count, first + count);
  if (high <= low) return {};
  return {static_cast<uid_t>(low), static_cast<uid_t>(high - low)};
}

// Owners of the other groups' files, and of every process.
std::set<uid_t> UsersInUse(const std::string& directory) {
  std::set<uid_t> users;
  const auto add_owners = [&](const fs::path& parent, const char* name) {
    std::error_code error;
    for (fs::directory_iterator entry(parent, error), end;
         !error && entry != end; entry.increment(error)) {
      struct stat info;
      if (entry->path() != fs::path(directory) &&
          ::stat((entry->path() / name).c_str(), &info) == 0)
        users.insert(info.st_uid);
    }
  };
  add_owners(fs::path(directory).parent_path(), "work");
  add_owners("/proc", "stat");
  return users;
}

absl::Status Give(const std::string& path, uid_t owner, gid_t group) {
  if (::lchown(path.c_str(), owner, group) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "cannot give ", path, " to user ", group, ": ", std::strerror(errno)));
}

// Permission bits (rwx) that `user` has on a file.
unsigned BitsOf(const struct stat& info, uid_t user) {
  if (user == 0) return 07;
  if (info.st_uid == user) return (info.st_mode >> 6) & 07;
  if (info.st_gid == user) return (info.st_mode >> 3) & 07;
  return info.st_mode & 07;
}

}  // namespace

UserRange UnusedUserRange(absl::string_view uid_map) {
  for (const UserRange& wanted : {kPreferred, kSmall}) {
    for (absl::string_view line : absl::StrSplit(uid_map, '\n')) {
      const std::vector<absl::string_view> fields =
          absl::StrSplit(line, ' ', absl::SkipEmpty());
      std::uint64_t first = 0, count = 0;
      if (fields.size() != 3 || !absl::SimpleAtoi(fields[0], &first) ||
          !absl::SimpleAtoi(fields[2], &count))
        continue;
      const UserRange found = Intersect(wanted, first, count);
      if (found.count > 0) return found;
    }
  }
  return {};
}

absl::StatusOr<uid_t> ChooseGroupUser(const GroupRef& group,
                                      const UserRange& range) {
  const std::set<uid_t> taken = UsersInUse(group.directory);
  std::uint64_t start = 0;
  const std::string hex = DigestOf(group.id).substr(7, 15);
  if (!absl::SimpleHexAtoi(hex, &start)) start = 0;
  for (std::uint64_t i = 0; i < range.count; ++i) {
    const uid_t user =
        range.first + static_cast<uid_t>((start + i) % range.count);
    if (!taken.contains(user)) return user;
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("no unprivileged user id is free for group ", group.id, "; ",
                   range.count, " are in use"));
}

absl::Status GiveGroupFiles(const std::string& directory, uid_t user) {
  MIV_RETURN_IF_ERROR(Give(directory, static_cast<uid_t>(-1), user));
  if (::chmod(directory.c_str(), 0710) != 0)
    return absl::UnavailableError(absl::StrCat(
        "cannot change the mode of ", directory, ": ", std::strerror(errno)));
  MIV_RETURN_IF_ERROR(Give(directory + "/work", user, user));
  MIV_RETURN_IF_ERROR(Give(directory + "/tmp", user, user));
  const std::string token = directory + "/token";
  struct stat info;
  if (::lstat(token.c_str(), &info) != 0) return absl::OkStatus();
  return Give(token, user, user);
}

std::string PasswdFile(uid_t user) {
  std::string text =
      "root:x:0:0:root:/root:/usr/sbin/nologin\n"
      "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
  if (user != 0)
    absl::StrAppend(&text, "miv:x:", user, ":", user, ":miv:/tmp:/bin/sh\n");
  return text;
}

std::string GroupFile(uid_t user) {
  std::string text = "root:x:0:\nnogroup:x:65534:\n";
  if (user != 0) absl::StrAppend(&text, "miv:x:", user, ":\n");
  return text;
}

std::string ClosedDirectory(uid_t user, const std::string& path) {
  fs::path at;
  struct stat info;
  for (const fs::path& part : fs::path(path).parent_path()) {
    at /= part;
    if (::stat(at.c_str(), &info) == 0 && (BitsOf(info, user) & 01) == 0)
      return at.string();
  }
  return "";
}

bool IsReadable(uid_t user, const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return false;
  const bool pass = S_ISDIR(info.st_mode) || (info.st_mode & 0111) != 0;
  const unsigned needed = pass ? 05u : 04u;
  return (BitsOf(info, user) & needed) == needed;
}

}  // namespace miv::server
