// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/smmu.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"
#include "models/core/update_event.hpp"

namespace linefill {

namespace {

const RegisterModel<Smmu> kMmu500{"arm,mmu-500", "MMU-500 system MMU (SMMUv2)"};
const RegisterModel<Smmu> kMmu401{"arm,mmu-401", "MMU-401 system MMU: stage 1"};
const RegisterModel<Smmu> kMmu400{"arm,mmu-400", "MMU-400 system MMU: stage 2"};
const RegisterModel<Smmu> kV2{"arm,smmu-v2", "System MMU, architecture version 2"};
const RegisterModel<Smmu> kV1{"arm,smmu-v1", "System MMU, architecture version 1"};

constexpr unsigned kBoundary = 4096;  // No translation is smaller, no AXI burst crosses it.

}  // namespace

class Smmu::DebugMemory final : public smmu::TableMemory {
 public:
  explicit DebugMemory(Smmu& owner) : owner_{owner} {}
  BusResponse read(std::uint64_t address, std::span<std::byte> data,
                   const MemoryAttributes& walk_attributes, bool secure) override {
    BusTransaction transaction;
    transaction.extension.attributes.memory = walk_attributes;
    transaction.extension.attributes.secure = secure;
    tlm::tlm_generic_payload& payload = transaction.payload;
    payload.set_read();
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
    payload.set_data_length(static_cast<unsigned>(data.size()));
    const bool all = owner_.downstream->transport_dbg(payload) == data.size();
    return all ? BusResponse::kOkay : BusResponse::kDecodeError;
  }

 private:
  Smmu& owner_;
};

Smmu::Smmu(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node},
      block_{smmu::Config::from(node), tables_, log_, statistics_},
      memory_{std::make_unique<DebugMemory>(*this)} {
  for (unsigned n = 0; n < block_.config().global_interrupts; ++n)
    global_.emplace_back(("global_" + std::to_string(n)).c_str());
  for (unsigned n = 0; n < block_.config().context_banks; ++n)
    context_.emplace_back(("context_" + std::to_string(n)).c_str());
  upstream.register_b_transport(this, &Smmu::transport);
  upstream.register_transport_dbg(this, &Smmu::transport_debug);
  block_.set_release_listener([this](Time now) { release(now); });
  SC_HAS_PROCESS(Smmu);
  SC_METHOD(on_update);
  sensitive << update_;
}

void Smmu::reset() {
  block_.reset();
  update_.notify(sc_core::SC_ZERO_TIME);
}

std::vector<sc_core::sc_out<bool>*> Smmu::interrupt_outputs() {
  std::vector<sc_core::sc_out<bool>*> outputs;
  for (auto& line : global_) outputs.push_back(&line);
  for (auto& line : context_) outputs.push_back(&line);
  return outputs;
}

void Smmu::attach(std::vector<StreamRange> ranges, std::function<void(Time)> retry) {
  masters_.push_back({std::move(ranges), std::move(retry)});
}

std::uint16_t Smmu::stream_of(const Master& master, unsigned axi_id) {
  const StreamRange& range = master.ranges[std::min<std::size_t>(axi_id, master.ranges.size() - 1)];
  return static_cast<std::uint16_t>(range.id + (axi_id & range.mask));
}

void Smmu::set_observer(Observer* observer) {
  block_.set_observer(observer, tables_.master());
  block_.set_peek(observer != nullptr ? memory_.get() : nullptr);
}

// --- What passes through -------------------------------------------------------------------------

void Smmu::transport(int master, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const Master& from = masters_.at(static_cast<std::size_t>(master));
  const std::uint64_t address = payload.get_address();
  const unsigned length = payload.get_data_length();
  unsigned char* const data = payload.get_data_ptr();
  for (unsigned done = 0; done < length;) {
    const auto in_page = static_cast<unsigned>((address + done) % kBoundary);
    const unsigned part = std::min(length - done, kBoundary - in_page);
    payload.set_address(address + done);
    payload.set_data_ptr(data + done);
    payload.set_data_length(part);
    transport_part(from, payload, delay);
    if (!payload.is_response_ok()) break;
    done += part;
  }
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(length);
}

void Smmu::transport_part(const Master& master, tlm::tlm_generic_payload& payload,
                          sc_core::sc_time& delay) {
  using Action = smmu::Verdict::Action;
  constexpr std::uint64_t kBusEnd = std::uint64_t{1} << 32;
  auto* extension = payload.get_extension<BusExtension>();
  const Attributes attributes = attributes_of(payload);
  const std::uint16_t id = stream_of(master, attributes.axi_id);
  Time now = time_of(delay);
  const smmu::Verdict verdict = block_.translate(
      {payload.get_address(), payload.get_data_length(), payload.is_write(), id, attributes}, now);
  delay = to_sc_time(now) - sc_core::sc_time_stamp();
  if (verdict.action != Action::kPass) {
    update_.notify(delay);
    if (verdict.action == Action::kZero && payload.is_read())
      std::memset(payload.get_data_ptr(), 0, payload.get_data_length());
    set_response(payload, verdict.action == Action::kZero   ? BusResponse::kOkay
                          : verdict.action == Action::kHold ? BusResponse::kHeld
                                                            : BusResponse::kSlaveError);
    return;
  }
  if (verdict.address >= kBusEnd) return set_response(payload, BusResponse::kDecodeError);
  if (extension != nullptr) {
    extension->attributes.memory = verdict.memory;
    extension->attributes.secure = verdict.secure;
    if (verdict.translated) {
      extension->attributes.translated = true;
      extension->attributes.io_address = static_cast<std::uint32_t>(payload.get_address());
    }
  }
  payload.set_address(verdict.address);
  downstream->b_transport(payload, delay);
  if (extension != nullptr) extension->attributes = attributes;
}

// A debugger sees through the same tables as the device, without traces.
unsigned Smmu::transport_debug(int master, tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const auto there = block_.peek_translation(
      address, payload.is_write(), first_stream(static_cast<unsigned>(master)), *memory_, false);
  if (!there) return 0;
  const unsigned length = payload.get_data_length();
  payload.set_address(*there);
  payload.set_data_length(std::min(length, kBoundary - static_cast<unsigned>(address % kBoundary)));
  const unsigned served = downstream->transport_dbg(payload);
  payload.set_address(address);
  payload.set_data_length(length);
  return served;
}

bool Smmu::stands_before(unsigned master) const {
  return block_.stands_before(first_stream(master));
}

std::optional<std::uint64_t> Smmu::look_up(unsigned master, std::uint64_t address) {
  const std::uint16_t stream = first_stream(master);
  const auto there = block_.peek_translation(address, false, stream, *memory_, true);
  return there ? there : block_.peek_translation(address, true, stream, *memory_, true);
}

void Smmu::release(Time now) {
  for (const Master& master : masters_) {
    if (master.retry) master.retry(now);
  }
}

// --- Registers
// ------------------------------------------------------------------------------------

template <class Self, class Use>
void Smmu::with_window(Self& block, std::uint32_t offset, bool secure, Use&& use) {
  using smmu::ContextBank;
  const smmu::Config& config = block.config();
  const std::uint32_t page_size = 1U << config.page_shift;
  const std::uint32_t page = offset >> config.page_shift;
  const std::uint32_t at = offset & (page_size - 1);
  const std::uint32_t index = (at & 0x3FFU) / 4;
  const std::uint32_t in_word = at % 4;
  const bool all = secure || !config.two_states;  // Sees what the other state has, too.
  const bool closed = !all && block.restricted();
  if (page >= config.global_pages()) {
    const std::uint32_t bank = page - config.global_pages();
    const bool there = bank < config.context_banks && (all || !block.secure_bank(bank));
    if (there && !(closed && block.bank(bank).type() == smmu::BankType::kStage2))
      return use(ContextBank::registers(), block.bank(bank), at);
  } else if (page == 1 && index < config.context_banks && !closed &&
             (all || !block.secure_bank(index))) {
    if (at < 0x400) return use(ContextBank::cbar_registers(), block.bank(index), in_word);
    if (at < 0x800) return use(ContextBank::cbfrsynra_registers(), block.bank(index), in_word);
    if (at < 0xC00) return use(ContextBank::cba2r_registers(), block.bank(index), in_word);
  } else if (page == 0 && !closed) {
    return with_first_page(block, at, secure, use);
  }
  use(smmu::GlobalSpace::registers(), block.global_space(secure), smmu::GlobalSpace::kReserved);
}

template <class Self, class Use>
void Smmu::with_first_page(Self& block, std::uint32_t at, bool secure, Use&& use) {
  using smmu::GlobalSpace;
  using smmu::StreamGroup;
  const smmu::Config& config = block.config();
  const std::uint32_t page_size = 1U << config.page_shift;
  const bool all = secure || !config.two_states;
  const std::uint32_t index = (at & 0x3FFU) / 4;
  auto& own = block.global_space(secure);
  if (index < config.stream_groups && (all || !block.secure_group(index))) {
    if (at >= 0x800 && at < 0xA00)
      return use(StreamGroup::smr_registers(), block.group(index), at % 4);
    if (at >= 0xC00 && at < 0xE00)
      return use(StreamGroup::s2cr_registers(), block.group(index), at % 4);
  }
  if (secure && config.two_states) {
    if (GlobalSpace::secure_registers().find(at & ~3U) != nullptr)
      return use(GlobalSpace::secure_registers(), own, at);
    if (at >= 0x400 && GlobalSpace::has_alias(at - 0x400))
      return use(GlobalSpace::registers(), block.global_space(false), at - 0x400);
  }
  // Identification registers are at the page's end.
  const std::uint32_t from_end = page_size - at;
  if (page_size != 0x1000 && from_end <= 0x30)
    return use(GlobalSpace::registers(), own, 0x1000 - from_end);
  const bool reserved = page_size != 0x1000 && at >= 0xFD0;
  use(GlobalSpace::registers(), own, reserved ? GlobalSpace::kReserved : at);
}

BusResponse Smmu::access(DeviceAccess& access) {
  const Time now = access.context.now;
  block_.advance(now);
  BusResponse response = BusResponse::kOkay;
  with_window(block_, access.offset, access.context.attributes.secure,
              [&](const auto& table, auto& owner, std::uint32_t at) {
                response = access_registers(table, owner, at, access);
              });
  if (access.write) notify_at(update_, now, now);
  return response;
}

std::uint32_t Smmu::peek(std::uint32_t offset) const {
  std::uint32_t value = 0;
  with_window(block_, offset, true, [&](const auto& table, const auto& owner, std::uint32_t at) {
    value = table.peek(owner, at);
  });
  return value;
}

// Sole writer of the interrupt ports.
void Smmu::on_update() {
  for (unsigned n = 0; n < global_.size(); ++n) global_[n] = block_.global_interrupt(n);
  for (unsigned n = 0; n < context_.size(); ++n) context_[n] = block_.context_interrupt(n);
}

}  // namespace linefill
