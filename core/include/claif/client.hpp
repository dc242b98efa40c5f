// The client: claif inside your own program. Same pipeline, plugins and configuration as the
// gateway.
//
//   claif::Client client;
//   auto answer = client.chat.completions.create({.model = "sonnet", .messages = {{.role = "user",
//   .content = "Hello"}}}); std::cout << answer.choices[0].message.content << '\n';
#pragma once

#include <claif/chat.hpp>
#include <claif/errors.hpp>
#include <claif/export.hpp>
#include <claif/result.hpp>

#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace claif {

class Client;

namespace detail {
class ClientCore;
class StreamCore;
class CallCore;
}  // namespace detail

// What a Client is made of beyond the configuration files: each entry wins over them.
struct ClientOptions {
  std::string transport{};    // e.g. "mock": short for set {"transport.use", "mock"}
  std::string config_file{};  // instead of ~/.claif/config.json
  std::vector<std::pair<std::string, std::string>> set{};  // any key: {"approval.use", "deny-all"}
  std::vector<std::string> plugin_dirs{};                  // searched first
};

// A streamed answer: an input range of chunks. Leaving the loop early and destroying it cancels the
// request. Not thread-safe; may be moved. Errors come from begin() or ++ as exceptions.
class CLAIF_API ChatStream {
 public:
  class Iterator {
   public:
    using value_type = ChatChunk;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;
    Iterator() = default;
    explicit Iterator(ChatStream* stream) : stream_(stream) {}
    const ChatChunk& operator*() const { return stream_->current_; }
    const ChatChunk* operator->() const { return &stream_->current_; }
    Iterator& operator++() {
      if (!stream_->advance()) stream_ = nullptr;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return stream_ == nullptr; }

   private:
    ChatStream* stream_ = nullptr;
  };

  explicit ChatStream(std::shared_ptr<detail::StreamCore> core);
  ChatStream(ChatStream&&) noexcept;
  ChatStream& operator=(ChatStream&&) noexcept;
  ~ChatStream();

  Iterator begin() { return advance() ? Iterator(this) : Iterator(); }
  std::default_sentinel_t end() const { return {}; }
  // The next chunk, or nothing at the end; an error instead of an exception.
  Result<std::optional<ChatChunk>> try_next();
  // Reads what is left, and returns the whole answer as if it had not been streamed: with its
  // citations, the blocks that a tool loop sends back, its JSON.
  ChatCompletion final_completion();  // throws an ApiError
  Result<ChatCompletion> try_final_completion();
  void cancel();  // [any]

 private:
  bool advance();
  std::shared_ptr<detail::StreamCore> core_;
  ChatChunk current_;
};

// A request that runs on its own. Destroying the handle does not cancel it.
class CLAIF_API ChatCall {
 public:
  explicit ChatCall(std::shared_ptr<detail::CallCore> core);
  ~ChatCall();
  ChatCall(ChatCall&&) noexcept;
  ChatCall& operator=(ChatCall&&) noexcept;
  Result<ChatCompletion> get();  // waits; once
  void cancel();                 // get() returns Errc::cancelled soon [any]

 private:
  std::shared_ptr<detail::CallCore> core_;
};

// Thread-safe.
class CLAIF_API Completions {
 public:
  ChatCompletion create(const ChatRequest& request);  // throws an ApiError
  Result<ChatCompletion> try_create(const ChatRequest& request);
  ChatStream stream(const ChatRequest& request);
  // What would be sent for `request`; nothing is. A stored session is read, as it is for an answer.
  UpstreamRequest dry_run(const ChatRequest& request, bool stream = false);  // throws an ApiError
  Result<UpstreamRequest> try_dry_run(const ChatRequest& request, bool stream = false);
  // Starts and returns. With `done`, that is called once with the result, on a thread of claif's:
  // do not block in it.
  ChatCall create_async(const ChatRequest& request,
                        std::function<void(Result<ChatCompletion>)> done = nullptr);

 private:
  friend class Client;
  explicit Completions(detail::ClientCore* core) : core_(core) {}
  detail::ClientCore* core_;
};

// Thread-safe. Owns a thread that serves all its requests. Destroying it cancels what is in flight.
class CLAIF_API Client {
 public:
  Client() : Client(ClientOptions{}) {}
  // Throws ConfigurationError, naming the setting or the plugin.
  explicit Client(const ClientOptions& options);
  static Result<std::unique_ptr<Client>> try_make(const ClientOptions& options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  struct Chat {
    Completions completions;
  };

 private:
  explicit Client(std::unique_ptr<detail::ClientCore> core);
  std::unique_ptr<detail::ClientCore> core_;

 public:
  Chat chat;
};

}  // namespace claif
