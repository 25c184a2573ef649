// Heat-bath sweeps of binary units on a sparse graph. Lanes are chains: a unit's neighbours, which
// have to be looked up, are looked up once for all of them.
#pragma once

#include <type_traits>

#include "chain_draws.h"
#include "decide.h"

namespace scorerbm {
namespace {

// Vectors of chains whose sums are made together, in registers: at most a tile.
constexpr std::size_t graph_vectors =
    lanes_per_graph_tile / float_lanes < 8 ? lanes_per_graph_tile / float_lanes : 8;

// Adds the weights of active neighbours [from, to) to the fields of `Vectors` vectors of chains.
template <std::size_t Vectors>
inline void add_neighbours(const Graph& graph, const GraphTile& tile, std::size_t from,
                           std::size_t to, std::size_t lane, Ints (&field)[Vectors]) {
    for (std::size_t e = from; e < to; ++e) {
        const std::int32_t* state =
            tile.states + static_cast<std::size_t>(graph.neighbours[e]) * tile.lanes + lane;
        const Ints weight = Ints{} + graph.weights[e];
        SCORERBM_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) {
            field[v] += load<Ints>(state + v * float_lanes) & weight;
        }
    }
}

// Calls visit(vectors, lane) for vectors of lanes, as many at a time as there are; `vectors` is a
// constant.
template <class Visit>
inline void for_each_vectors(std::size_t lanes, Visit visit) {
    std::size_t lane = 0;
    for (; lane + graph_vectors * float_lanes <= lanes; lane += graph_vectors * float_lanes) {
        visit(std::integral_constant<std::size_t, graph_vectors>{}, lane);
    }
    for (; lane < lanes; lane += float_lanes) {
        visit(std::integral_constant<std::size_t, 1>{}, lane);
    }
}

// What a unit's new states are decided by.
struct UnitUpdate {
    const GraphSweepTask& task;
    std::size_t unit;

    const std::uint32_t* words(std::size_t lane) const {
        return task.words + unit / 2 * task.tile.lanes + lane;
    }
    std::int32_t* states(std::size_t lane) const {
        return task.tile.states + unit * task.tile.lanes + lane;
    }

    // Lanes that single precision leaves open; states are masks of all bits.
    std::uint32_t decide(Ints field, std::size_t lane) const {
        const Floats y = to_floats(field) * load<Floats>(task.scaled_factor + lane);
        const Floats q = power_of_two(clamp(y, -126.0f, 126.0f)) + 1.0f;
        const Floats reached = to_floats(half_word(words(lane), unit)) * q;
        const Ints one = reached + q < all_floats(one_bound);
        const Ints zero = all_floats(zero_bound) < reached;
        store(states(lane), one);
        return sign_bits(~(one | zero));
    }

    void close(std::uint32_t open, Ints field, std::size_t lane) const {
        for (; open != 0; open &= open - 1) {
            const std::size_t i = static_cast<std::size_t>(__builtin_ctz(open));
            const std::size_t chain = lane + i;
            const std::uint32_t word = words(lane)[i];
            const auto draw = static_cast<std::uint16_t>(unit % 2 == 0 ? word : word >> 16);
            const bool bit = decide_exactly(field[i] * task.factor[chain], draw, unit,
                                            task.stream.chains[chain], task.stream);
            states(lane)[i] = bit ? -1 : 0;
        }
    }

    static constexpr float one_bound = 65536.0f * (1.0f - smallest_margin);
    static constexpr float zero_bound = 65536.0f * (1.0f + smallest_margin);
};

template <std::size_t Vectors>
inline void update_unit(const UnitUpdate& update, std::size_t lane) {
    const Graph& graph = update.task.graph;
    Ints field[Vectors];
    SCORERBM_UNROLL
    for (std::size_t v = 0; v < Vectors; ++v) field[v] = Ints{} + graph.bias[update.unit];
    add_neighbours(graph, update.task.tile, static_cast<std::size_t>(graph.starts[update.unit]),
                   static_cast<std::size_t>(graph.starts[update.unit + 1]), lane, field);
    SCORERBM_UNROLL
    for (std::size_t v = 0; v < Vectors; ++v) {
        const std::uint32_t open = update.decide(field[v], lane + v * float_lanes);
        if (open != 0) update.close(open, field[v], lane + v * float_lanes);
    }
}

// One sweep: every unit once, in the order of the graph.
void sweep_graph(const GraphSweepTask& task) {
    const std::size_t lanes = task.tile.lanes;
    const ChainDraws draws(task.stream, lanes);
    for (std::size_t block = 0; block * draws_per_block < task.graph.units; ++block) {
        draws.draw(block, task.words + block * words_per_block * lanes);
    }
    for (std::size_t c = 0; c < lanes; ++c) {
        task.scaled_factor[c] = static_cast<float>(-log2_e * task.factor[c]);
    }
    for (std::size_t k = 0; k < task.graph.units; ++k) {
        const UnitUpdate update{task, static_cast<std::size_t>(task.graph.order[k])};
        for_each_vectors(lanes, [&](auto vectors, std::size_t lane) {
            update_unit<decltype(vectors)::value>(update, lane);
        });
    }
}

// Sums of 64 bits for a vector of chains. Numbers are taken as unsigned, 2^31 more each, so that
// they widen by shifts; even chains come first, until finish_sums puts all in order.
constexpr std::uint32_t sign_bit = 0x80000000u;

inline void add_to_sums(Ints x, std::int64_t* sums) {
    using Unsigned = Vector<std::uint32_t>;
    const auto pairs = reinterpret_cast<Longs>(reinterpret_cast<Unsigned>(x) ^ sign_bit);
    store(sums, load<Longs>(sums) + (pairs & std::uint64_t{0xFFFFFFFFu}));
    store(sums + long_lanes, load<Longs>(sums + long_lanes) + (pairs >> 32));
}

inline void finish_sums(std::size_t terms, std::int64_t* sums) {
    std::int64_t in_order[float_lanes];
    const std::int64_t excess = static_cast<std::int64_t>(terms) * sign_bit;
    for (std::size_t i = 0; i < float_lanes; ++i) {
        in_order[i] = sums[i % 2 * long_lanes + i / 2] - excess;
    }
    std::memcpy(sums, in_order, sizeof in_order);
}

// The sum of bias and weights of active neighbours before the unit, over active units: minus the
// energy.
void graph_product(const GraphTile& tile, const Graph& graph, std::int64_t* product) {
    for (std::size_t c = 0; c < tile.lanes; ++c) product[c] = 0;
    for (std::size_t unit = 0; unit < graph.units; ++unit) {
        const auto first = static_cast<std::size_t>(graph.starts[unit]);
        std::size_t last = first;
        const auto end = static_cast<std::size_t>(graph.starts[unit + 1]);
        while (last < end && static_cast<std::size_t>(graph.neighbours[last]) < unit) ++last;
        const std::int32_t* state = tile.states + unit * tile.lanes;
        for_each_vectors(tile.lanes, [&](auto vectors, std::size_t lane) {
            constexpr std::size_t n = decltype(vectors)::value;
            Ints field[n];
            SCORERBM_UNROLL
            for (std::size_t v = 0; v < n; ++v) field[v] = Ints{} + graph.bias[unit];
            add_neighbours(graph, tile, first, last, lane, field);
            SCORERBM_UNROLL
            for (std::size_t v = 0; v < n; ++v) {
                const std::size_t at = lane + v * float_lanes;
                add_to_sums(load<Ints>(state + at) & field[v], product + at);
            }
        });
    }
    for (std::size_t c = 0; c < tile.lanes; c += float_lanes) finish_sums(graph.units, product + c);
}

}  // namespace
}  // namespace scorerbm
