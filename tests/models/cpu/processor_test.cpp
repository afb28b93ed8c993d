// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/processor.hpp"

#include <tlm_utils/simple_target_socket.h>

#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "models/core/sc_time.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr std::uint32_t kMemory = 0x6000'0000;
constexpr std::uint32_t kMemorySize = 0x10'0000;
constexpr std::uint32_t kDevice = 0x1000'0000;
constexpr std::uint32_t kProgram = kMemory + 0x100;

/// Memory, and a register whose bit 0 is an interrupt line, 50 ns after it was written.
class World : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<World, 64> socket{"socket"};
  sc_core::sc_out<bool> interrupt{"interrupt"};

  explicit World(const sc_core::sc_module_name& name) : sc_module{name} {
    socket.register_b_transport(this, &World::b_transport);
    socket.register_transport_dbg(this, &World::transport_dbg);
    SC_HAS_PROCESS(World);
    SC_METHOD(drive);
    sensitive << update;
  }

  std::vector<std::byte> memory = std::vector<std::byte>(kMemorySize);
  std::vector<std::uint32_t> seen_at_doorbell;  ///< Memory at kMemory + 0x2000 and 64 bytes on.
  std::uint32_t line = 0;
  Time written{};

  std::uint32_t word(std::uint32_t address) const {
    std::uint32_t value = 0;
    std::memcpy(&value, memory.data() + (address - kMemory), 4);
    return value;
  }
  void set_words(std::uint32_t address, std::initializer_list<std::uint32_t> words) {
    for (const std::uint32_t w : words) {
      std::memcpy(memory.data() + (address - kMemory), &w, 4);
      address += 4;
    }
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    delay += sc_core::sc_time{50, sc_core::SC_NS};
    const auto address = static_cast<std::uint32_t>(payload.get_address());
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    if (transport_dbg(payload) != 0) return;
    if (address - kDevice >= 0x1000)
      return payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    std::memset(payload.get_data_ptr(), 0, payload.is_read() ? payload.get_data_length() : 0);
    if (!payload.is_write()) return;
    std::memcpy(&line, payload.get_data_ptr(), payload.get_data_length());
    written = time_of(delay);
    seen_at_doorbell = {word(kMemory + 0x2000), word(kMemory + 0x2040)};
    update.notify(delay);
  }
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) {
    const auto address = static_cast<std::uint32_t>(payload.get_address());
    if (address - kMemory > kMemorySize - payload.get_data_length()) return 0;
    std::byte* at = memory.data() + (address - kMemory);
    if (payload.is_write()) std::memcpy(at, payload.get_data_ptr(), payload.get_data_length());
    if (payload.is_read()) std::memcpy(payload.get_data_ptr(), at, payload.get_data_length());
    return payload.get_data_length();
  }
  void drive() { interrupt.write((line & 1U) != 0); }

  sc_core::sc_event update;
};

struct ProcessorBench {
  ProcessorBench() {
    cpu.memory.bind(world.socket);
    cpu.irq.bind(irq);
    cpu.fiq.bind(fiq);
    world.interrupt.bind(irq);
    cpu.set_memory_test([](PhysicalAddress a) { return raw(a) - kMemory < kMemorySize; });
    cpu.set_console([this](char c) { console += c; });
    cpu.set_exit_handler([this](std::uint32_t value) {
      status = value;
      ended = true;
      ended_at = cpu.now();
      sc_core::sc_stop();
    });
    cpu.set_boot(kProgram, 0, 0, 0);
  }
  void program(std::initializer_list<std::uint32_t> words) { world.set_words(kProgram, words); }
  void run() { sc_core::sc_start(10, sc_core::SC_MS); }
  std::uint64_t count(std::string_view name) {
    for (const Counter* counter : cpu.statistics().counters()) {
      if (counter->name() == name) return counter->value();
    }
    FAIL("no counter " << name);
    return 0;
  }

  DeviceNode node{"cpu@0"};
  Processor cpu{"cpu", node.set("compatible", "arm,cortex-a9").set("clock-frequency", 400'000'000)};
  World world{"world"};
  sc_core::sc_signal<bool> irq{"irq"}, fiq{"fiq"};
  std::string console;
  std::uint32_t status = 0;
  bool ended = false;
  Time ended_at{};
};

// SYS_EXIT_EXTENDED takes its arguments from here.
constexpr std::uint32_t kExitBlock = kMemory + 0x1000;

}  // namespace

TEST_CASE_METHOD(ProcessorBench, "a program starts with its registers and ends with its status",
                 "[cpu][processor]") {
  cpu.set_boot(kProgram, 0, 10, kMemory + 0x3000);
  program({
      0xE080'0001,  // loop: add r0, r0, r1
      0xE251'1001,  // subs r1, r1, #1
      0x1AFF'FFFC,  // bne loop
      0xE582'0000,  // str r0, [r2]
      0xE59F'1014,  // ldr r1, =kExitBlock
      0xE59F'3014,  // ldr r3, =ADP_Stopped_ApplicationExit
      0xE581'3000,  // str r3, [r1]
      0xE581'0004,  // str r0, [r1, #4]
      0xE3A0'0020,  // mov r0, #SYS_EXIT_EXTENDED
      0xEF12'3456,  // svc 0x123456
      0xEAFF'FFFE,  // b .
      kExitBlock,
      0x0002'0026,
  });
  run();
  CHECK(ended);
  CHECK(status == 55);
  CHECK(world.word(kMemory + 0x3000) == 55);
  CHECK(cpu.instructions() == 30 + 7);
  CHECK(count("instructions") == 37);
}

TEST_CASE_METHOD(ProcessorBench, "semihosting writes to the console", "[cpu][processor]") {
  program({
      0xE3A0'0004,                            // mov r0, #SYS_WRITE0
      0xE28F'101C,                            // adr r1, text
      0xEF12'3456,                            // svc 0x123456
      0xE3A0'0003,                            // mov r0, #SYS_WRITEC
      0xE28F'1010,                            // adr r1, text
      0xEF12'3456,                            // svc 0x123456
      0xE3A0'0018,                            // mov r0, #SYS_EXIT
      0xE51F'1000,                            // ldr r1, =ADP_Stopped_ApplicationExit
      0xEF12'3456,                            // svc 0x123456
      0x0002'0026, 0x6C6C'6568, 0x0000'0A6F,  // text: "hello\n"
  });
  run();
  CHECK(console == "hello\nh");
  CHECK(ended);
  CHECK(status == 0);
}

TEST_CASE_METHOD(ProcessorBench, "WFI sleeps until an interrupt, masked or not",
                 "[cpu][processor]") {
  program({
      0xE320'F003,  // wfi
      0xE3A0'0018,  // mov r0, #SYS_EXIT
      0xE51F'1000,  // ldr r1, =ADP_Stopped_ApplicationExit
      0xEF12'3456,  // svc 0x123456
      0x0002'0026,
  });
  sc_core::sc_start(100, sc_core::SC_US);
  CHECK_FALSE(ended);
  fiq.write(true);
  run();
  CHECK(ended);
  CHECK(ended_at >= 100us);
  CHECK(ended_at < 102us);
  CHECK(count("idle_cycles") > 39'000);
  CHECK(count("idle_cycles") <= 40'000);
}

TEST_CASE_METHOD(ProcessorBench, "a level that the handler clears is taken once",
                 "[cpu][processor]") {
  world.set_words(kMemory + 0x18, {0xEA00'0050});  // b handler
  program({
      0xE3A0'0206,  // mov r0, #0x60000000
      0xEE0C'0F10,  // mcr p15, 0, r0, c12, c0, 0 (VBAR)
      0xF102'0012,  // cps #0x12
      0xE59F'D040,  // ldr sp, =0x60008000
      0xF102'0013,  // cps #0x13
      0xE3A0'5000,  // mov r5, #0
      0xE3A0'4201,  // mov r4, #kDevice
      0xF108'0080,  // cpsie i
      0xE3A0'0001,  // mov r0, #1
      0xE584'0000,  // str r0, [r4]: raises the line
      0xE285'6000,  // add r6, r5, #0
      0xE3A0'7064,  // mov r7, #100
      0xE257'7001,  // loop: subs r7, r7, #1
      0x1AFF'FFFD,  // bne loop
      0xE59F'1018,  // ldr r1, =kExitBlock
      0xE59F'3018,  // ldr r3, =ADP_Stopped_ApplicationExit
      0xE581'3000,  // str r3, [r1]
      0xE1A0'0000,  // nop
      0xE581'5004,  // str r5, [r1, #4]
      0xE3A0'0020,  // mov r0, #SYS_EXIT_EXTENDED
      0xEF12'3456,  // svc 0x123456
      0x6000'8000, kExitBlock, 0x0002'0026,
      0xE285'5001,  // handler: add r5, r5, #1
      0xE3A0'8000,  // mov r8, #0
      0xE584'8000,  // str r8, [r4]: clears it
      0xE25E'F004,  // subs pc, lr, #4
  });
  run();
  CHECK(ended);
  CHECK(status == 1);
  CHECK(count("exceptions") == 1);
}

TEST_CASE_METHOD(ProcessorBench, "a program's stores stay in the L1D until it cleans them",
                 "[cpu][processor]") {
  program({
      0xE59F'0080,  // ldr r0, =table
      0xE59F'1080,  // ldr r1, =section 0x600: Normal write-back write-allocate
      0xE280'2B06,  // add r2, r0, #0x1800
      0xE582'1000,  // str r1, [r2]
      0xE59F'1078,  // ldr r1, =section 0x100: Device
      0xE280'2B01,  // add r2, r0, #0x400
      0xE582'1000,  // str r1, [r2]
      0xEE02'0F10,  // mcr p15, 0, r0, c2, c0, 0 (TTBR0)
      0xE3A0'1001,  // mov r1, #1
      0xEE03'1F10,  // mcr p15, 0, r1, c3, c0, 0 (DACR)
      0xE3A0'1000,  // mov r1, #0
      0xEE08'1F17,  // mcr p15, 0, r1, c8, c7, 0 (TLBIALL)
      0xEE07'1F15,  // mcr p15, 0, r1, c7, c5, 0 (ICIALLU)
      0xF57F'F04F,  // dsb
      0xEE11'1F10,  // mrc p15, 0, r1, c1, c0, 0 (SCTLR)
      0xE381'1A01,  // orr r1, r1, #0x1000
      0xE381'1005,  // orr r1, r1, #5
      0xEE01'1F10,  // mcr p15, 0, r1, c1, c0, 0
      0xF57F'F06F,  // isb
      0xE59F'4040,  // ldr r4, =0x60002000
      0xE3A0'504D,  // mov r5, #77
      0xE584'5000,  // str r5, [r4]
      0xE584'5040,  // str r5, [r4, #64]
      0xEE07'4F3A,  // mcr p15, 0, r4, c7, c10, 1 (DCCMVAC)
      0xF57F'F04F,  // dsb
      0xE3A0'6201,  // mov r6, #kDevice
      0xE3A0'0000,  // mov r0, #0
      0xE586'0000,  // str r0, [r6]
      0xE59F'1020,  // ldr r1, =kExitBlock
      0xE59F'3020,  // ldr r3, =ADP_Stopped_ApplicationExit
      0xE581'3000,  // str r3, [r1]
      0xE581'5004,  // str r5, [r1, #4]
      0xE3A0'0020,  // mov r0, #SYS_EXIT_EXTENDED
      0xEF12'3456,  // svc 0x123456
      0x6000'4000, 0x6000'1C0E, 0x1000'0C06, 0x6000'2000, kExitBlock, 0x0002'0026,
  });
  run();
  CHECK(ended);
  CHECK(status == 77);
  CHECK(world.seen_at_doorbell == std::vector<std::uint32_t>{77, 0});
  std::array<std::byte, 4> seen{};
  CHECK(cpu.debug_read_virtual(kMemory + 0x2040, seen));
  CHECK(std::to_integer<unsigned>(seen[0]) == 77);
  CHECK(world.word(kMemory + 0x2040) == 0);
  CHECK_FALSE(cpu.debug_read_virtual(0x7000'0000, seen));
}

TEST_CASE_METHOD(ProcessorBench, "a program that jumps into nothing is stopped",
                 "[cpu][processor]") {
  cpu.set_boot(0x3000'0000, 0, 0, 0);
  run();
  CHECK(ended);
  CHECK(status == 1);
  CHECK(cpu.log().guest_errors() == 1);
}

TEST_CASE_METHOD(ProcessorBench, "the core's time is the kernel's when a device is accessed",
                 "[cpu][processor]") {
  program({
      0xE3A0'4201,  // mov r4, #kDevice
      0xE3A0'0000,  // mov r0, #0
      0xE3A0'7064,  // mov r7, #100
      0xE257'7001,  // loop: subs r7, r7, #1
      0x1AFF'FFFD,  // bne loop
      0xE584'0000,  // str r0, [r4]
      0xE3A0'0018,  // mov r0, #SYS_EXIT
      0xE51F'1000,  // ldr r1, =ADP_Stopped_ApplicationExit
      0xEF12'3456,  // svc 0x123456
      0x0002'0026,
  });
  run();
  CHECK(ended);
  // Nothing is cached: 100 rounds that fetch a line in 50 ns and take two cycles or more.
  CHECK(world.written > 5us);
  CHECK(world.written < 7us);
  CHECK(ended_at > world.written);
}

TEST_CASE("a processor's properties are checked", "[cpu][processor]") {
  DeviceNode node{"cpu@0"};
  node.set("compatible", "arm,cortex-a9");
  SECTION("sets") {
    node.set("d-cache-sets", 100);
    CHECK_THROWS_WITH(Processor("cpu", node),
                      Catch::Contains("d-cache-sets = <100>: expected a power of two"));
  }
  SECTION("kind") {
    node.set("compatible", "arm,cortex-a8");
    CHECK_THROWS_WITH(Processor("cpu", node),
                      Catch::Contains("compatible") && Catch::Contains("\"marvell,mohawk\""));
  }
  SECTION("replacement") {
    node.set("linefill,replacement", "lru");
    CHECK_THROWS_WITH(Processor("cpu", node), Catch::Contains("linefill,replacement"));
  }
}
