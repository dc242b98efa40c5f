// Server-sent events, cut from pieces that may end anywhere.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace claif::transport_anthropic {

// Lines end in LF, CR or CRLF; comments and unknown fields are skipped; data lines join with LF; a
// last event without a blank line counts. An event that lies whole in one piece is handed over as
// views into that piece, without a copy.
class SseParser {
 public:
  explicit SseParser(size_t limit = size_t{16} << 20) : limit_(limit) {}

  // Calls sink(event, data) for each event that has data. False: an event is larger than the limit.
  template <class Sink>
  [[nodiscard]] bool feed(std::string_view piece, Sink&& sink) {
    if (after_cr_ && !piece.empty()) {
      after_cr_ = false;
      if (piece.front() == '\n') piece.remove_prefix(1);
    }
    if (piece.empty()) return true;
    const char* at = piece.data();
    const char* const end = at + piece.size();
    const char* lf = find(at, end, '\n');
    const char* cr = find(at, end, '\r');
    while (lf != end || cr != end) {
      const char* const stop = std::min(lf, cr);
      const std::string_view line(at, static_cast<size_t>(stop - at));
      if (partial_.empty()) {
        take_line(line, sink);
      } else {
        if (!append(partial_, line)) return false;
        take_partial(sink);
      }
      after_cr_ = stop == cr && stop + 1 == end;
      at = stop + (stop == cr && lf != end && stop + 1 == lf ? 2 : 1);
      if (lf < at) lf = find(at, end, '\n');
      if (cr < at) cr = find(at, end, '\r');
    }
    piece = {at, static_cast<size_t>(end - at)};
    return append(partial_, piece) && keep_views();
  }

  // At the end of the input.
  template <class Sink>
  void finish(Sink&& sink) {
    if (!partial_.empty()) take_partial(sink);
    dispatch(sink);
  }

  void reset() noexcept {
    partial_.clear();
    clear_event();
    first_line_ = true;
    after_cr_ = false;
  }

 private:
  static const char* find(const char* from, const char* end, char c) {
    const void* at = std::memchr(from, c, static_cast<size_t>(end - from));
    return at == nullptr ? end : static_cast<const char*>(at);
  }

  template <class Sink>
  void take_line(std::string_view line, Sink& sink) {
    if (first_line_) {
      first_line_ = false;
      if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    }
    if (line.empty()) return dispatch(sink);
    const size_t colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value =
        colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "data") {
      take_data(value);
    } else if (field == "event") {
      event_ = value;
    }
  }
  template <class Sink>
  void take_partial(Sink& sink) {
    take_line(partial_, sink);
    keep_views();
    partial_.clear();
  }

  void take_data(std::string_view value) {
    if (!has_data_) {
      has_data_ = true;
      data_ = value;
      return;
    }
    keep_data();
    data_store_ += '\n';
    data_store_ += value;
    data_ = data_store_;
  }

  template <class Sink>
  void dispatch(Sink& sink) {
    if (!data_.empty()) sink(event_, data_);
    clear_event();
  }

  // Copies what outlives the piece. False: too much.
  bool keep_views() {
    if (!event_.empty() && event_.data() != event_store_.data()) {
      event_store_.assign(event_);
      event_ = event_store_;
    }
    keep_data();
    return data_.size() <= limit_;
  }
  void keep_data() {
    if (data_.empty() || data_.data() == data_store_.data()) return;
    data_store_.assign(data_);
    data_ = data_store_;
  }
  bool append(std::string& to, std::string_view bytes) {
    if (to.size() + data_.size() + bytes.size() > limit_) return false;
    to.append(bytes);
    return true;
  }
  void clear_event() noexcept {
    event_ = data_ = {};
    event_store_.clear();
    data_store_.clear();
    has_data_ = false;
  }

  size_t limit_;
  std::string partial_;            // of a line whose end has not come
  std::string_view event_, data_;  // of the event that is being read
  std::string event_store_, data_store_;
  bool has_data_ = false;
  bool first_line_ = true;
  bool after_cr_ = false;  // the last piece ended in CR: a LF that comes next belongs to it
};

}  // namespace claif::transport_anthropic
