// The stages of an integration as arguments.
#pragma once

#include <array>

#include "bindings/arrays.h"
#include "runtime/path.h"

namespace scorerbm {

// The arrays of `Stages` in Python, in its order.
class StageArguments {
  public:
    explicit StageArguments(const py::sequence& stages)
        : kind_(last(stages), "stages", {any}),
          numbers_{number(stages, 0), number(stages, 1), number(stages, 2),
                   number(stages, 3), number(stages, 4), number(stages, 5)} {
        if (kind_.extent(0) == 0) throw py::value_error("stages: got none, expected one or more");
    }

    Stages stages() const {
        return {kind_.size(0),      numbers_[0].data(), numbers_[1].data(), numbers_[2].data(),
                numbers_[3].data(), numbers_[4].data(), numbers_[5].data(), kind_.data()};
    }

  private:
    static py::object last(const py::sequence& stages) {
        if (stages.size() != 7) throw py::value_error("stages: expected seven arrays");
        return stages[6];
    }

    Input<float> number(const py::sequence& stages, std::size_t i) const {
        return Input<float>(stages[i], "stages", {kind_.extent(0)});
    }

    Input<std::uint8_t> kind_;
    std::array<Input<float>, 6> numbers_;
};

}  // namespace scorerbm
