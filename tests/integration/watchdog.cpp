#include "watchdog.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include <unistd.h>

#include <doctest/doctest.h>

namespace integration {
namespace {

std::string running_case;               // for messages
std::array<char, 512> last_words{};     // for the signal handler, which may not build them
constexpr unsigned seconds_a_case{60};  // of a case that hangs outside every bounded wait

void bark(int /*signal*/) {
    [[maybe_unused]] const auto written =
        ::write(STDERR_FILENO, last_words.data(), std::strlen(last_words.data()));
    ::_exit(124);
}

// Knows from doctest which case runs, and ends the program when one hangs.
struct Watchdog : doctest::IReporter {
    explicit Watchdog(const doctest::ContextOptions& /*options*/) { std::signal(SIGALRM, bark); }

    void test_case_start(const doctest::TestCaseData& data) override {
        running_case = data.m_name;
        const auto words = "\nwatchdog: the case \"" + running_case + "\" hangs\n";
        last_words.fill('\0');
        std::copy_n(words.begin(), std::min(words.size(), last_words.size() - 1),
                    last_words.begin());
        ::alarm(seconds_a_case);
    }
    void test_case_end(const doctest::CurrentTestCaseStats& /*stats*/) override { ::alarm(0); }

    void report_query(const doctest::QueryData& /*data*/) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats& /*stats*/) override {}
    void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
    void test_case_exception(const doctest::TestCaseException& /*exception*/) override {}
    void subcase_start(const doctest::SubcaseSignature& /*signature*/) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData& /*data*/) override {}
    void log_message(const doctest::MessageData& /*data*/) override {}
    void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}
};

REGISTER_LISTENER("watchdog", 1, Watchdog);

}  // namespace

const std::string& current_case() noexcept { return running_case; }

void keep_watch() noexcept { ::alarm(seconds_a_case); }

void give_up(const std::string& waited_for) {
    throw std::runtime_error{"\"" + running_case + "\": waited in vain for " + waited_for};
}

}  // namespace integration
