#include "worker/simulate/neuron/guard.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/fault.h"
#include "worker/simulate/neuron/nrn_abi.h"

namespace miv::simulate::neuron {
namespace {

constexpr std::size_t kTextLimit = 64 * 1024;

/// NEURON's standard output and error.  NEURON has one output per process, so
/// there is one of these; its threads may print, hence the lock.
struct CapturedText {
  std::mutex mutex;
  std::string out;
  std::string err;
};

CapturedText& Captured() {
  static CapturedText& text = *new CapturedText;
  return text;
}

void Append(int stream, const char* text) {
  CapturedText& captured = Captured();
  const std::lock_guard<std::mutex> lock(captured.mutex);
  std::string& target = stream == 1 ? captured.out : captured.err;
  const std::size_t room = kTextLimit - std::min(kTextLimit, target.size());
  target.append(text, std::min(room, std::strlen(text)));
}

int OnPrint(int stream, char* text) {
  Append(stream, text);
  return 0;
}

int OnPass() { return 0; }

std::string Take(std::string CapturedText::*member) {
  CapturedText& captured = Captured();
  const std::lock_guard<std::mutex> lock(captured.mutex);
  std::string text;
  text.swap(captured.*member);
  return text;
}

struct Call {
  absl::FunctionRef<void()>* body;
  bool completed = false;
};

void* RunCall(void* call_address, void*) {
  auto* call = static_cast<Call*>(call_address);
  (*call->body)();
  call->completed = true;
  return nullptr;
}

/// The first line of NEURON's text without the program name.
std::string FirstLine(absl::string_view text) {
  text = text.substr(0, text.find('\n'));
  absl::ConsumePrefix(&text, "NEURON:");
  return std::string(absl::StripAsciiWhitespace(text));
}

}  // namespace

absl::Status Guarded(absl::string_view doing, absl::FunctionRef<void()> body) {
  TakeErrorText();
  Call call{&body};
  {
    OcJump jump;
    jump.fpycall(RunCall, &call, nullptr);
  }
  if (call.completed) return absl::OkStatus();
  Fault fault;
  fault.reason = "NEURON_ERROR";
  fault.output = TakeErrorText();
  fault.what = absl::StrCat(doing, " failed");
  fault.found = FirstLine(fault.output);
  return InvalidInput(fault);
}

void CaptureOutput() {
  // The setter installs the callbacks only for an embedding interpreter.
  nrn_is_python_extension = 1;
  nrnpy_set_pr_etal(OnPrint, OnPass);
  nrn_is_python_extension = 0;
}

void AppendOutput(int stream, const char* text) { Append(stream, text); }

std::string TakeOutputText() { return Take(&CapturedText::out); }

std::string TakeErrorText() { return Take(&CapturedText::err); }

}  // namespace miv::simulate::neuron
