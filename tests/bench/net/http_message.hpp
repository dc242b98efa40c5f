// Readers of HTTP/1.1 requests and responses, for the peers that the benchmark itself starts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace claif::bench {

// The value of the first header called `name`, or an empty view. `head` starts with its first line.
std::string_view header_value(std::string_view head, std::string_view name);

// Appends `data` as one chunk of a chunked body.
void append_chunk(std::string& out, std::string_view data);

// The last chunk, which ends a chunked body.
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Decodes a chunked body that arrives in pieces of any size.
class ChunkDecoder {
 public:
  // Appends what it decodes to `out`; returns how many bytes it used. Uses none after the end.
  std::size_t feed(std::string_view data, std::string& out);
  bool done() const { return state_ == State::done; }

 private:
  enum class State { size_line, data, data_end, trailer, done };
  void end_line();

  State state_ = State::size_line;
  std::size_t left_ = 0;
  std::string line_;
};

// Splits the bytes of a connection into requests.
class RequestReader {
 public:
  void append(std::string_view bytes) { (complete_ ? rest_ : input_).append(bytes); }

  // Drops the request before; true when another one is there as a whole.
  bool next();

  std::string_view path() const;
  std::string_view header(std::string_view name) const { return header_value(head(), name); }
  std::string_view body() const { return {body_, body_size_}; }
  // The body as a zero-terminated string to parse in place; valid until next().
  char* mutable_body() { return body_; }

 private:
  std::string_view head() const { return std::string_view(input_).substr(0, head_size_); }
  void finish(char* body, std::size_t size);

  std::string input_;  // one request, the body at its end
  std::string rest_;   // what came after it
  std::string decoded_;
  std::optional<ChunkDecoder> chunks_;
  std::size_t head_size_ = 0;
  std::size_t length_ = 0;
  std::size_t used_ = 0;
  char* body_ = nullptr;
  std::size_t body_size_ = 0;
  bool complete_ = false;
};

// Reads one response at a time.
class ResponseReader {
 public:
  // Forgets the response before, and keeps its buffers.
  void reset();
  void feed(std::string_view bytes);
  // The peer closed the connection: the end of a body without a length.
  void feed_end();

  bool done() const { return done_; }
  bool head_done() const { return head_done_; }
  int status() const { return status_; }
  bool event_stream() const { return event_stream_; }
  bool closes() const { return closes_; }
  // What came so far; the reader of an event stream takes events off its front.
  std::string& body() { return body_; }

 private:
  void read_head();

  std::string head_;
  std::string body_;
  std::optional<ChunkDecoder> chunks_;
  std::optional<std::size_t> left_;
  int status_ = 0;
  bool head_done_ = false;
  bool event_stream_ = false;
  bool closes_ = false;
  bool done_ = false;
};

}  // namespace claif::bench
