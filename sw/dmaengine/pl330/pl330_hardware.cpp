// SPDX-License-Identifier: Apache-2.0
// Talking to the controller: identification, the debug interface that starts and kills threads.
#include <algorithm>

#include "sw/dmaengine/pl330/pl330.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/time.hpp"

bool pl330_skip_barrier = false;

namespace guest::pl330 {
namespace {

constexpr std::uint64_t kPatienceUs = 1000;
constexpr std::uint32_t kGo = 0xA0;
constexpr std::uint32_t kGoNonSecure = 0xA2;
constexpr std::uint32_t kKill = 0x01;
constexpr std::uint32_t kOfChannel = 1U << 0;  // DBGINST0: not of the manager.
constexpr std::size_t kRegistersPerChannel = 8;

}  // namespace

bool Controller::wait_debug_idle() {
  for (const Deadline deadline = Deadline::in_us(kPatienceUs);
       (registers_.read_relaxed(&Registers::dbgstatus) & kDebugBusy) != 0;) {
    if (deadline.passed()) return false;
  }
  return true;
}

bool Controller::execute(std::uint32_t instruction0, std::uint32_t instruction1,
                         bool skip_barrier) {
  if (!wait_debug_idle()) return false;
  // What the thread will fetch must have left every store buffer before it is told to fetch.
  if (!skip_barrier) wmb();
  registers_.write_relaxed(&Registers::dbginst0, instruction0);
  registers_.write_relaxed(&Registers::dbginst1, instruction1);
  registers_.write_relaxed(&Registers::dbgcmd, 0);
  return true;
}

bool Controller::wait_stopped(const Channel& channel) {
  for (const Deadline deadline = Deadline::in_us(kPatienceUs);
       (registers_.read_relaxed(&Registers::csr_cpc, 2 * channel.thread) & kStateMask) !=
       kStateStopped;) {
    if (deadline.passed()) return false;
  }
  return true;
}

bool Controller::go(const Channel& channel, std::uint32_t address) {
  const std::uint32_t opcode = non_secure_ ? kGoNonSecure : kGo;
  return wait_stopped(channel) &&
         execute(opcode << 16 | channel.thread << 24, address, pl330_skip_barrier);
}

void Controller::kill(const Channel& channel) {
  execute(kOfChannel | channel.thread << 8 | kKill << 16, 0, false);
  if (!wait_stopped(channel)) printk(dev->name, ": channel ", channel.thread, " does not stop\n");
  registers_.write_relaxed(&Registers::intclr, 1U << channel.thread);
}

void Controller::kill_manager() { execute(kKill << 16, 0, false); }

std::uint32_t Controller::current_address(const Channel& channel) const {
  const bool to_peripheral = channel.active->shape.kind == Shape::Kind::kMemoryToPeripheral;
  return registers_.read_relaxed(&Registers::channel,
                                 channel.thread * kRegistersPerChannel + (to_peripheral ? 0 : 1));
}

Result<void> Controller::start(device& device) {
  const Result<IoPointer> registers = device_iomap(device);
  if (!registers) return registers.error();
  if ((primecell_id(*registers) & 0xFFF) != kPartNumber) return Error::kNoDevice;
  dev = &device;
  memcpy_capable = true;
  registers_ = Mmio<Registers>{*registers};
  // CR0: channels - 1. CRD: log2 of the data width in bytes, lines of the FIFO - 1.
  channel_count_ =
      std::min<unsigned>((registers_.read_relaxed(&Registers::cr0) >> 4 & 7) + 1, kMostChannels);
  const std::uint32_t crd = registers_.read_relaxed(&Registers::crd);
  memory_width_shift_ = crd & 7;
  fifo_bytes_ = ((crd >> 20 & 0x3FF) + 1) << memory_width_shift_;
  non_secure_ = (registers_.read_relaxed(&Registers::dsr) & kManagerNonSecure) != 0;

  constexpr std::size_t kBytes = kProgramsPerChannel * kProgramBytes;
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(dev, kMostChannels * kBytes, &handle, GFP_KERNEL);
  if (memory == nullptr) return Error::kOutOfMemory;
  for (unsigned i = 0; i < channel_count_; ++i) {
    Channel& channel = channels_[i];
    channel.device = this;
    channel.name = dev->name;
    channel.owner = this;
    channel.thread = i;
    channel.microcode = {static_cast<std::byte*>(memory) + i * kBytes, kBytes};
    channel.microcode_address = static_cast<std::uint32_t>(handle + i * kBytes);
    channel.tasklet.channel = &channel;
    tasklet_setup(&channel.tasklet, pl330_tasklet);
  }
  registers_.write_relaxed(&Registers::intclr, 0xFFFF'FFFF);
  registers_.write_relaxed(&Registers::inten, (1U << channel_count_) - 1);
  return request_interrupts(device);
}

Result<void> Controller::request_interrupts(device& device) {
  for (unsigned i = 0; i < device_irq_count(device); ++i) {
    const Result<unsigned> irq = device_irq(device, i);
    if (!irq) return irq.error();
    if (request_irq(*irq, pl330_irq_handler, 0, dev_name(&device), this) != 0) return Error::kBusy;
  }
  return {};
}

namespace {

Controller controller;

Result<void> probe(device& dev) {
  if (controller.dev != nullptr) return Error::kNoSpace;
  Result<void> result = controller.start(dev);
  if (result) register_dma_device(controller);
  return result;
}

Driver driver{"arm,pl330", Stage::kDma, probe};

}  // namespace
}  // namespace guest::pl330

irqreturn_t pl330_irq_handler(int /*irq*/, void* controller) {
  return static_cast<guest::pl330::Controller*>(controller)->on_interrupt();
}

void pl330_tasklet(tasklet_struct* tasklet) {
  guest::pl330::Channel& channel = *static_cast<guest::pl330::Channel::Tasklet*>(tasklet)->channel;
  channel.owner->run_callbacks(channel);
}
