// SPDX-License-Identifier: Apache-2.0
// ARM ARM DDI 0406C, A3.8.2, A5. Instructions are assembled by hand (A8.8).
#include "models/cpu/isa/look_ahead.hpp"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <vector>

#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr std::uint32_t kCode = 0x8000;
constexpr std::uint32_t kLoad = 0xE594'0000;   // ldr r0, [r4]
constexpr std::uint32_t kLater = 0xE595'1000;  // ldr r1, [r5]
constexpr std::uint32_t kFlag = 0x4000;
constexpr std::uint32_t kData = 0x5000;

/// Code and words of memory; what is not there cannot be read.
struct Program final : LookAhead::Source {
  std::map<std::uint32_t, std::uint32_t> words;
  std::array<std::uint32_t, 16> registers{};
  std::uint64_t predictions = 0;

  explicit Program(std::initializer_list<std::uint32_t> code) {
    std::uint32_t at = kCode;
    for (const std::uint32_t word : code) {
      words[at] = word;
      at += 4;
    }
    registers[4] = kFlag;
    registers[5] = kData;
    registers[13] = 0x7000;
    registers[14] = 0x9000;
  }
  bool code(std::uint32_t va, std::uint32_t& word) override {
    std::uint32_t ignored = 4;
    return data(va, ignored, word);
  }
  bool locate(std::uint32_t va, std::uint32_t& physical) override {
    physical = va & 0x0FFF'FFFF;
    return va < 0xF000'0000;
  }
  bool data(std::uint32_t va, std::uint32_t, std::uint32_t& value) override {
    const auto found = words.find(va);
    if (found == words.end()) return false;
    value = found->second;
    return true;
  }
  /// Addresses of the loads that may come early.
  std::vector<std::uint32_t> loads() {
    LookAhead ahead{registers, kCode, predictions, *this};
    std::vector<std::uint32_t> found;
    for (LookAhead::Load load; ahead.next(load);) found.push_back(load.va);
    return found;
  }
};

using Loads = std::vector<std::uint32_t>;

Loads behind(std::initializer_list<std::uint32_t> between) {
  std::vector<std::uint32_t> code{kLoad};
  code.insert(code.end(), between.begin(), between.end());
  code.push_back(kLater);
  Program program{};
  for (std::size_t i = 0; i < code.size(); ++i)
    program.words[kCode + 4 * static_cast<std::uint32_t>(i)] = code[i];
  return program.loads();
}

}  // namespace

TEST_CASE("a later load of other bytes may come early, of any size", "[cpu][look_ahead]") {
  Program program{kLoad, kLater, 0xE5D5'2001, 0xE1D5'30B2,  // ldrb r2, [r5, #1]; ldrh r3, [r5, #2]
                  0xE1D5'60D9};                             // ldrsb r6, [r5, #9]
  CHECK(program.loads() == Loads{kData, kData + 9});
  CHECK(Program{kLoad, 0xE5D5'2001, 0xE1D5'30B2}.loads() == Loads{kData + 1, kData + 2});
}

TEST_CASE("what may order loads, or is not known, ends the search", "[cpu][look_ahead]") {
  CHECK(behind({}) == Loads{kData});
  CHECK(behind({0xE320'F000}) == Loads{kData});  // nop
  const std::uint32_t word = GENERATE(values<std::uint32_t>({
      0xF57F'F05F,  // dmb
      0xF57F'F04F,  // dsb
      0xF57F'F06F,  // isb
      0xEE07'0F9A,  // mcr p15, 0, r0, c7, c10, 4
      0xEE11'0F10,  // mrc p15, 0, r0, c1, c0, 0
      0xE197'3F9F,  // ldrex r3, [r7]
      0xE187'3F96,  // strex r3, r6, [r7]
      0xE107'3096,  // swp r3, r6, [r7]
      0xE4B7'3000,  // ldrt r3, [r7]
      0xE129'F006,  // msr cpsr_fc, r6
      0xF10C'0080,  // cpsid i
      0xE320'F003,  // wfi
      0xEF00'0000,  // svc
      0xE120'0070,  // bkpt
      0xE1A0'F006,  // mov pc, r6: not where anything is
      0xE1B0'F00E,  // movs pc, lr
      0xE8FD'8000,  // ldm sp!, {pc}^
      0xED97'0A00,  // vldr s0, [r7]
      0xE580'6000,  // str r6, [r0]: anywhere
      0xE590'6000,  // ldr r6, [r0]: anything
      0xE12F'FF10,  // bx r0
  }));
  CAPTURE(word);
  CHECK(behind({word}) == Loads{});
}

TEST_CASE("an address that waits for a load is not known", "[cpu][look_ahead]") {
  const std::uint32_t word = GENERATE(values<std::uint32_t>({
      0xE085'5000,  // add r5, r5, r0
      0xE020'5000,  // eor r5, r0, r0
      0x01A0'5006,  // moveq r5, r6: by flags that may
      0xE0A5'5006,  // adc r5, r5, r6
      0xE005'0596,  // mul r5, r6, r5
      0xE6EF'5075,  // uxtb r5, r5
      0xE7C0'501F,  // bfc r5, #0, #1
      0xE10F'5000,  // mrs r5, cpsr
      0xE16F'5F16,  // clz r5, r6
      0xE597'5000,  // ldr r5, [r7]: nothing is there
      0xE8B7'0020,  // ldm r7!, {r5}
  }));
  CAPTURE(word);
  const Loads found = behind({word});
  CHECK(std::find(found.begin(), found.end(), kData) == found.end());
}

TEST_CASE("addresses are computed", "[cpu][look_ahead]") {
  CHECK(behind({0xE301'5234, 0xE340'5002}) == Loads{0x2'1234});  // movw, movt r5
  CHECK(behind({0xE3A0'5A06}) == Loads{0x6000});                 // mov r5, #0x6000
  CHECK(behind({0xE285'5008}) == Loads{kData + 8});              // add r5, r5, #8
  CHECK(behind({0xE245'5008}) == Loads{kData - 8});              // sub r5, r5, #8
  CHECK(behind({0xE085'5104}) == Loads{kData + (kFlag << 2)});   // add r5, r5, r4, lsl #2
  CHECK(behind({0xE3C5'5A05}) == Loads{0});                      // bic r5, r5, #0x5000
  CHECK(behind({0xE495'3010}) == Loads{kData, kData + 0x10});    // ldr r3, [r5], #16
  CHECK(behind({0xE5B5'3010}) == Loads{kData + 0x10});           // ldr r3, [r5, #16]!
  Program literal{kLoad, 0xE59F'5004, kLater, 0, 0x6600};        // ldr r5, [pc, #4]
  CHECK(literal.loads() == Loads{0x6600});
  literal.words.erase(kCode + 16);
  CHECK(literal.loads() == Loads{});
}

TEST_CASE("bytes that were loaded or stored on the way are no early load's", "[cpu][look_ahead]") {
  CHECK(Program{kLoad, 0xE594'1000}.loads() == Loads{});  // ldr r1, [r4]
  CHECK(behind({0xE585'6000}) == Loads{});                // str r6, [r5]
  CHECK(behind({0xE5C5'6003}) == Loads{});                // strb r6, [r5, #3]
  CHECK(behind({0xE5C5'6004}) == Loads{kData});           // strb r6, [r5, #4]
  CHECK(behind({0xE885'00C0}) == Loads{});                // stm r5, {r6, r7}
  CHECK(behind({0xE1C5'60F0}) == Loads{});                // strd r6, [r5]
  CHECK(behind({0xE285'6201, 0xE586'3000}) == Loads{});   // by an alias, r5 + 2^28
}

TEST_CASE("branches are predicted, and returns followed", "[cpu][look_ahead]") {
  CHECK(behind({0x0AFF'FFFD}) == Loads{kData});  // beq to the first load: not taken
  Program forward{kLoad, 0x1A00'0000, 0xE595'1008, 0xE595'100C};  // bne over one load
  CHECK(forward.loads() == Loads{kData + 8, kData + 12});
  forward.predictions = 1;
  CHECK(forward.loads() == Loads{kData + 12});
  Program call{kLoad, 0xEB00'0002, kLater,     0xE320'F003,  // bl; then wfi
               0,     0xE595'1008, 0xE12F'FF1E};             // ldr r1, [r5, #8]; bx lr
  CHECK(call.loads() == Loads{kData + 8, kData});
  Program pop{kLoad, 0xE8BD'8020};  // pop {r5, pc}
  pop.words[0x7000] = 0x6600;
  pop.words[0x7004] = 0x8800;
  pop.words[0x8800] = kLater;
  CHECK(pop.loads() == Loads{0x6600});
  pop.words[0x7004] = 0x8801;  // To T32.
  CHECK(pop.loads() == Loads{});
}

TEST_CASE("it begins with a load, and sees so far", "[cpu][look_ahead]") {
  CHECK(Program{0xE320'F000, kLater}.loads() == Loads{});
  Program program{kLoad};
  std::uint32_t at = kCode;
  for (unsigned i = 0; i < LookAhead::kSteps - 2; ++i) program.words[at += 4] = 0xE320'F000;
  program.words[at += 4] = kLater;
  CHECK(program.loads() == Loads{kData});
  program.words[at] = 0xE320'F000;
  program.words[at + 4] = kLater;
  CHECK(program.loads() == Loads{});
}
