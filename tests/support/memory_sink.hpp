// An EventSink that keeps what it gets, and takes it as slowly as a test wants.
#pragma once

#include "pipeline/context.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace claif::test {

class MemorySink final : public pipeline::EventSink {
 public:
  explicit MemorySink(Loop& loop) : loop_(loop) {}

  void start(const pipeline::RunContext&) override { ++starts; }
  void write(const wire::Event& event) override { events.emplace_back(event.json); }
  void message(const wire::Message& m) override { whole = wire::to_json(m); }
  void raw(std::string_view json) override { raw_json.emplace(json); }
  void fail(const Error& e) override { error = e; }
  Task<bool> flush() override {
    ++flushes;
    if (!gate_) co_return client_there;
    Arrival<bool>& gate = *gate_;
    const bool there = co_await gate;
    gate_.reset();
    co_return there;
  }

  // From now on flush waits for release.
  void block() { gate_ = std::make_unique<Arrival<bool>>(loop_); }
  void release(bool there = true) {
    if (gate_) gate_->set(there);
  }

  // Whether an event of that type was written.
  bool has(std::string_view type) const {
    const std::string member = R"("type":")" + std::string(type) + "\"";
    return std::any_of(events.begin(), events.end(), [&](const std::string& json) {
      return json.find(member) != std::string::npos;
    });
  }
  std::string all() const {
    std::string out;
    for (const std::string& json : events)
      out += json + "\n";
    return out;
  }

  int starts = 0, flushes = 0;
  bool client_there = true;
  std::vector<std::string> events;
  std::optional<std::string> whole, raw_json;
  std::optional<Error> error;

 private:
  Loop& loop_;
  std::unique_ptr<Arrival<bool>> gate_;
};

}  // namespace claif::test
