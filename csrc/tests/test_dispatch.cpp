// Which level serves, and what an unknown one is answered.
#include <stdexcept>
#include <string>

#include "check.h"
#include "runtime/dispatch.h"

namespace {

using namespace scorerbm;

void choices() {
    const Level* highest = nullptr;
    for (const Level& level : compiled_levels()) {
        CHECK(level.kernels != nullptr);
        CHECK(level.products != nullptr);
        if (level.supported) {
            highest = &level;
            CHECK(&choose_level(level.name.c_str()) == &level);
        } else {
            CHECK_THROWS(choose_level(level.name.c_str()), std::invalid_argument);
        }
    }
    CHECK(highest != nullptr);
    CHECK(&choose_level(nullptr) == highest);
    CHECK(&choose_level("") == highest);
}

void unknown_level() {
    std::string message;
    try {
        choose_level("x86-64-v9");
    } catch (const std::invalid_argument& error) {
        message = error.what();
    }
    CHECK(message.find("'x86-64-v9'") != std::string::npos);
    CHECK(message.find(choose_level(nullptr).name) != std::string::npos);
}

}  // namespace

int main() {
    choices();
    unknown_level();
    return failures() != 0;
}
