#include <locale.h>

#include <stop_token>
#include <string>
#include <vector>

#include "client/cli/program.h"
#include "client/cli/signals.h"

int main(int argc, char** argv) {
  setlocale(LC_CTYPE, "");
  std::stop_source stop;
  miv::client::StopOnSignals(stop);
  return miv::client::RunMiv({argv + 1, argv + argc}, miv::client::ProcessIo(),
                             stop);
}
