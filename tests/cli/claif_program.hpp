// The built `claif` program as a process, with a home of its own and a clean environment.
#pragma once

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <sys/wait.h>

namespace claif::testing {

struct Ended {
  int code = -1;  // 128 + n for signal n
  std::string out, err;
};

// A process that runs. Killed, when it still does at the end.
class Process {
 public:
  Process(const std::vector<std::string>& args,
          const std::vector<std::string>& env,
          const std::string& directory) {
    int in[2], out[2], err[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0)
      return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::dup2(err[1], 2);
      const auto pointers = [](const std::vector<std::string>& strings) {
        std::vector<char*> list;
        for (const std::string& s : strings)
          list.push_back(const_cast<char*>(s.c_str()));
        list.push_back(nullptr);
        return list;
      };
      if (::chdir(directory.c_str()) == 0)
        ::execve(args[0].c_str(), pointers(args).data(), pointers(env).data());
      ::_exit(127);
    }
    in_ = in[1];
    out_ = out[0];
    err_ = err[0];
    ::close(in[0]);
    ::close(out[1]);
    ::close(err[1]);
  }
  ~Process() {
    if (pid_ > 0) {
      signal(SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    close_input();
    ::close(out_);
    ::close(err_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void write(const std::string& text) {
    for (size_t at = 0; at < text.size();) {
      const ssize_t n = ::write(in_, text.data() + at, text.size() - at);
      if (n <= 0) return;
      at += static_cast<size_t>(n);
    }
  }
  void close_input() {
    if (in_ >= 0) ::close(in_);
    in_ = -1;
  }
  void signal(int number) { ::kill(pid_, number); }
  void close_output() {
    ::close(out_);
    out_ = -1;
  }

  // Reads until `text` is in standard output or standard error; false when it never is.
  bool wait_for(const std::string& text) {
    while (ended_.out.find(text) == std::string::npos && ended_.err.find(text) == std::string::npos)
      if (!receive()) return false;
    return true;
  }
  Ended wait() {
    close_input();
    while (receive()) {
    }
    int status = 0;
    if (::waitpid(std::exchange(pid_, -1), &status, 0) > 0)
      ended_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended_;
  }
  const Ended& so_far() const { return ended_; }

 private:
  // False at the end of both, or when nothing came for long.
  bool receive() {
    pollfd fds[2] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
    if (out_done_) fds[0].fd = -1;
    if (err_done_) fds[1].fd = -1;
    if ((out_done_ && err_done_) || ::poll(fds, 2, 30'000) <= 0) return false;
    take(fds[0], out_done_, ended_.out);
    take(fds[1], err_done_, ended_.err);
    return true;
  }
  static void take(const pollfd& fd, bool& done, std::string& to) {
    if (fd.fd < 0 || fd.revents == 0) return;
    char buffer[4096];
    const ssize_t n = ::read(fd.fd, buffer, sizeof buffer);
    if (n > 0)
      to.append(buffer, static_cast<size_t>(n));
    else
      done = true;
  }

  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  bool out_done_ = false, err_done_ = false;
  Ended ended_;
};

// A home directory, and claif in it.
class ClaifProgram {
 public:
  ClaifProgram() {
    std::signal(SIGPIPE, SIG_IGN);
    std::string name = (std::filesystem::temp_directory_path() / "claif-cli-XXXXXX").string();
    home_ = ::mkdtemp(name.data()) != nullptr ? name : "";
    work_ = home_ / "work";
    std::filesystem::create_directory(work_);
    env_ = {"CLAIF_HOME=" + (home_ / "state").string(), "HOME=" + home_.string(),
            "PATH=/usr/bin:/bin", "LSAN_OPTIONS=detect_leaks=0"};
  }
  ~ClaifProgram() {
    std::error_code ignored;
    std::filesystem::remove_all(home_, ignored);
  }
  ClaifProgram(const ClaifProgram&) = delete;
  ClaifProgram& operator=(const ClaifProgram&) = delete;

  void setenv(const std::string& name_and_value) { env_.push_back(name_and_value); }
  // Where it runs, and where its state is.
  const std::filesystem::path& work() const { return work_; }
  std::filesystem::path state() const { return home_ / "state"; }

  std::vector<std::string> command(std::vector<std::string> args) const {
    args.insert(args.begin(), CLAIF_TEST_BIN_DIR "/claif");
    return args;
  }
  Ended run(std::vector<std::string> args, const std::string& input = "") const {
    Process process(command(std::move(args)), env_, work_.string());
    process.write(input);
    return process.wait();
  }
  // With answers of the mock transport.
  Ended mock(std::vector<std::string> args, const std::string& input = "") const {
    return run(with_mock(std::move(args)), input);
  }
  static std::vector<std::string> with_mock(std::vector<std::string> args) {
    args.insert(args.end(), {"--set", "transport.use=mock", "--set", "retries=0"});
    return args;
  }
  std::vector<std::string> env() const { return env_; }

 private:
  std::filesystem::path home_, work_;
  std::vector<std::string> env_;
};

}  // namespace claif::testing
