// Events of every kind that an upstream could send, and orders in which it should not.
#pragma once

#include "support/played_stream.hpp"
#include "wire/event.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace claif::test {

class EventPool {
 public:
  using Order = std::vector<size_t>;           // places in the pool
  using Pick = std::function<size_t(size_t)>;  // a number below the given one

  EventPool();

  size_t size() const { return entries_.size(); }
  const std::string& json(size_t at) const { return entries_[at]->json; }
  // An order from a fuzzer's bytes, one an event.
  Order order(std::string_view bytes) const;
  // The events of `order`, each on a line.
  std::string show(const Order& order) const;
  void play(const Order& order, PlayedStream& stream) const;
  // A message as an upstream should send it, then up to five events lost, doubled, moved or strewn
  // in, and perhaps the end cut off.
  Order disorder(const Pick& pick) const;

 private:
  struct Entry {
    std::string json;
    wire::EventParser parser;
    Result<wire::Event> event;
  };
  static constexpr size_t kBlocks = 4;

  size_t add(std::string json);
  void add_block(size_t index);

  std::vector<std::unique_ptr<Entry>> entries_;
  Order begins_, changes_;
  size_t end_ = 0;
  std::array<Order, kBlocks> starts_, deltas_;
  std::array<size_t, kBlocks> stops_{};
};

}  // namespace claif::test
