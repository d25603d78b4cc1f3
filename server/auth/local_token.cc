#include "server/auth/local_token.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"

namespace miv::server {
namespace {

constexpr std::size_t kTokenBytes = 32;

bool IsToken(absl::string_view text) {
  return text.size() == 2 * kTokenBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

absl::Status CheckPrivate(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0)
    return absl::NotFoundError(
        absl::StrCat("cannot read ", path, ": ", std::strerror(errno)));
  if (info.st_uid != ::geteuid() && info.st_uid != 0)
    return MakeStatus(absl::StatusCode::kPermissionDenied,
                      {.reason = "TOKEN_FILE_NOT_OWNED",
                       .file = path,
                       .what = "the token file belongs to another user",
                       .expected = absl::StrCat("owner ", ::geteuid()),
                       .found = absl::StrCat("owner ", info.st_uid)});
  if ((info.st_mode & 077) != 0)
    return MakeStatus(
        absl::StatusCode::kPermissionDenied,
        {.reason = "TOKEN_FILE_NOT_PRIVATE",
         .file = path,
         .what = "others can open the token file",
         .expected = "mode 0600",
         .found = absl::StrFormat("mode %04o", info.st_mode & 07777),
         .remedy = absl::StrCat("Run: chmod 600 ", path)});
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> CreateLocalToken(const std::string& path) {
  std::array<char, kTokenBytes> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) !=
      static_cast<ssize_t>(bytes.size()))
    return absl::InternalError(
        absl::StrCat("getrandom: ", std::strerror(errno)));
  const std::string token =
      absl::BytesToHexString({bytes.data(), bytes.size()});
  MIV_RETURN_IF_ERROR(WriteFileAtomically(path, token + "\n", 0600));
  return token;
}

absl::StatusOr<std::string> ReadLocalToken(const std::string& path) {
  MIV_RETURN_IF_ERROR(CheckPrivate(path));
  MIV_ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  const std::string token(absl::StripAsciiWhitespace(content));
  if (!IsToken(token))
    return MakeStatus(
        absl::StatusCode::kDataLoss,
        {.reason = "TOKEN_FILE_CORRUPT",
         .file = path,
         .what = "not a token file",
         .expected = "64 lower-case hex digits",
         .found = absl::StrCat(token.size(), " characters"),
         .remedy = "Remove the file and start the server again."});
  return token;
}

absl::StatusOr<std::string> ReadOrCreateLocalToken(const std::string& path) {
  absl::StatusOr<std::string> token = ReadLocalToken(path);
  if (absl::IsNotFound(token.status())) return CreateLocalToken(path);
  return token;
}

absl::string_view BearerToken(absl::string_view authorization) {
  constexpr absl::string_view kScheme = "bearer ";
  if (!absl::StartsWithIgnoreCase(authorization, kScheme)) return {};
  authorization.remove_prefix(kScheme.size());
  return absl::StripAsciiWhitespace(authorization);
}

bool TokensEqual(absl::string_view a, absl::string_view b) {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = static_cast<unsigned char>(
        difference |
        (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
  return difference == 0;
}

}  // namespace miv::server
