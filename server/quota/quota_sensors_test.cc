#include "server/quota/quota_sensors.h"

#include <gtest/gtest.h>

namespace muir::server {
namespace {

QuotaEntity client(int number) { return {QuotaType::produce, "", "c" + std::to_string(number)}; }

TEST(QuotaSensors, AreOneForAnEntity) {
  QuotaSensors sensors{QuotaWindows{}};
  EXPECT_EQ(sensors.get(client(1), 0), sensors.get(client(1), 5));
  EXPECT_NE(sensors.get(client(1), 0), sensors.get(client(2), 0));
}

TEST(QuotaSensors, GoAfterAnHourWithoutUse) {
  QuotaSensors sensors{QuotaWindows{}};
  const auto held = sensors.get(client(1), 0);
  sensors.get(client(2), 0);
  sensors.get(client(3), 3'000'000);

  sensors.get(client(4), 3'600'000);

  EXPECT_EQ(sensors.size(), 3u) << "1 is held, 3 is young, 4 is new";
}

TEST(QuotaSensors, GiveUpThoseWithEmptyWindowsWhenThereAreTooMany) {
  QuotaSensors sensors{QuotaWindows{}, 10};
  for (int i = 0; i < 10; ++i) sensors.get(client(i), i);
  sensors.get(client(10), 11'004);
  EXPECT_EQ(sensors.size(), 6u);
}

TEST(QuotaSensors, ShareOneWhenAllAreInUse) {
  QuotaSensors sensors{QuotaWindows{}, 10};
  for (int i = 0; i < 10; ++i) sensors.get(client(i), 0);
  EXPECT_EQ(sensors.get(client(10), 1), sensors.get(client(11), 2));
  EXPECT_EQ(sensors.size(), 11u);
}

}  // namespace
}  // namespace muir::server
