#include "server/coordinator/config.h"

namespace miv::server {

absl::string_view DefaultConfigText() {
  return R"yaml(# Configuration of miv-coordinator.  Every key is optional; these are the
# defaults.  Command-line options win over this file.

listen: "127.0.0.1:7421"  # HOST:PORT; port 0 picks a free one
slots: 0           # cores to use; 0 = all that this process may use
sandbox: auto      # auto | bwrap | none: how user models are kept apart
log_level: info    # debug | info | warning | error

tls:               # needed for an address that is not loopback
  certificate: null  # PEM files
  key: null

programs:          # null = beside miv-coordinator
  worker: null
  shepherd: null

scheduler:
  default_ranks: 0        # MPI ranks of a step that does not say; 0 = slots, at most 8
  max_ranks: 0            # that a step may ask for; 0 = 4 x slots, at least 16
  resident_ranks: 0       # of all groups that are up, idle ones included; 0 = 2 x slots
  idle_timeout_s: 30      # an idle worker group leaves after this long
  launch_patience_s: 2    # a task waits this long for a busy group before a further one starts
  overtaking_limit_s: 60  # smaller tasks may pass a wide one for this long

limits:
  group:                  # of one worker group; 0 = unlimited
    wall_s: 0             # seconds from its start to its end
    memory_bytes: 0       # resident, over all its processes
    cpu_s: 0              # of each process
    file_bytes: 0         # of each file that it writes
    processes: 0          # and threads, over the whole group
    output_bytes: 16777216  # kept of stdout and of stderr
  launch_s: 120           # from a group's start to its first call
  preflight:              # of the process that checks a model
    wall_s: 60
    memory_bytes: 4294967296
    cpu_s: 120
    file_bytes: 1073741824
    processes: 64
  steps: 1000             # of one pipeline
  live_jobs: 1000         # that have not ended
  watchers: 128           # WatchJob calls open at a time
  threads: 256            # that serve clients
  log_lines_per_attempt: 20000
  low_water_bytes: null   # free disk space below which nothing new is taken in;
                          # null = 1 GiB, at most 5 % of the file system

retention:
  job_details_days: 30    # progress and log lines, after the job's end; state changes and results stay
  group_output_days: 7    # what a worker group printed, after its end; failed work folders go at once
  unfinished_upload_hours: 24
)yaml";
}

}  // namespace miv::server
