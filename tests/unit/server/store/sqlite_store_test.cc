// What is particular to the store in SQLite; what every store must do is in
// tests/contract/store.

#include "server/store/sqlite_store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/base/fault.h"
#include "common/base/files.h"

namespace miv::server {
namespace {

class SqliteStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/miv-sqlite-store-XXXXXX";
    root_ = ::mkdtemp(name);
    path_ = root_ + "/miv.sqlite";
  }
  void TearDown() override { ASSERT_TRUE(RemoveTree(root_).ok()); }

  void RunSql(const char* sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(db);
  }

  std::string root_;
  std::string path_;
};

TEST_F(SqliteStoreTest, RefusesTheDatabaseOfAnotherVersion) {
  RunSql("PRAGMA user_version=999");
  const auto store = SqliteStore::Open(path_);
  EXPECT_EQ(store.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FaultOf(store.status())->found, "999");
}

TEST_F(SqliteStoreTest, BringsTheFirstVersionUpToDate) {
  const auto facts = [](SqliteStore& store) {
    std::string text = "no entry";
    EXPECT_TRUE(store
                    .Read([&](ReadTransaction& t) -> absl::Status {
                      const auto entry = t.FindPreflight("old");
                      if (entry.ok() && entry->has_value())
                        text = (*entry)->facts;
                      return entry.status();
                    })
                    .ok());
    return text;
  };
  ASSERT_TRUE(SqliteStore::Open(path_).ok());
  RunSql(
      "ALTER TABLE preflights DROP COLUMN facts;"
      "ALTER TABLE tasks DROP COLUMN shown_ms;"
      "ALTER TABLE tasks DROP COLUMN salvages; PRAGMA user_version=1;"
      "INSERT INTO preflights VALUES ('old', '', '', 5);");
  auto store = SqliteStore::Open(path_);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(facts(**store), "");
  ASSERT_TRUE((*store)
                  ->Write([](WriteTransaction& t) {
                    return t.PutPreflight(
                        {"old", std::nullopt, "", absl::Now(), "[1]"});
                  })
                  .ok());
  EXPECT_EQ(facts(**store), "[1]");
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsNoDatabase) {
  ASSERT_TRUE(WriteFileAtomically(path_, std::string(4096, 'x')).ok());
  EXPECT_EQ(SqliteStore::Open(path_).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(SqliteStoreTest, RefusesADirectoryThatDoesNotExist) {
  EXPECT_EQ(SqliteStore::Open(root_ + "/none/miv.sqlite").status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(SqliteStoreTest, WritesAheadAndReadsWhileAWriteIsOpen) {
  auto store = SqliteStore::Open(path_).value();
  absl::Notification inside, read;
  std::thread writer([&] {
    const auto status = store->Write([&](WriteTransaction& transaction) {
      auto put = transaction.PutCache({"k", {}, "{}", absl::Now()});
      inside.Notify();
      read.WaitForNotification();
      return put;
    });
    EXPECT_TRUE(status.ok()) << status;
  });
  inside.WaitForNotification();
  const auto status = store->Read([&](ReadTransaction& transaction) {
    EXPECT_FALSE(transaction.FindCache("k").value().has_value());
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  read.Notify();
  writer.join();
}

TEST_F(SqliteStoreTest, WritesThatWaitShareOneCommit) {
  auto store = SqliteStore::Open(path_).value();
  absl::Notification inside, release;
  std::thread first([&] {
    EXPECT_TRUE(store
                    ->Write([&](WriteTransaction&) {
                      inside.Notify();
                      release.WaitForNotification();
                      return absl::OkStatus();
                    })
                    .ok());
  });
  inside.WaitForNotification();
  std::vector<std::thread> others;
  for (int i = 0; i < 8; ++i) {
    others.emplace_back([&, i] {
      EXPECT_TRUE(store
                      ->Write([&](WriteTransaction& transaction) {
                        return transaction.PutCache(
                            {absl::StrCat("k", i), {}, "{}", absl::Now()});
                      })
                      .ok());
    });
  }
  release.Notify();
  first.join();
  for (auto& thread : others) thread.join();
  EXPECT_TRUE(store
                  ->Read([&](ReadTransaction& transaction) {
                    for (int i = 0; i < 8; ++i) {
                      EXPECT_TRUE(transaction.FindCache(absl::StrCat("k", i))
                                      .value()
                                      .has_value());
                    }
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_F(SqliteStoreTest, OneFailedBodyOfABatchLosesNothingOfTheOthers) {
  auto store = SqliteStore::Open(path_).value();
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      const auto status = store->Write([&](WriteTransaction& transaction) {
        const auto put =
            transaction.PutCache({absl::StrCat("k", i), {}, "{}", absl::Now()});
        return i % 2 == 0 ? put : absl::AbortedError("no");
      });
      EXPECT_EQ(status.ok(), i % 2 == 0);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(store
                  ->Read([&](ReadTransaction& transaction) {
                    for (int i = 0; i < 16; ++i) {
                      EXPECT_EQ(transaction.FindCache(absl::StrCat("k", i))
                                    .value()
                                    .has_value(),
                                i % 2 == 0);
                    }
                    return absl::OkStatus();
                  })
                  .ok());
}

}  // namespace
}  // namespace miv::server
