// The session manager: conversations that are kept, on top of a store of append-only records.
//
// A session belongs to whoever made it; for everybody else it is not there (not_found). Whatever
// changes a session is durable when it ends well. One manager serves all loops of a process; other
// processes may use the same store, and what they did is read before each operation.
#pragma once

#include "plugin/store_proxy.hpp"
#include "session/open_sessions.hpp"
#include "session/templates.hpp"

#include <claif/result.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace claif::session {

struct Limits {
  size_t open_sessions = 256;
  size_t open_bytes = size_t{64} << 20;
  Millis store_timeout{10'000};
  Millis turn_patience{120'000};  // how long a request waits for the one before it
  Millis trash{24 * 3'600'000};
};

// Who asks, and by way of which loop. Cheap to copy; what it refers to must outlive the operation.
struct Caller {
  plugin::CallSite store;
  std::string owner;  // as owner_mark makes it; empty: whoever has this machine
};

// What a new session is; every field may be empty.
struct Creation {
  std::string id, title, template_name, system, metadata;
};

struct Change {
  std::optional<std::string> title;
  std::string metadata;  // JSON object: null removes a member; empty: no change
};

// A session without its messages.
struct Summary {
  std::string id, title, template_name, system, metadata, from;
  Stats stats;
  std::vector<std::pair<std::string, int64_t>> checkpoints;  // name, when
  std::string damage;  // what of it the store cannot read; it takes no more turns then
};

struct Shown {
  Summary summary;
  struct Message {
    std::string id, json;
    int64_t at = 0;
  };
  std::vector<Message> messages;
};

struct Filter {
  std::string text;                     // words to search for
  std::string template_name, metadata;  // metadata: JSON object, all of whose members it has
  int64_t since_ms = 0, until_ms = 0;   // last change
  std::string cursor;
  uint32_t limit = 20;
};
struct Page {
  std::vector<Summary> sessions;  // the best match first when there is text, else the newest
  std::string next;               // empty: the last page
};

enum class MergeOrder { chronological, one_after_the_other };

// A request's hold on its session: nobody else in this process adds a turn meanwhile.
class Conversation {
 public:
  const std::string& history() const { return history_; }  // of "messages", with commas between
  const std::string& system() const { return system_; }
  size_t turns() const { return turns_; }

 private:
  friend class Manager;
  std::shared_ptr<OpenSession> session_;
  Strand::Hold hold_;
  std::string history_, system_;
  size_t turns_ = 0;
  uint64_t seen_ = 0;  // State::conversation at that time
};

// What happened, for observers: created, message_added, branched, merged, deleted and so on.
using OnEvent = std::function<void(std::string_view what, std::string_view session)>;

// Thread-safe; each operation runs on the thread of its caller's loop. It must outlive its
// operations. Ids that are no session ids end in invalid_request.
class Manager {
 public:
  explicit Manager(Limits limits = {}, Templates templates = Templates());
  void on_event(OnEvent listener) {
    on_event_ = std::move(listener);
  }  // before the first operation
  const Templates& templates() const { return templates_; }
  const OpenSessions& open() const { return open_; }

  // conflict: there is a session of that id.
  Task<Result<Summary>> create(Caller caller, Creation creation);
  Task<Result<Shown>> show(Caller caller, std::string id);
  Task<Result<Page>> list(Caller caller, Filter filter);
  Task<Result<Summary>> update(Caller caller, std::string id, Change change);

  // The conversation so far, for one more turn; a session that is not there yet begins with it.
  // conflict: the requests before this one did not end in time.
  Task<Result<Conversation>> converse(Caller caller, std::string id);
  // The number of turns with this one. conflict: somebody else added one after `conversation`
  // began.
  Task<Result<uint64_t>> add_turn(Caller caller, Conversation& conversation, Turn turn);

  // A new session with what was said up to and with `message` (empty: all). `creation` may leave
  // everything out; the title and the system prompt are those of the source then.
  Task<Result<Summary>> branch(Caller caller,
                               std::string id,
                               std::string message,
                               Creation creation);
  // A new session with the turns of others, which stay as they are. A turn that several have is
  // taken once.
  Task<Result<Summary>> merge(Caller caller,
                              std::vector<std::string> ids,
                              MergeOrder order,
                              Creation creation);

  Task<Result<Summary>> checkpoint(Caller caller, std::string id, std::string name);
  // The turns are those of the checkpoint again. not_found: there is no such checkpoint.
  Task<Result<Summary>> restore(Caller caller, std::string id, std::string name);

  // To the trash, for `Limits::trash`.
  Task<Result<void>> erase(Caller caller, std::string id);
  Task<Result<Summary>> undelete(Caller caller, std::string id);
  // Mends a damaged or missing session from the newest good backup.
  Task<Result<Summary>> recover(Caller caller, std::string id);
  // Empties the trash of what is due, and does what the store finds due.
  Task<Result<void>> maintain(Caller caller);
  // Leaves out of the log what no turn in use and no checkpoint needs.
  Task<Result<void>> compact(Caller caller, std::string id);

 private:
  using Session = std::shared_ptr<OpenSession>;
  struct Access {  // the session and the right to use it
    Session session;
    Strand::Hold hold;
  };
  struct Write {
    std::string json, id;
    uint64_t conversation = UINT64_MAX;  // which it must be at; UINT64_MAX: whichever
    bool creates = false;                // the session must not exist
  };

  Task<Result<Access>> access(const Caller& caller, std::string_view id);  // whoever owns it
  Task<Result<Access>> own(const Caller& caller, std::string_view id);  // the caller's, read anew
  Task<Result<void>> refresh(const Caller& caller, OpenSession& session);
  // By who has access, after a refresh.
  Task<Result<void>> write(const Caller& caller, OpenSession& session, Write write);
  Task<Result<Summary>> mark(Caller caller, std::string id, Record record, std::string_view event);
  Task<Result<Summary>> begin(
      Caller caller, Creation creation, Head head, std::vector<Turn> turns, std::string_view event);
  Task<Result<Summary>> taken_back(Caller caller, std::string id, plugin::RestoreFrom from);
  Task<void> describe(const Caller& caller, OpenSession& session);
  Task<void> describe_later(Caller caller, Session session);
  Task<void> describe_others(const Caller& caller);
  Result<Head> head_of(const Caller& caller, const Creation& creation) const;
  void tell(std::string_view what, std::string_view session) const {
    if (on_event_) on_event_(what, session);
  }
  static Loop& loop(const Caller& caller) { return caller.store.ops.loop(); }

  const Limits limits_;
  const Templates templates_;
  OpenSessions open_;
  OnEvent on_event_;
};

}  // namespace claif::session
