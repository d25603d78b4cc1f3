#include "server/jobs/workspace.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/segments/segment_writer.h"
#include "server/auth/local_token.h"

namespace miv::server {
namespace {

namespace fs = std::filesystem;
using pipeline::Input;

// Inputs that all assignments of a model group share; the processes have them
// open or loaded.
std::string SharedPlace(absl::string_view role) {
  if (role == "templates") return "model/templates";
  if (role == "mechanisms") return "model/mechanisms";
  return "";
}

constexpr char kLibraryPlace[] = "model/library/libnrnmech.so";

// The last part of a path as a name that is safe anywhere.
std::string SafeName(absl::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  std::string name(slash == absl::string_view::npos ? path
                                                    : path.substr(slash + 1));
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) {
        return !std::isalnum(c) && c != '.' && c != '_' && c != '-';
      },
      '_');
  if (name.empty() || name[0] == '.') name = "file" + name;
  return name.substr(0, 200);
}

std::string PlaceOf(const AttemptId& attempt, const Input& input) {
  const std::string shared = SharedPlace(input.role);
  if (!shared.empty()) return shared;
  const std::string role =
      SafeName(absl::StrReplaceAll(input.role, {{":", "_"}, {"/", "_"}}));
  return absl::StrCat(attempt.text(), "/", role, "/",
                      SafeName(input.step.empty() ? input.path : input.output));
}

std::string LabelOf(const Input& input) {
  return input.step.empty() ? input.path
                            : absl::StrCat(input.step, "/", input.output);
}

absl::Status SystemError(const std::string& path) {
  return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
}

// A folder in `parent` that belongs to whoever owns `parent`, who may have put
// anything there already.
absl::Status MakeOwnedDirectory(const std::string& parent,
                                const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) {
    return SystemError(path);
  }
  const int fd =
      ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return SystemError(path);
  const absl::Cleanup close = [fd] { ::close(fd); };
  struct stat info;
  if (::stat(parent.c_str(), &info) != 0) return SystemError(parent);
  const bool given = ::geteuid() != 0 || info.st_uid == 0 ||
                     ::fchown(fd, info.st_uid, info.st_gid) == 0;
  return given ? absl::OkStatus() : SystemError(path);
}

}  // namespace

GroupRef Workspace::RefOf(const GroupId& group) const {
  return {group.text(), absl::StrCat(root_, "/", group.text())};
}

std::string Workspace::OutputDirectory(const GroupId& group,
                                       const AttemptId& attempt) const {
  return absl::StrCat(RefOf(group).directory, "/work/", attempt.text());
}

absl::StatusOr<std::string> Workspace::CreateGroup(const GroupId& group) const {
  const std::string directory = RefOf(group).directory;
  MIV_RETURN_IF_ERROR(MakeDirectories(directory));
  return CreateLocalToken(directory + "/token");
}

// Artifacts appear whole: under another name first.
absl::Status Workspace::Place(absl::string_view digest,
                              const std::string& destination) const {
  std::error_code error;
  if (fs::exists(fs::symlink_status(destination, error))) {
    return absl::OkStatus();
  }
  const std::string partial = destination + ".partial";
  MIV_RETURN_IF_ERROR(RemoveTree(partial));
  MIV_RETURN_IF_ERROR(
      artifacts_.Materialise(digest, partial, ArtifactStore::PlaceMode::kLink));
  fs::rename(partial, destination, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(destination, ": ", error.message()));
}

absl::StatusOr<v1::Assignment> Workspace::Prepare(
    const AssignmentSource& source) const {
  const pipeline::ResolvedStep& step =
      source.plan.step(source.attempt.task.index);
  const std::string directory = RefOf(source.group).directory;
  v1::Assignment assignment;
  assignment.set_id(source.attempt.text());
  assignment.set_step(step.name);
  assignment.set_kind(step.kind);
  assignment.set_attempt(source.attempt.number);
  assignment.set_config_json(step.config.dump());
  assignment.set_seed(step.seed);
  const auto add = [&](const std::string& role, const std::string& digest,
                       const std::string& place,
                       const std::string& label) -> absl::Status {
    const std::string path = absl::StrCat(directory, "/inputs/", place);
    MIV_RETURN_IF_ERROR(Place(digest, path));
    v1::Input& input = *assignment.add_inputs();
    input.set_name(role);
    input.set_path(path);
    input.set_label(label);
    return absl::OkStatus();
  };
  for (const Input& input : step.inputs) {
    MIV_RETURN_IF_ERROR(add(input.role, source.inputs.at(input.role),
                            PlaceOf(source.attempt, input), LabelOf(input)));
  }
  if (!source.library_digest.empty()) {
    MIV_RETURN_IF_ERROR(add("mechanism_library", source.library_digest,
                            kLibraryPlace, "compiled mechanisms"));
  }
  const std::string work = directory + "/work";
  MIV_RETURN_IF_ERROR(MakeDirectories(work));
  assignment.set_output_directory(
      OutputDirectory(source.group, source.attempt));
  MIV_RETURN_IF_ERROR(MakeOwnedDirectory(work, assignment.output_directory()));
  return assignment;
}

std::string Workspace::KeptSegments(const AttemptId& attempt) const {
  return absl::StrCat(root_, "/segments/", attempt.text());
}

absl::Status Workspace::KeepSegments(const GroupId& group,
                                     const AttemptId& attempt) const {
  const std::string source = absl::StrCat(OutputDirectory(group, attempt), "/",
                                          segments::kSegmentFolder);
  struct stat info;
  if (::lstat(source.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return absl::OkStatus();
  }
  MIV_RETURN_IF_ERROR(MakeDirectories(root_ + "/segments"));
  const std::string target = KeptSegments(attempt);
  if (::rename(source.c_str(), target.c_str()) == 0 || errno == ENOENT) {
    return absl::OkStatus();
  }
  return SystemError(target);
}

std::vector<AttemptId> Workspace::AttemptsWithSegments() const {
  std::vector<AttemptId> attempts;
  std::error_code error;
  for (fs::directory_iterator entry(root_ + "/segments", error), end;
       !error && entry != end; entry.increment(error)) {
    const auto attempt = AttemptId::Parse(entry->path().filename().string());
    if (attempt.ok()) attempts.push_back(*attempt);
  }
  return attempts;
}

absl::Status Workspace::RemoveSegments(const AttemptId& attempt) const {
  return RemoveTree(KeptSegments(attempt));
}

absl::Status Workspace::RemoveAttempt(const GroupId& group,
                                      const AttemptId& attempt) const {
  const std::string directory = RefOf(group).directory;
  MIV_RETURN_IF_ERROR(
      RemoveTree(absl::StrCat(directory, "/inputs/", attempt.text())));
  return RemoveTree(OutputDirectory(group, attempt));
}

absl::Status Workspace::RemoveGroupFiles(const GroupId& group) const {
  const std::string directory = RefOf(group).directory;
  for (const char* name : {"/inputs", "/work", "/tmp", "/token"}) {
    MIV_RETURN_IF_ERROR(RemoveTree(directory + name));
  }
  return absl::OkStatus();
}

absl::Status Workspace::Sweep(const std::set<std::string>& keep,
                              absl::Time settled, absl::Time forgotten) const {
  std::error_code error;
  for (fs::directory_iterator entry(root_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const auto group = GroupId::Parse(name);
    struct stat info;
    if (!group.ok() || keep.contains(name) ||
        ::stat(entry->path().c_str(), &info) != 0) {
      continue;
    }
    const absl::Time changed = absl::FromUnixSeconds(info.st_mtime);
    if (changed < forgotten) {
      MIV_RETURN_IF_ERROR(RemoveTree(entry->path().string()));
    } else if (changed < settled) {
      MIV_RETURN_IF_ERROR(RemoveGroupFiles(*group));
    }
  }
  return absl::OkStatus();
}

}  // namespace miv::server
