// SPDX-License-Identifier: Apache-2.0
// What Linux promises of tasklets (include/linux/interrupt.h), and locks and completions.
#include "sw/kernel/tasklet.hpp"

#include <functional>

#include "sw/arch/irqflags.hpp"
#include "sw/kernel/completion.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/spinlock.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/kernel/machine.hpp"

using namespace guest;
using guest::test::Machine;

namespace {

constexpr unsigned kIrq = 40;
int runs = 0;
std::string said;

struct Sink final : TextSink {
  void write(std::string_view text) override { said += text; }
} sink;

/// Runs `action` in an interrupt handler.
void in_handler(Machine& machine, void (*action)()) {
  REQUIRE(request_irq(
              kIrq,
              [](int, void* what) {
                reinterpret_cast<void (*)()>(what)();
                return IRQ_HANDLED;
              },
              0, "test", reinterpret_cast<void*>(action)) == 0);
  machine.pending = {kIrq};
  handle_irq();
  free_irq(kIrq, nullptr);
}

tasklet_struct tasklet;

/// A tasklet that counts its runs.
struct Counting : Machine {
  Counting() {
    runs = 0;
    said.clear();
    set_console(&sink);
    tasklet_setup(&tasklet, [](tasklet_struct*) { ++runs; });
  }
  ~Counting() override { set_console(nullptr); }
};

}  // namespace

TEST_CASE_METHOD(Counting, "a tasklet scheduled outside an interrupt runs at once",
                 "[sw][kernel][tasklet]") {
  tasklet_schedule(&tasklet);
  CHECK(runs == 1);
}

TEST_CASE_METHOD(Counting, "a tasklet scheduled with interrupts off runs when they may come again",
                 "[sw][kernel][tasklet]") {
  const unsigned long flags = local_irq_save();
  tasklet_schedule(&tasklet);
  tasklet_schedule(&tasklet);
  local_irq_restore(flags);
  CHECK(runs == 0);
  completion never{};
  wait_for_completion_timeout(&never, 100);
  CHECK(runs == 1);
}

TEST_CASE_METHOD(Counting, "the older form of a tasklet gets its data", "[sw][kernel][tasklet]") {
  tasklet_init(
      &tasklet, [](unsigned long data) { runs = static_cast<int>(data); }, 42);
  tasklet_schedule(&tasklet);
  CHECK(runs == 42);
}

TEST_CASE_METHOD(Counting, "a tasklet disabled twice waits until it is enabled twice",
                 "[sw][kernel][tasklet]") {
  tasklet_disable(&tasklet);
  tasklet_disable_nosync(&tasklet);
  tasklet_schedule(&tasklet);
  tasklet_enable(&tasklet);
  run_tasklets();
  CHECK(runs == 0);
  tasklet_enable(&tasklet);
  CHECK(runs == 1);
  CHECK(said.empty());
}

TEST_CASE_METHOD(Counting, "tasklet_kill waits for what is scheduled: it runs once more",
                 "[sw][kernel][tasklet]") {
  const unsigned long flags = local_irq_save();
  tasklet_schedule(&tasklet);
  local_irq_restore(flags);
  tasklet_kill(&tasklet);
  CHECK(runs == 1);
  CHECK_FALSE(tasklet.linked());
}

TEST_CASE_METHOD(Counting, "tasklet_kill of a disabled tasklet drops it and does not hang",
                 "[sw][kernel][tasklet]") {
  tasklet_disable(&tasklet);
  tasklet_schedule(&tasklet);
  tasklet_kill(&tasklet);
  tasklet_enable(&tasklet);
  run_tasklets();
  CHECK(runs == 0);
}

TEST_CASE_METHOD(Counting, "tasklet_kill in an interrupt handler is reported",
                 "[sw][kernel][tasklet]") {
  in_handler(*this, [] {
    tasklet_schedule(&tasklet);
    tasklet_kill(&tasklet);
    CHECK(runs == 0);
  });
  CHECK(said == "tasklet_kill: called where it cannot wait\n");
  CHECK(runs == 0);
}

TEST_CASE_METHOD(Counting, "tasklet_kill in a tasklet is reported", "[sw][kernel][tasklet]") {
  tasklet_setup(&tasklet, [](tasklet_struct* self) {
    ++runs;
    tasklet_schedule(self);
    tasklet_kill(self);
  });
  tasklet_schedule(&tasklet);
  CHECK(runs == 1);
  CHECK(said == "tasklet_kill: called where it cannot wait\n");
}

TEST_CASE_METHOD(Counting,
                 "a tasklet interrupted by one that schedules it runs again, after itself",
                 "[sw][kernel][tasklet]") {
  static Machine* lines = nullptr;
  static bool inside = false;
  lines = this;
  inside = false;
  tasklet_setup(&tasklet, [](tasklet_struct*) {
    CHECK_FALSE(inside);
    inside = true;
    if (++runs == 1) in_handler(*lines, [] { tasklet_schedule(&tasklet); });
    CHECK(runs < 3);
    inside = false;
  });
  tasklet_schedule(&tasklet);
  CHECK(runs == 2);
}

TEST_CASE_METHOD(Machine, "complete_all serves all waits until it is taken back", "[sw][kernel]") {
  completion done{};
  CHECK_FALSE(try_wait_for_completion(&done));
  complete_all(&done);
  complete(&done);
  for (unsigned i = 0; i < 3; ++i) CHECK(wait_for_completion_timeout(&done, 500) == 500);
  CHECK(try_wait_for_completion(&done));
  reinit_completion(&done);
  CHECK_FALSE(try_wait_for_completion(&done));
  complete(&done);
  CHECK(try_wait_for_completion(&done));
  CHECK_FALSE(try_wait_for_completion(&done));
}

TEST_CASE("a spin lock masks interrupts as its form says", "[sw][kernel]") {
  spinlock_t lock;
  spin_lock_init(&lock);
  unsigned long flags = 0;
  spin_lock_irqsave(&lock, flags);
  CHECK(irqs_disabled());
  CHECK(spin_is_locked(&lock));
  spin_unlock_irqrestore(&lock, flags);
  CHECK_FALSE(irqs_disabled());
  spin_lock(&lock);
  CHECK_FALSE(irqs_disabled());
  spin_unlock(&lock);
  spin_lock_irq(&lock);
  CHECK(irqs_disabled());
  spin_unlock_irq(&lock);
  CHECK_FALSE(irqs_disabled());
  CHECK_FALSE(spin_is_locked(&lock));
}
