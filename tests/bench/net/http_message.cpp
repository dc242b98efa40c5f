#include "net/http_message.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <strings.h>

namespace claif::bench {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

std::size_t parse_number(std::string_view text, int base) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

}  // namespace

std::string_view header_value(std::string_view head, std::string_view name) {
  std::size_t line_end = head.find("\r\n");
  while (line_end != std::string_view::npos) {
    const std::size_t start = line_end + 2;
    line_end = head.find("\r\n", start);
    std::string_view line = head.substr(start, line_end - start);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        ::strncasecmp(line.data(), name.data(), name.size()) == 0) {
      line.remove_prefix(name.size() + 1);
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      return line;
    }
  }
  return {};
}

void append_chunk(std::string& out, std::string_view data) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, data.size(), 16).ptr;
  out.append(digits, end).append("\r\n").append(data).append("\r\n");
}

std::size_t ChunkDecoder::feed(std::string_view data, std::string& out) {
  std::size_t used = 0;
  while (used < data.size() && state_ != State::done) {
    if (state_ == State::data) {
      const std::size_t size = std::min(left_, data.size() - used);
      out.append(data, used, size);
      used += size;
      left_ -= size;
      if (left_ == 0) state_ = State::data_end;
      continue;
    }
    const std::size_t newline = data.find('\n', used);
    const std::size_t end = newline == std::string_view::npos ? data.size() : newline + 1;
    line_.append(data, used, end - used);
    used = end;
    if (newline != std::string_view::npos) end_line();
  }
  return used;
}

void ChunkDecoder::end_line() {
  if (state_ == State::data_end) {
    state_ = State::size_line;
  } else if (state_ == State::size_line) {
    left_ = parse_number(line_, 16);
    state_ = left_ > 0 ? State::data : State::trailer;
  } else if (line_ == "\r\n" || line_ == "\n") {
    state_ = State::done;
  }
  line_.clear();
}

bool RequestReader::next() {
  if (complete_) {
    complete_ = false;
    input_.clear();
    if (!rest_.empty()) input_.swap(rest_);  // else keep the capacity
    head_size_ = 0;
  }
  if (head_size_ == 0) {
    const std::size_t end = input_.find(kHeadEnd);
    if (end == std::string::npos) return false;
    head_size_ = used_ = end + kHeadEnd.size();
    length_ = parse_number(header("content-length"), 10);
    chunks_.reset();
    decoded_.clear();
    if (header("transfer-encoding").find("chunked") != std::string_view::npos) chunks_.emplace();
  }
  if (chunks_) {
    used_ += chunks_->feed(std::string_view(input_).substr(used_), decoded_);
    if (!chunks_->done()) return false;
    finish(decoded_.data(), decoded_.size());
    return true;
  }
  if (input_.size() < head_size_ + length_) return false;
  used_ = head_size_ + length_;
  finish(input_.data() + head_size_, length_);
  return true;
}

void RequestReader::finish(char* body, std::size_t size) {
  if (input_.size() > used_) {
    rest_.assign(input_, used_);
    input_.resize(used_);
  }
  body_ = body;
  body_size_ = size;
  complete_ = true;
}

std::string_view RequestReader::path() const {
  const std::string_view line = head().substr(0, head().find("\r\n"));
  const std::size_t start = std::min(line.find(' '), line.size() - 1) + 1;
  return line.substr(start, line.find_first_of(" ?", start) - start);
}

void ResponseReader::reset() {
  head_.clear();
  body_.clear();
  chunks_.reset();
  left_.reset();
  status_ = 0;
  head_done_ = event_stream_ = closes_ = done_ = false;
}

void ResponseReader::feed(std::string_view bytes) {
  if (!head_done_) {
    const std::size_t had = head_.size();
    head_.append(bytes);
    const std::size_t end = head_.find(kHeadEnd, had > 3 ? had - 3 : 0);
    if (end == std::string::npos) return;
    bytes.remove_prefix(end + kHeadEnd.size() - had);
    head_.resize(end);
    read_head();
  }
  if (chunks_) {
    chunks_->feed(bytes, body_);
    done_ = chunks_->done();
  } else if (left_) {
    const std::size_t size = std::min(*left_, bytes.size());
    body_.append(bytes, 0, size);
    *left_ -= size;
    done_ = *left_ == 0;
  } else {
    body_.append(bytes);
  }
}

void ResponseReader::feed_end() {
  if (head_done_ && !chunks_ && !left_) done_ = closes_ = true;
}

void ResponseReader::read_head() {
  head_done_ = true;
  status_ = static_cast<int>(parse_number(std::string_view(head_).substr(head_.find(' ') + 1), 10));
  const auto has = [this](std::string_view name, std::string_view word) {
    return header_value(head_, name).find(word) != std::string_view::npos;
  };
  closes_ = has("connection", "close");
  event_stream_ = has("content-type", "event-stream");
  const std::string_view length = header_value(head_, "content-length");
  if (has("transfer-encoding", "chunked")) {
    chunks_.emplace();
  } else if (!length.empty()) {
    left_ = parse_number(length, 10);
  }
}

}  // namespace claif::bench
