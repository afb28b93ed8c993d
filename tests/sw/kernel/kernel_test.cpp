// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "sw/arch/barrier.hpp"
#include "sw/arch/irqflags.hpp"
#include "sw/kernel/completion.hpp"
#include "sw/kernel/interrupt.hpp"
#include "sw/kernel/options.hpp"
#include "sw/kernel/tasklet.hpp"
#include "sw/kernel/time.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/kernel/machine.hpp"

using namespace guest;
using guest::test::Machine;

namespace {

std::vector<std::string> events;

}  // namespace

TEST_CASE_METHOD(Machine, "time goes on when the counter turns over", "[sw][kernel]") {
  now_us = 0xFFFF'FF00;
  const std::uint64_t before = ktime_us();
  now_us = 0x100;
  CHECK(ktime_us() - before == 0x200);
}

TEST_CASE_METHOD(Machine, "timers are called in the order of their times, once", "[sw][kernel]") {
  events.clear();
  Timer late{[](void*) { events.emplace_back("late"); }, nullptr};
  Timer early{[](void*) { events.emplace_back("early"); }, nullptr};
  late.start(ktime_ns() + 300 * kNsPerUs);
  early.start(ktime_ns() + 100 * kNsPerUs);
  CHECK(alarm_us == now_us + 100);
  for (unsigned i = 0; i < 3; ++i) idle();
  CHECK(events == std::vector<std::string>{"early", "late"});
}

TEST_CASE_METHOD(Machine, "a cancelled timer is not called", "[sw][kernel]") {
  events.clear();
  Timer timer{[](void*) { events.emplace_back("called"); }, nullptr};
  timer.start(ktime_ns() + 100);
  timer.cancel();
  now_us += 1000;
  run_timers();
  CHECK(events.empty());
}

TEST_CASE_METHOD(Machine, "waiting for what never happens ends at the timeout", "[sw][kernel]") {
  completion never{};
  const std::uint64_t start = ktime_us();
  CHECK(wait_for_completion_timeout(&never, 500) == 0);
  CHECK(ktime_us() - start == 500);
}

TEST_CASE_METHOD(Machine, "a completion announced twice serves two waits", "[sw][kernel]") {
  completion done{};
  complete(&done);
  complete(&done);
  CHECK(wait_for_completion_timeout(&done, 500) == 500);
  CHECK(wait_for_completion_timeout(&done, 500) == 500);
  CHECK_FALSE(completion_done(&done));
}

TEST_CASE_METHOD(Machine, "a completion announced while asleep wakes with the time that is left",
                 "[sw][kernel]") {
  static completion done{};
  on_idle = [] {
    machine->now_us -= 300;
    complete(&done);
  };
  CHECK(wait_for_completion_timeout(&done, 500) == 300);
}

TEST_CASE_METHOD(Machine, "a tasklet scheduled twice runs once, after the interrupt",
                 "[sw][kernel]") {
  events.clear();
  static tasklet_struct tasklet;
  tasklet_setup(&tasklet, [](tasklet_struct*) {
    events.emplace_back(in_interrupt() ? "inside" : "after");
    CHECK_FALSE(irqs_disabled());
  });
  REQUIRE(request_irq(
              40,
              [](int, void*) {
                tasklet_schedule(&tasklet);
                tasklet_schedule(&tasklet);
                events.emplace_back("handler");
                return IRQ_HANDLED;
              },
              0, "test", nullptr) == 0);
  pending = {40};
  handle_irq();
  free_irq(40, nullptr);
  CHECK(events == std::vector<std::string>{"handler", "after"});
}

TEST_CASE_METHOD(Machine, "a tasklet may schedule itself again", "[sw][kernel]") {
  static int runs = 0;
  tasklet_struct tasklet;
  tasklet_setup(&tasklet, [](tasklet_struct* t) {
    if (++runs < 3) tasklet_schedule(t);
  });
  tasklet_schedule(&tasklet);
  run_tasklets();
  CHECK(runs == 3);
}

TEST_CASE_METHOD(Machine, "a disabled tasklet waits until it is enabled", "[sw][kernel]") {
  static int runs = 0;
  tasklet_struct tasklet;
  tasklet_setup(&tasklet, [](tasklet_struct*) { ++runs; });
  tasklet_disable(&tasklet);
  tasklet_schedule(&tasklet);
  run_tasklets();
  CHECK(runs == 0);
  tasklet_enable(&tasklet);
  run_tasklets();
  CHECK(runs == 1);
}

TEST_CASE_METHOD(Machine, "an interrupt nobody asked for is switched off", "[sw][kernel]") {
  pending = {77};
  handle_irq();
  CHECK(log == std::vector<std::string>{"disable 77"});
}

TEST_CASE_METHOD(Machine, "one line has one handler", "[sw][kernel]") {
  const irq_handler_t handler = [](int, void*) { return IRQ_HANDLED; };
  CHECK(request_irq(41, handler, 0, "a", nullptr) == 0);
  CHECK(request_irq(41, handler, 0, "b", nullptr) == -16);
  CHECK(request_irq(5000, handler, 0, "c", nullptr) == -22);
  free_irq(41, nullptr);
}

TEST_CASE("options are words of the command line", "[sw][kernel]") {
  set_command_line("break=no-outer  caption size=0x10 count=12 bad=12x empty=");
  CHECK(option("break") == "no-outer");
  CHECK(option("caption") == "");
  CHECK(option("empty") == "");
  CHECK_FALSE(option("brea").has_value());
  CHECK_FALSE(option("outer").has_value());
  CHECK(option_number("size", 1) == 16);
  CHECK(option_number("count", 1) == 12);
  CHECK(option_number("bad", 1) == 1);
  CHECK(option_number("absent", 3) == 3);
  set_command_line("");
  CHECK_FALSE(has_option("caption"));
}
