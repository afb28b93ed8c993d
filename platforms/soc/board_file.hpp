// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/core/device_tree.hpp"

namespace linefill {

/// A board's blob as it will be given to both the models and the guest: loaded, and changed by the
/// command line as a boot loader would. Errors throw ConfigurationError.
class BoardFile {
 public:
  explicit BoardFile(const std::string& path);

  /// The command line (--append).
  void set_bootargs(const std::string& arguments);
  /// Replaces the size of the first memory window.
  void set_memory(std::uint64_t bytes);
  /// The first memory window.
  AddressRange memory() const;
  /// Tells the guest where its initial file system is.
  void set_initrd(std::uint32_t address, std::uint32_t bytes);
  /// "NODE:PROPERTY=VALUE": NODE a path or an alias, VALUE numbers ("7", "2 2 2", "<2 2 0x2>") or
  /// text; the property must exist or be one of ours ("linefill,...").
  void set(const std::string& assignment);

  const std::vector<std::byte>& blob() const { return blob_; }

 private:
  struct MemoryNode {
    int node = -1;
    int address_cells = 0;
    int size_cells = 0;
    std::vector<std::uint32_t> reg;  ///< Of the first window.
  };

  MemoryNode memory_node() const;
  int chosen_node();
  int node_offset(const std::string& path, const std::string& context) const;
  void set_property(int node, const std::string& name, const void* data, std::size_t size);

  std::string path_;
  std::vector<std::byte> blob_;
};

}  // namespace linefill
