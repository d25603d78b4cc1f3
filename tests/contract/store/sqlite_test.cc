#include <stdlib.h>

#include "common/base/files.h"
#include "server/store/sqlite_store.h"
#include "tests/contract/store/store_contract.h"

namespace miv::server {
namespace {

std::shared_ptr<Store> InMemory() {
  return SqliteStore::Open(":memory:").value();
}

// A store in a directory that goes with it.
std::shared_ptr<Store> InAFile() {
  char name[] = "/tmp/miv-store-contract-XXXXXX";
  const std::string root = ::mkdtemp(name);
  return {SqliteStore::Open(root + "/miv.sqlite").value().release(),
          [root](Store* store) {
            delete store;
            RemoveTree(root).IgnoreError();
          }};
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract,
                         testing::Values(StoreBackend{"Memory", InMemory},
                                         StoreBackend{"File", InAFile}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace miv::server
