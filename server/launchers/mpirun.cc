#include "server/launchers/mpirun.h"

#include "absl/strings/str_cat.h"

namespace miv::server {

std::vector<std::string> GroupCommand(const GroupSpec& spec, uid_t user) {
  if (!spec.mpirun) return spec.command;
  std::vector<std::string> argv = {"/usr/bin/mpirun"};
  if (user == 0) argv.push_back("--allow-run-as-root");
  // Two groups at once would otherwise both bind to core 0, and ranks that
  // wait would take the core from ranks that work.
  argv.insert(argv.end(), {"--oversubscribe", "--bind-to", "none", "--mca",
                           "mpi_yield_when_idle", "1"});
  // One node: no remote start, and only the shared-memory transport.  Probing
  // the others (ucx, ofi, ...) is two thirds of an idle start's time.
  argv.insert(argv.end(), {"--mca", "plm", "isolated", "--mca", "pml", "ob1",
                           "--mca", "btl", "self,vader"});
  // process_vm_readv is denied between ranks by yama and by some containers.
  argv.insert(argv.end(), {"--mca", "btl_vader_single_copy_mechanism", "none"});
  // When one rank dies the others go at once instead of after two seconds.
  argv.insert(argv.end(), {"--mca", "odls_base_sigkill_timeout", "0"});
  argv.insert(argv.end(), {"-n", absl::StrCat(spec.ranks)});
  argv.insert(argv.end(), spec.command.begin(), spec.command.end());
  return argv;
}

std::map<std::string, std::string> GroupEnvironment(
    const GroupSpec& spec, const std::string& temporary) {
  std::map<std::string, std::string> environment = {
      {"PATH", "/usr/bin:/bin"},
      {"HOME", temporary},
      {"TMPDIR", temporary},
      {"USER", "miv"},
      {"LANG", "C.UTF-8"},
      {"HDF5_USE_FILE_LOCKING", "FALSE"},
      {"OMP_NUM_THREADS", "1"},
      {"OPENBLAS_NUM_THREADS", "1"},
      // Nothing is bound to cores, so nobody needs the machine's topology;
      // reading it takes 30 ms per process, and /sys is not in the sandbox.
      {"HWLOC_COMPONENTS", "no_os,stop"},
      // Job data by message instead of by a shared file per rank.
      {"PMIX_MCA_gds", "hash"},
  };
  for (const auto& [name, value] : spec.environment) environment[name] = value;
  return environment;
}

}  // namespace miv::server
