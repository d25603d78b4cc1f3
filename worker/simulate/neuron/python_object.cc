#include "worker/simulate/neuron/python_object.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "worker/simulate/neuron/nrn_abi.h"
#include "worker/simulate/neuron/python_call.h"

namespace miv::simulate::neuron {
namespace {

constexpr int kMaxArguments = 3;

/// Values of hoc's grammar tokens, found at start: its header is not shipped.
struct StackTypes {
  int number = 0;
  int string = 0;
  int object_variable = 0;
  int object_temporary = 0;
};
StackTypes g_types;

/// hoc_execerror leaves by longjmp, so its text must outlive every frame and no
/// frame between here and the guard may own anything.
char g_message[512];

/// nullptr: values are native.
PythonRuntime* g_python = nullptr;

void KeepMessage(const std::string& text) {
  const std::size_t size = std::min(text.size(), sizeof g_message - 1);
  std::memcpy(g_message, text.data(), size);
  g_message[size] = '\0';
}

void RaiseMessage() { hoc_execerror(g_message, nullptr); }

PythonReference* ReferenceOf(Object* object) {
  if (object == nullptr || object->ctemplate->sym != nrnpy_pyobj_sym_) {
    return nullptr;
  }
  return static_cast<PythonReference*>(object->u.this_pointer);
}

void* Construct(Object*) { return new PythonReference{PythonValue::Main()}; }

void Destruct(void* reference) {
  delete static_cast<PythonReference*>(reference);
}

PythonArgument PopArgument() {
  const int type = hoc_stack_type();
  if (type == g_types.number) return hoc_xpop();
  if (type == g_types.string) return std::string(*hoc_strpop());
  if (type != g_types.object_variable && type != g_types.object_temporary) {
    return *hoc_pxpop();
  }
  Object** slot = hoc_objpop();
  PythonArgument argument;
  if (PythonReference* operand = ReferenceOf(*slot)) argument = *operand;
  hoc_tobj_unref(slot);
  return argument;
}

/// Pops the arguments and evaluates; the object itself stays on the stack.
void Call(Object* object, const char* name, int count, PythonResult* result) {
  if (count > kMaxArguments) {
    result->error = "too many arguments for a native Python value";
    return;
  }
  std::array<PythonArgument, kMaxArguments> arguments;
  for (int i = count; i-- > 0;) arguments[i] = PopArgument();
  *result = EvaluatePython(*ReferenceOf(object), name,
                           absl::MakeSpan(arguments.data(), count));
}

Object* NewObject(const PythonReference& reference) {
  Object* object =
      hoc_new_object(nrnpy_pyobj_sym_, new PythonReference(reference));
  hoc_obj_ref(object);
  return object;
}

void PushObject(Object* object) {
  hoc_pop_defer();
  hoc_push_object(object);
  if (object != nullptr) --object->refcount;
}

void PushString(const std::string& text) {
  // hoc keeps the pointer until the expression ends.
  static auto& ring = *new std::array<std::string, 16>;
  static std::size_t turn = 0;
  std::string& kept = ring[turn++ % ring.size()];
  kept = text;
  char** slot = hoc_temp_charptr();
  *slot = kept.data();
  hoc_pop_defer();
  hoc_pushstr(slot);
}

/// NEURON's hook behind every `o.name`, `o.name(...)` and `o._[i]`.
void Component(Object* object, Symbol* symbol, int count, int /*is_call*/) {
  static auto& result = *new PythonResult;
  result = PythonResult();
  Call(object, symbol->name, count, &result);
  if (!result.error.empty()) {
    KeepMessage(result.error);
    RaiseMessage();
  }
  if (const auto* number = std::get_if<double>(&result.content)) {
    hoc_pop_defer();
    hoc_pushx(*number);
  } else if (const auto* text = std::get_if<std::string>(&result.content)) {
    PushString(*text);
  } else if (const auto* reference =
                 std::get_if<PythonReference>(&result.content)) {
    PushObject(NewObject(*reference));
  } else {
    PushObject(nullptr);
  }
}

bool AcceptStatement(const char* statement) {
  const std::string refusal = RefusalOfStatement(statement);
  KeepMessage(refusal);
  return refusal.empty();
}

/// hoc's nrnpython("statement").
void NrnPython() {
  if (!AcceptStatement(hoc_is_str_arg(1) ? *hoc_pgargstr(1) : "")) {
    RaiseMessage();
  }
  hoc_ret();
  hoc_pushx(1.0);
}

IvocVect* VectorFromPython(void* vector) {
  PythonReference* source = ReferenceOf(*hoc_objgetarg(1));
  if (source == nullptr || source->value->array() == nullptr) {
    hoc_execerror("Vector.from_python: the argument is not an array of numbers",
                  nullptr);
  }
  const PythonValue::Array& numbers = *source->value->array();
  auto* target = static_cast<IvocVect*>(vector);
  vector_resize(target, static_cast<int>(numbers.size()));
  std::copy(numbers.begin(), numbers.end(), vector_vec(target));
  return target;
}

void RefuseAssignment(Object*, int) {
  hoc_execerror("a PythonObject cannot be assigned to", "without python");
}

/// Stands for every pointer of NEURON that would run Python code.
template <typename Return, typename... Parameters>
Return RefuseCall(Parameters...) {
  hoc_execerror("a Python callable cannot run", "in a job without python");
  return Return();
}

int SameValue(Object* a, Object* b) {
  const PythonReference* x = ReferenceOf(a);
  const PythonReference* y = ReferenceOf(b);
  return x != nullptr && y != nullptr && x->value == y->value;
}

void FindStackTypes() {
  static Object* nothing = nullptr;
  static char empty[] = "";
  hoc_pushx(0);
  g_types.number = hoc_stack_type();
  hoc_xpop();
  char** text = hoc_temp_charptr();
  *text = empty;
  hoc_pushstr(text);
  g_types.string = hoc_stack_type();
  hoc_strpop();
  hoc_pushobj(&nothing);
  g_types.object_variable = hoc_stack_type();
  hoc_objpop();
  hoc_push_object(nullptr);
  g_types.object_temporary = hoc_stack_type();
  hoc_tobj_unref(hoc_objpop());
}

}  // namespace

void InstallPythonObject() {
  FindStackTypes();
  Symbol* symbol = hoc_lookup("PythonObject");
  symbol->u.ctemplate->constructor = Construct;
  symbol->u.ctemplate->destructor = Destruct;
  nrnpy_pyobj_sym_ = symbol;
  nrnpy_py2n_component = Component;
  nrnpy_hpoasgn = RefuseAssignment;
  nrnpy_vec_from_python_p_ = VectorFromPython;
  nrnpy_hoccommand_exec = RefuseCall;
  nrnpy_hoccommand_exec_strret = RefuseCall;
  nrnpy_func_call = RefuseCall;
  nrnpy_callable_with_args = RefuseCall;
  nrnpy_po2pickle = RefuseCall;
  nrnpy_praxis_efun = RefuseCall;
  nrnpy_pysame = SameValue;
  hoc_lookup("nrnpython")->u.u_proc->defn.pf = NrnPython;
}

void UsePython(PythonRuntime* python) { g_python = python; }

Object* WrapPythonValue(const PythonValuePtr& value) {
  if (g_python != nullptr) {
    Object* object = g_python->Wrap(*value);
    if (object == nullptr) {
      KeepMessage(g_python->error());
      RaiseMessage();
    }
    return object;
  }
  return NewObject(PythonReference{value});
}

}  // namespace miv::simulate::neuron
