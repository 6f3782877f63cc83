#include "storage/log/transaction_index.h"

#include <gtest/gtest.h>

#include "storage/disk/faulty_disk.h"
#include "storage/log/test_batches.h"

namespace muir::storage {
namespace {

using testing::BatchSpec;
using testing::LogBench;
using testing::make_batch;
using testing::make_marker;

constexpr const char* kPath = "/data/t-0/00000000000000000000.txnindex";

AbortedTxn txn(std::int64_t producer_id, std::int64_t first, std::int64_t last, std::int64_t stable) {
  return {ProducerId{producer_id}, Offset{first}, Offset{last}, Offset{stable}};
}

struct IndexBench {
  IndexBench() { EXPECT_TRUE(disk.create_directory("/data/t-0").get()); }

  TransactionIndex load(Offset base_offset = Offset{0}) {
    TransactionIndex index(disk, kPath, base_offset);
    loaded = index.load().run_inline();
    return index;
  }

  FaultyDisk disk;
  Result<void> loaded = ok();
};

std::vector<AbortedTxn> found(TransactionIndex& index, std::int64_t from, std::int64_t upper) {
  return index.collect(Offset{from}, Offset{upper}).run_inline()->txns;
}

TEST(TransactionIndex, HasNoFileBeforeTheFirstEntry) {
  IndexBench bench;
  TransactionIndex index = bench.load();

  ASSERT_TRUE(index.sync().run_inline());
  EXPECT_FALSE(bench.disk.exists(kPath));

  ASSERT_TRUE(index.append(txn(1, 0, 3, 4)));
  ASSERT_TRUE(index.sync().run_inline());
  EXPECT_EQ(bench.disk.content(kPath).size(), 34u);
}

// The entry that docs/formats/transaction-index.md shows, written by Apache Kafka.
TEST(TransactionIndex, WritesTheBytesOfKafka) {
  std::array<std::byte, AbortedTxn::kBytes> bytes;
  txn(1000, 10, 11, 12).encode(bytes.data());

  std::string hex;
  for (const std::byte byte : bytes) hex += fmt::format("{:02x}", static_cast<int>(byte));
  EXPECT_EQ(hex,
            "0000"
            "00000000000003e8"
            "000000000000000a"
            "000000000000000b"
            "000000000000000c");
  EXPECT_EQ(AbortedTxn::decode(bytes.data()), txn(1000, 10, 11, 12));
}

TEST(TransactionIndex, FindsWhatReachesIntoTheRangeWhetherWrittenOutOrNot) {
  IndexBench bench;
  TransactionIndex index = bench.load();
  const std::vector<AbortedTxn> all = {txn(1, 0, 3, 2), txn(2, 2, 5, 6), txn(1, 8, 9, 10), txn(3, 7, 20, 21)};
  for (int written = 0; written <= 4; ++written) {
    index.reset();
    for (int i = 0; i < 4; ++i) {
      if (i == written) {
        ASSERT_TRUE(index.write_out().run_inline());
      }
      ASSERT_TRUE(index.append(all[static_cast<std::size_t>(i)]));
    }

    EXPECT_EQ(found(index, 0, 100), all);
    EXPECT_EQ(found(index, 4, 8), (std::vector<AbortedTxn>{all[1]})) << "the one that ends the search begins behind";
    EXPECT_EQ(found(index, 9, 9), (std::vector<AbortedTxn>{all[2]}));
    EXPECT_EQ(found(index, 21, 100), std::vector<AbortedTxn>{});
    EXPECT_EQ(index.collect(Offset{0}, Offset{6}).run_inline()->is_complete, true);
    EXPECT_EQ(index.collect(Offset{0}, Offset{22}).run_inline()->is_complete, false);
  }
}

TEST(TransactionIndex, ComesBackFromItsFileWithThousandsOfEntries) {
  IndexBench bench;
  TransactionIndex index = bench.load();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(index.append(txn(i, 2 * i, 2 * i + 1, 2 * i + 2)));
  ASSERT_TRUE(index.sync().run_inline());

  TransactionIndex again = bench.load();
  ASSERT_TRUE(bench.loaded) << bench.loaded.error();
  EXPECT_EQ(again.size(), 1000u);
  EXPECT_EQ(found(again, 0, 4000).size(), 1000u);
  EXPECT_EQ(found(again, 1001, 1500).size(), 250u);

  ASSERT_TRUE(again.truncate_to(Offset{1001}).run_inline());
  EXPECT_EQ(again.size(), 500u);
  ASSERT_TRUE(again.append(txn(7, 1000, 1001, 1002)));
  ASSERT_TRUE(again.sync().run_inline());
  EXPECT_EQ(bench.disk.content(kPath).size(), 501 * AbortedTxn::kBytes);
}

TEST(TransactionIndex, CallsADamagedFileCorrupt) {
  IndexBench bench;
  const auto load_with = [&](auto damage) {
    TransactionIndex index(bench.disk, kPath, Offset{0});
    index.reset();
    EXPECT_TRUE(index.append(txn(1, 10, 11, 12)));
    EXPECT_TRUE(index.append(txn(2, 12, 15, 16)));
    EXPECT_TRUE(index.sync().run_inline());
    damage();
    (void)bench.load(Offset{10});
    return bench.loaded.has_value() ? Error{} : bench.loaded.error();
  };
  EXPECT_FALSE(load_with([] {}));
  EXPECT_EQ(load_with([&] { bench.disk.lose_last_bytes(kPath, 1); }), Errc::corrupt_index) << "a torn entry";
  EXPECT_EQ(load_with([&] { bench.disk.flip_bit(kPath, 1, 0); }), Errc::corrupt_index) << "of a later version";
  EXPECT_EQ(load_with([&] { bench.disk.flip_bit(kPath, 25, 1); }), Errc::corrupt_index) << "before the segment";
  EXPECT_EQ(load_with([&] { bench.disk.flip_bit(kPath, 25, 6); }), Errc::corrupt_index) << "out of order";
}

// --- in a Log ---

struct TxnBench : LogBench {
  using LogBench::LogBench;

  void data(std::int64_t producer_id, int records = 2) {
    BatchSpec spec;
    spec.base_offset = log->log_end_offset().value;
    spec.leader_epoch = 0;
    spec.records = records;
    spec.producer_id = producer_id;
    spec.producer_epoch = 0;
    spec.base_sequence = next_sequence[producer_id];
    spec.is_transactional = true;
    next_sequence[producer_id] += records;
    EXPECT_TRUE(replicate(make_batch(spec)));
  }
  void end(std::int64_t producer_id, bool is_abort) {
    EXPECT_TRUE(replicate(make_marker(producer_id, 0, is_abort, log->log_end_offset().value)));
  }
  std::vector<AbortedTxn> aborted(std::int64_t from = 0, std::int64_t upper = 1000) {
    return log->aborted_transactions(Offset{from}, Offset{upper}).run_inline().value();
  }
  // Two aborted transactions and a committed one over three segments, and one that is open.
  std::vector<AbortedTxn> write_story() {
    data(1);       // 0, 1
    data(2);       // 2, 3
    end(1, true);  // 4
    EXPECT_TRUE(log->roll().run_inline());
    data(3);        // 5, 6
    end(3, false);  // 7
    EXPECT_TRUE(log->roll().run_inline());
    end(2, true);  // 8
    data(4);       // 9, 10
    return {txn(1, 0, 4, 2), txn(2, 2, 8, 9)};
  }

  std::map<std::int64_t, std::int32_t> next_sequence;
};

TEST(LogTransactions, AreFoundOverAllSegments) {
  TxnBench bench;
  bench.open();

  const auto all = bench.write_story();

  EXPECT_EQ(bench.aborted(), all);
  EXPECT_EQ(bench.aborted(5), (std::vector<AbortedTxn>{all[1]})) << "its marker is two segments on";
  EXPECT_EQ(bench.aborted(9), std::vector<AbortedTxn>{});
  EXPECT_EQ(bench.log->last_stable_offset(), Offset{9});
}

TEST(LogTransactions, SurviveACleanRestartAndAreRebuiltAfterACrash) {
  for (const bool clean : {true, false}) {
    TxnBench bench(7);
    bench.open();
    const auto all = bench.write_story();
    ASSERT_TRUE(bench.log->flush().run_inline());
    if (clean) {
      bench.close();
    } else {
      bench.crash();  // The checkpoints were never written: everything is recovered.
    }
    bench.disk.crash();
    bench.open(clean);

    EXPECT_EQ(bench.aborted(), all) << "clean: " << clean;
    EXPECT_EQ(bench.log->last_stable_offset(), Offset{9});
  }
}

// Only the last segment is walked then; the index of the one before has to be on stable storage with its name.
TEST(LogTransactions, OfASyncedSegmentAreNotLostInACrash) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    TxnBench bench(seed);
    bench.open();
    ASSERT_TRUE(bench.log->flush().run_inline());
    const auto all = bench.write_story();
    ASSERT_TRUE(bench.log->flush().run_inline());
    bench.checkpoint();
    bench.crash();
    bench.open();

    EXPECT_EQ(bench.aborted(), all) << "seed " << seed;
  }
}

TEST(LogTransactions, OfADamagedIndexAreRebuiltFromTheBatches) {
  TxnBench bench;
  bench.open();
  const auto all = bench.write_story();
  bench.close();
  bench.disk.lose_last_bytes(kPath, 3);
  bench.open(true);

  EXPECT_EQ(bench.aborted(), all);
}

TEST(LogTransactions, AreOpenAgainWhenTheirMarkerIsCutOff) {
  TxnBench bench;
  bench.open();
  const auto all = bench.write_story();
  ASSERT_TRUE(bench.log->truncate_to(Offset{8}).run_inline());

  EXPECT_EQ(bench.aborted(), (std::vector<AbortedTxn>{all[0]}));
  EXPECT_EQ(bench.log->last_stable_offset(), Offset{2});
  bench.end(2, true);
  EXPECT_EQ(bench.aborted(), all);
}

TEST(LogTransactions, GoWithTheirSegments) {
  TxnBench bench;
  bench.config.file_delete_delay_ms = 0;
  bench.open();
  const auto all = bench.write_story();
  ASSERT_TRUE(bench.disk.exists(kPath));
  ASSERT_TRUE(bench.log->increment_log_start_offset(Offset{6}).run_inline());
  ASSERT_TRUE(bench.log->delete_old_segments().run_inline());
  ASSERT_TRUE(bench.log->do_chores().run_inline());

  EXPECT_EQ(bench.aborted(), (std::vector<AbortedTxn>{all[1]}));
  for (const std::string& path : bench.disk.paths()) EXPECT_EQ(path.find("0000.txnindex"), std::string::npos) << path;
}

// The sparse offset index says where a slice ends at the latest; without an entry, the segment does.
TEST(LogTransactions, AreToldForASliceAsKafkaTellsThem) {
  TxnBench bench;
  bench.config.index_interval_bytes = 1;
  bench.open();
  const auto all = bench.write_story();
  const auto told = [&](std::int64_t from, std::uint64_t bytes_max) {
    const auto slice = bench.log->read(Offset{from}, bytes_max, true, Offset{9}).get().value();
    return bench.log->aborted_transactions_in(slice, Offset{from}).get().value();
  };

  EXPECT_EQ(told(0, 1), all) << "the entry behind the first batch is that of offset 3, the second transaction's";
  EXPECT_EQ(told(5, 1000), (std::vector<AbortedTxn>{all[1]}));
  EXPECT_EQ(told(9, 1000), std::vector<AbortedTxn>{}) << "nothing was read";
}

}  // namespace
}  // namespace muir::storage
