// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/file_list.hpp"

#include <algorithm>
#include <new>

namespace guest {

namespace {

constexpr std::size_t kTypicalName = 48;

}  // namespace

FileList::FileList(std::span<std::byte> memory)
    : files_{reinterpret_cast<File*>(memory.data())},
      capacity_{memory.size() / (sizeof(File) + kTypicalName)},
      names_{reinterpret_cast<char*>(memory.data() + capacity_ * sizeof(File))},
      names_capacity_{memory.size() - capacity_ * sizeof(File)} {}

FatError FileList::read(Fat32Volume& volume) {
  count_ = 0;
  names_size_ = 0;
  left_out_ = 0;
  DirectoryReader reader{volume, volume.root_cluster()};
  for (DirectoryEntry entry; reader.next(entry);) {
    if (entry.folder() || entry.hidden() || entry.system()) continue;
    if (!add(entry)) ++left_out_;
  }
  std::sort(files_, files_ + count_,
            [this](const File& a, const File& b) { return name(a) < name(b); });
  return reader.error();
}

bool FileList::add(const DirectoryEntry& entry) {
  const std::string_view name = entry.name();
  if (count_ == capacity_ || names_capacity_ - names_size_ < name.size()) return false;
  std::copy(name.begin(), name.end(), names_ + names_size_);
  ::new (static_cast<void*>(files_ + count_++))
      File{entry.first_cluster, entry.size, static_cast<std::uint32_t>(names_size_),
           static_cast<std::uint32_t>(name.size())};
  names_size_ += name.size();
  return true;
}

}  // namespace guest
