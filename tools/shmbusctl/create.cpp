#include <string>

#include <CLI/CLI.hpp>

#include "globals.hpp"
#include "topic_arguments.hpp"
#include "verb.hpp"

namespace ctl {
namespace {

class Create final : public Verb {
public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", name_, "Its name, such as robot.pose")->required()->type_name("");
        arguments_.declare_size(app, "Largest sample, such as 64 or 8M")
            ->required()
            ->group("Topic");
        arguments_.declare_rest(app);
    }

    int run(const Globals& globals) override {
        globals.connect().create_topic(name_, arguments_.topic());
        return 0;
    }

private:
    std::string name_;
    TopicArguments arguments_;
};

}  // namespace

std::unique_ptr<Verb> make_create() { return std::make_unique<Create>(); }

}  // namespace ctl
