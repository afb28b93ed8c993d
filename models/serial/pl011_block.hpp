// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "models/core/log.hpp"
#include "models/core/register_table.hpp"
#include "models/core/statistics.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// What a PL011 counts.
struct Pl011Counters {
  explicit Pl011Counters(Statistics& owner)
      : sent{owner, "sent", "characters"},
        received{owner, "received", "characters"},
        overruns{owner, "overruns", "characters"} {}
  Counter sent;
  Counter received;
  Counter overruns;
};

/// ARM PrimeCell UART, PL011 TRM (DDI 0183): registers, FIFOs and timing.
class Pl011Block {
 public:
  struct Configuration {
    std::uint32_t peripheral_id = 0x0014'1011;
    std::uint64_t uartclk_hz = 24'000'000;
  };

  Pl011Block(const Configuration& configuration, Pl011Counters& counters, Log& log);

  static const RegisterTable<Pl011Block>& registers();
  void reset();

  void set_output(std::function<void(char)> output) { output_ = std::move(output); }
  /// The receive or the time-out interrupt is enabled.
  bool listening() const;
  /// On, eight bits, no parity, one stop bit, FIFOs, UARTCLK / 16 baud; and characters take no time
  /// from now on.
  void set_up_line();
  /// A character is on its way in.
  void receive(char character, Time now);
  bool interrupt() const { return masked_status() != 0; }  ///< UARTINTR.
  Time next_event() const;
  void advance(Time now);
  /// Sends what is still in the transmit FIFO, regardless of time.
  void flush();

 private:
  std::uint32_t read_data(const RegisterContext& context);
  std::uint32_t peek_data() const;
  void write_data(std::uint32_t value, const RegisterContext& context);
  void write_error_clear(std::uint32_t, const RegisterContext&) { receive_errors_ = 0; }
  void write_line_control(std::uint32_t value, const RegisterContext& context);
  void write_control(std::uint32_t value, const RegisterContext& context);
  void write_interrupt_clear(std::uint32_t value, const RegisterContext&) { raw_ &= ~value; }
  std::uint32_t flags() const;
  std::uint32_t receive_errors() const { return receive_errors_; }
  std::uint32_t raw_status() const { return raw_; }
  std::uint32_t masked_status() const { return raw_ & mask_; }
  template <unsigned kByte>
  std::uint32_t peripheral_id() const {
    return configuration_.peripheral_id >> (8 * kByte) & 0xFF;
  }

  bool fifos_enabled() const;
  bool loopback() const;
  std::size_t depth() const;
  std::size_t transmit_trigger() const;
  std::size_t receive_trigger() const;
  Time frame_time() const;
  unsigned word_length() const;
  void start_sending(Time now);
  void sent(Time now);
  void arrive(Time now);
  void next_arrival(Time now);

  Configuration configuration_;
  Pl011Counters& counters_;
  Log& log_;
  std::function<void(char)> output_;

  std::uint32_t low_power_ = 0;
  std::uint32_t integer_divisor_ = 0;
  std::uint32_t fractional_divisor_ = 0;
  std::uint32_t line_control_ = 0;
  std::uint32_t control_ = 0;
  std::uint32_t fifo_levels_ = 0;
  std::uint32_t mask_ = 0;
  std::uint32_t dma_control_ = 0;
  std::uint32_t raw_ = 0;
  std::uint32_t receive_errors_ = 0;

  bool timeless_ = false;  ///< Characters take no time on the line.
  Time bit_time_{0};       ///< From the divisors, when UARTLCR_H was last written.
  std::deque<std::uint8_t> transmit_;
  std::deque<std::uint16_t> receive_;  ///< With the error bits of UARTDR.
  std::deque<std::uint8_t> line_;      ///< Characters on their way in.
  bool overrun_ = false;               ///< To be told with the next character that finds room.
  bool shifting_ = false;
  std::uint8_t shifter_ = 0;
  Time sent_at_{kNever};
  Time arrives_at_{kNever};
  Time timeout_at_{kNever};
};

}  // namespace linefill
