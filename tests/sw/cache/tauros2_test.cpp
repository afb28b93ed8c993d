// SPDX-License-Identifier: Apache-2.0
// What is asked of CP15, in the order of Linux 6.1's arch/arm/mm/cache-tauros2.c.
#include "sw/cache/tauros2.hpp"

#include "sw/arch/cpu.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/arch/tauros2.hpp"
#include "tests/support/catch.hpp"

using namespace guest;  // NOLINT: a test

namespace {

using Log = std::vector<std::string>;
constexpr std::uint32_t kPxa910 = 0x5615'8400;
constexpr std::uint32_t kMmp2 = 0x560F'5811;

struct Tauros2Bench {
  explicit Tauros2Bench(std::uint32_t main_id = kPxa910) {
    host_midr = main_id;
    outer_cache = {};
    set_auxcr(0);
    tauros2::host = {};
    tauros2::host.mmfr3 = 0x2111;
    tauros2_init(CACHE_TAUROS2_PREFETCH_ON);
    tauros2::host.log.clear();
  }
  Log& log = tauros2::host.log;
};

}  // namespace

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: an invalidated range has its partial lines cleaned, too",
                 "[sw][outer_cache][tauros2]") {
  outer_inv_range(0x1010, 0x1068);
  CHECK(log == Log{"flush 1000", "flush 1060", "invalidate 1020", "invalidate 1040"});
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: a range of whole lines is invalidated only",
                 "[sw][outer_cache][tauros2]") {
  outer_inv_range(0x1000, 0x1040);
  CHECK(log == Log{"invalidate 1000", "invalidate 1020"});
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: clean and flush begin with the line of the first byte",
                 "[sw][outer_cache][tauros2]") {
  outer_clean_range(0x1010, 0x1021);
  outer_flush_range(0x201F, 0x2020);
  CHECK(log == Log{"clean 1000", "clean 1020", "flush 2000"});
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: disable cleans all first, resume invalidates all first",
                 "[sw][outer_cache][tauros2]") {
  outer_disable();
  outer_resume();
  CHECK(log == Log{"clean all", "off", "invalidate all", "on"});
}

TEST_CASE("Tauros2: in the ARMv5 personality the features switch it on",
          "[sw][outer_cache][tauros2]") {
  const Tauros2Bench bench;
  CHECK(tauros2::host.features == 0x0040'0000);
  tauros2_init(CACHE_TAUROS2_LINEFILL_BURST8);
  CHECK(tauros2::host.features == 0x0150'0000);
}

TEST_CASE("Tauros2: in the ARMv7 personality ACTLR does, and no operation is installed",
          "[sw][outer_cache][tauros2]") {
  const Tauros2Bench bench{kMmp2};
  CHECK((get_auxcr() & 2) != 0);
  CHECK(outer_cache.inv_range == nullptr);
  CHECK(outer_cache.clean_range == nullptr);
  CHECK(outer_cache.flush_range == nullptr);
  CHECK(outer_cache.disable == nullptr);
}

TEST_CASE("Tauros2: on another CPU nothing is installed", "[sw][outer_cache][tauros2]") {
  const Tauros2Bench bench{0x4106'9265};  // ARM926EJ-S
  CHECK(outer_cache.clean_range == nullptr);
}
