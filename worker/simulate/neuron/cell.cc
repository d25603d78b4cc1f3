#include "worker/simulate/neuron/cell.h"

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "worker/simulate/neuron/guard.h"
#include "worker/simulate/neuron/hoc_types.h"
#include "worker/simulate/neuron/nrn_abi.h"

namespace miv::simulate::neuron {
namespace {

Symbol* Member(Object* object, absl::string_view name) {
  return hoc_table_lookup(std::string(name).c_str(),
                          object->ctemplate->symtable);
}

bool IsHocTemplate(const Object* object) {
  return object->ctemplate->is_point_ == 0 &&
         object->ctemplate->constructor == nullptr;
}

std::vector<SectionHandle> SectionArray(Object* object, Symbol* symbol) {
  std::vector<SectionHandle> sections;
  const Objectdata* slot = &object->u.dataspace[symbol->u.oboff];
  const Arrayinfo* array = slot[1].arayinfo;
  int count = 1;
  if (array != nullptr) {
    for (int i = 0; i < array->nsub; ++i) count *= array->sub[i];
  }
  sections.reserve(count);
  for (int i = 0; i < count; ++i) {
    hoc_Item* item = slot->psecitm[i];
    if (item != nullptr) sections.push_back({item->element.sec});
  }
  return sections;
}

std::vector<SectionHandle> SectionListMembers(Object* list) {
  std::vector<SectionHandle> sections;
  if (list == nullptr || list->ctemplate->sym != hoc_lookup("SectionList")) {
    return sections;
  }
  auto* head = static_cast<hoc_Item*>(list->u.this_pointer);
  for (hoc_Item* item = head->next; item != head; item = item->next) {
    // A list keeps sections that were deleted; they have no properties.
    if (item->element.sec->prop != nullptr) {
      sections.push_back({item->element.sec});
    }
  }
  return sections;
}

}  // namespace

Cell::~Cell() {
  Guarded("removing a cell", [this] { hoc_obj_unref(object_); }).IgnoreError();
}

std::string Cell::name() const { return hoc_object_name(object_); }

absl::StatusOr<bool> Cell::IsArtificial() const {
  Symbol* symbol = Member(object_, "is_art");
  if (symbol == nullptr) return object_->ctemplate->is_point_ != 0;
  double value = 0;
  MIV_RETURN_IF_ERROR(Guarded(absl::StrCat(name(), ".is_art()"), [&] {
    hoc_call_ob_proc(object_, symbol, 0);
    if (symbol->type != HocTypes().procedure) value = hoc_xpop();
  }));
  return value > 0;
}

std::vector<SectionHandle> Cell::Sections(absl::string_view name) const {
  if (!IsHocTemplate(object_)) return {};
  Symbol* symbol = Member(object_, name);
  if (symbol == nullptr) return {};
  if (symbol->type == HocTypes().section) return SectionArray(object_, symbol);
  if (symbol->type == HocTypes().object_variable) {
    return SectionListMembers(*object_->u.dataspace[symbol->u.oboff].pobj);
  }
  return {};
}

absl::Status Cell::SetPosition(double x, double y, double z) {
  Symbol* symbol = Member(object_, "position");
  if (symbol == nullptr) return absl::OkStatus();
  return Guarded(absl::StrCat(name(), ".position()"), [&] {
    hoc_pushx(x);
    hoc_pushx(y);
    hoc_pushx(z);
    hoc_call_ob_proc(object_, symbol, 3);
    if (symbol->type != HocTypes().procedure) hoc_xpop();
  });
}

absl::Status Cell::SetSectionVariable(SectionHandle section,
                                      absl::string_view variable,
                                      double value) {
  Symbol* symbol = hoc_lookup(std::string(variable).c_str());
  if (symbol == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("no mechanism has a variable ", variable));
  }
  return Guarded(absl::StrCat("setting ", variable, " of ", name()),
                 [&] { nrn_rangeconst(section.section, symbol, &value, 0); });
}

}  // namespace miv::simulate::neuron
