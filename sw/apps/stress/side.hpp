// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sw/dma/dma_mapping.hpp"
#include "sw/measure/content.hpp"

namespace guest {

/// One end of a transfer: memory of some kind, and how it is made visible to the device. The
/// order of calls is take, map, (for_cpu, for_device)..., unmap, give_back.
class Side {
 public:
  enum class Kind : std::uint8_t { kSingle, kPage, kList, kTable, kCoherent, kWriteCombining };
  static constexpr std::size_t kKinds = 6;
  static constexpr std::array<std::string_view, kKinds> kNames{"single",  "page",     "sg",
                                                               "sgtable", "coherent", "wc"};
  static constexpr std::size_t kMostEntries = 4;

  /// What a device addresses as one stretch.
  struct Piece {
    std::uint32_t address;
    std::uint32_t size;
  };

  /// `arena`: cacheable memory of this side's own, larger than any transfer by two lines.
  explicit Side(std::span<std::byte> arena) : arena_{arena} {}

  /// Memory for `size` bytes, of a random kind and place; false: there is none.
  bool take(device& dev, Random& random, std::size_t size);
  void give_back();
  Kind kind() const { return kind_; }
  std::span<std::byte> bytes() const { return bytes_; }

  /// Half of the time without its cache operations, which a sync then does. False: refused.
  bool map(dma_data_direction direction, Random& random);
  void unmap();
  /// Lends it to the CPU, in one or in two ranges; gives it to the device again.
  void for_cpu(Random& random);
  void for_device();

  std::span<const Piece> pieces() const { return std::span{pieces_}.first(piece_count_); }

 private:
  bool always_shared() const { return kind_ == Kind::kCoherent || kind_ == Kind::kWriteCombining; }
  bool is_list() const { return kind_ == Kind::kList || kind_ == Kind::kTable; }
  bool take_shared(std::size_t size);
  void cut_list(Random& random);
  bool map_list(dma_attrs attrs);
  bool map_one(dma_attrs attrs);

  std::span<std::byte> arena_;
  device* dev_ = nullptr;
  Kind kind_ = Kind::kSingle;
  std::span<std::byte> bytes_;
  dma_data_direction direction_ = DMA_TO_DEVICE;
  dma_attrs attrs_ = 0;
  dma_addr_t handle_ = 0;

  std::array<scatterlist, kMostEntries> list_{};
  sg_table table_{};
  unsigned entries_ = 0;
  std::array<Piece, kMostEntries> pieces_{};
  std::size_t piece_count_ = 0;
};

}  // namespace guest
