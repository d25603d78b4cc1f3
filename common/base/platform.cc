#include "common/base/platform.h"

#include <gnu/libc-version.h>
#include <sys/utsname.h>

#include <string>

namespace miv {
namespace {

std::string CpuLevel() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
  if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
  if (__builtin_cpu_supports("x86-64-v2")) return "x86-64-v2";
  return "x86-64";
#else
  utsname name;
  return uname(&name) == 0 ? name.machine : "unknown";
#endif
}

std::string Compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#else
  return "GCC " __VERSION__;
#endif
}

}  // namespace

nlohmann::json NumericPlatform() {
  return {{"cpu_level", CpuLevel()},
          {"libc", std::string("glibc ") + gnu_get_libc_version()},
          {"compiler", Compiler()}};
}

}  // namespace miv
