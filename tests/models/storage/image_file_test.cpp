// SPDX-License-Identifier: Apache-2.0
#include "models/storage/image_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "models/core/device_tree.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

/// A file that goes away with the test.
struct TemporaryFile {
  explicit TemporaryFile(std::size_t bytes, char fill = 'x')
      : path{"storage_test." + std::to_string(::getpid())} {
    std::ofstream{path, std::ios::binary} << std::string(bytes, fill);
  }
  ~TemporaryFile() { ::unlink(path.c_str()); }
  std::string content() const {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::string path;
};

}  // namespace

TEST_CASE("what is written to an image stays in memory", "[storage][image]") {
  const TemporaryFile file{1024};
  ImageFile image{file.path};
  REQUIRE(image.sectors() == 2);
  Sector data{};
  data.fill('y');
  image.write(1, data);
  Sector back{};
  image.read(1, back);
  CHECK(back == data);
  image.read(0, back);
  CHECK(back[511] == 'x');
  CHECK(file.content() == std::string(1024, 'x'));
}

TEST_CASE("an image may be opened so that writes reach the file", "[storage][image]") {
  const TemporaryFile file{1024};
  Sector data{};
  data.fill('y');
  ImageFile{file.path, ImageFile::Writes::kToFile}.write(1, data);
  CHECK(file.content() == std::string(512, 'x') + std::string(512, 'y'));
}

TEST_CASE("an erased part of an image reads as zeros until it is written", "[storage][image]") {
  const auto writes = GENERATE(ImageFile::Writes::kInMemory, ImageFile::Writes::kToFile);
  constexpr std::size_t kSectors = 300;
  const TemporaryFile file{kSectors * 512};
  ImageFile image{file.path, writes};
  CHECK(image.erase(10, 200));
  Sector data{};
  data.fill('y');
  CHECK(image.write(70, data));
  for (std::uint64_t s = 0; s < kSectors; ++s) {
    Sector back{};
    image.read(s, back);
    CAPTURE(s);
    REQUIRE(back[0] == (s == 70 ? 'y' : s < 10 || s >= 210 ? 'x' : 0));
    REQUIRE(back[511] == back[0]);
  }
  const std::string now = file.content();
  CHECK(now.size() == kSectors * 512);
  CHECK(now[10 * 512] == (writes == ImageFile::Writes::kToFile ? 0 : 'x'));
  CHECK(now[70 * 512] == (writes == ImageFile::Writes::kToFile ? 'y' : 'x'));
}

TEST_CASE("what is written beyond an image is kept in memory, and the file does not grow",
          "[storage][image]") {
  const auto writes = GENERATE(ImageFile::Writes::kInMemory, ImageFile::Writes::kToFile);
  const TemporaryFile file{1024};
  ImageFile image{file.path, writes};
  Sector data{};
  data.fill('y');
  CHECK(image.write(5, data));
  Sector back{};
  image.read(5, back);
  CHECK(back == data);
  CHECK(image.erase(0, 100));
  image.read(5, back);
  CHECK(back == Sector{});
  CHECK(file.content().size() == 1024);
}

TEST_CASE("an image of many gigabytes can be erased as a whole without being kept in memory",
          "[storage][image]") {
  SectorOverlay overlay;
  overlay.erase(0, std::uint64_t{32} << 21);  // 32 GiB
  Sector back{};
  back.fill('x');
  CHECK(overlay.read((std::uint64_t{32} << 21) - 1, back));
  CHECK(back == Sector{});
  CHECK_FALSE(overlay.read(std::uint64_t{32} << 21, back));
}

TEST_CASE("a read-only file is refused for writing, to a superuser too", "[storage][image]") {
  const TemporaryFile file{1024};
  REQUIRE(::chmod(file.path.c_str(), 0444) == 0);
  CHECK_NOTHROW(ImageFile{file.path});
  CHECK_THROWS_AS((ImageFile{file.path, ImageFile::Writes::kToFile}), ConfigurationError);
}

TEST_CASE("an image that is written is used by nobody else", "[storage][image]") {
  const TemporaryFile file{1024};
  {
    const ImageFile one{file.path};
    CHECK_NOTHROW(ImageFile{file.path});
    CHECK_THROWS_AS((ImageFile{file.path, ImageFile::Writes::kToFile}), ConfigurationError);
  }
  const ImageFile writer{file.path, ImageFile::Writes::kToFile};
  CHECK_THROWS_AS(ImageFile{file.path}, ConfigurationError);
}

TEST_CASE("an image that is no whole number of sectors is refused by name and size",
          "[storage][image]") {
  const TemporaryFile file{513};
  CHECK_THROWS_WITH(ImageFile{file.path},
                    "SD image " + file.path + ": 513 bytes: expected a multiple of 512, not 0");
}

TEST_CASE("an empty or missing image, and a folder, are refused", "[storage][image]") {
  const TemporaryFile empty{0};
  CHECK_THROWS_AS(ImageFile{empty.path}, ConfigurationError);
  CHECK_THROWS_AS(ImageFile{"no/such/file"}, ConfigurationError);
  CHECK_THROWS_AS(ImageFile{"."}, ConfigurationError);
}
