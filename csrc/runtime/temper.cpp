#include <algorithm>
#include <memory>
#include <vector>

#include "runtime/chains.h"
#include "runtime/cost.h"
#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

// Everything that replicas need between two sweeps, for all ladders.
class Ladders {
  public:
    explicit Ladders(const TemperTask& task)
        : task_(task),
          factor_of_slot_(task.n_replicas),
          factor_(task.n_ladders * task.n_replicas),
          uniform_(task.n_ladders * n_pairs()),
          energies_(factor_.size()) {
        for (std::size_t k = 0; k < task.n_replicas; ++k) {
            factor_of_slot_[k] = task.betas[k] / task.chains.scale;
        }
        set_factors(0, task.n_ladders);
    }

    const double* factor(std::size_t chain) const { return &factor_[chain]; }
    std::int64_t* energies(std::size_t chain) { return &energies_[chain]; }

    bool swaps_after(std::size_t s) const { return number(s + 1) % task_.swap_every == 0; }

    // The event after sweep s, for ladders [begin, end).
    void swap(std::size_t s, std::size_t begin, std::size_t end) {
        const std::size_t R = task_.n_replicas;
        const std::size_t event = number(s + 1) / task_.swap_every - 1;
        const std::size_t offset =
            (event - task_.first_sweep / task_.swap_every) * task_.n_ladders * R;
        const Stream stream{task_.ladders, task_.chains.key, static_cast<std::uint32_t>(number(s)),
                            swap_domain};
        kernels().uniform({n_pairs(), stream, uniform_.data()}, begin, end);
        std::vector<std::uint16_t> replica_of(R);
        for (std::size_t l = begin; l < end; ++l) {
            kernels().swap({R, event & 1, task_.betas, &uniform_[l * n_pairs()], task_.chains.scale,
                            &energies_[l * R], task_.slots + l * R, replica_of.data()});
        }
        std::copy_n(task_.slots + begin * R, (end - begin) * R, task_.trace + offset + begin * R);
        std::copy_n(&energies_[begin * R], (end - begin) * R, task_.energies + offset + begin * R);
        set_factors(begin, end);
    }

  private:
    // Numbers are drawn for one pair at least, as the reference does.
    std::size_t n_pairs() const { return std::max<std::size_t>(1, task_.n_replicas - 1); }
    std::size_t number(std::size_t s) const { return task_.first_sweep + s; }

    void set_factors(std::size_t begin, std::size_t end) {
        for (std::size_t c = begin * task_.n_replicas; c < end * task_.n_replicas; ++c) {
            factor_[c] = factor_of_slot_[task_.slots[c]];
        }
    }

    const TemperTask& task_;
    std::vector<double> factor_of_slot_, factor_, uniform_;
    std::vector<std::int64_t> energies_;
};

void sweep(const TemperTask& task, Ladders& ladders, ChainTile& tile, std::size_t s) {
    const std::uint32_t step = task.first_sweep + static_cast<std::uint32_t>(s);
    tile.sweep(step, ladders.factor(tile.begin()), nullptr,
               ladders.swaps_after(s) ? ladders.energies(tile.begin()) : nullptr);
}

// Each thread takes whole ladders through all sweeps.
void whole_ladders(const TemperTask& task, const Plan& plan, const Biases& biases, Ladders& ladders,
                   std::size_t begin, std::size_t end, Interrupt& interrupt) {
    const std::size_t R = task.n_replicas;
    const std::size_t at_once = std::max<std::size_t>(1, plan.chains_per_tile / R);
    for (std::size_t l = begin; l < end; l += at_once) {
        const std::size_t last = std::min(end, l + at_once);
        ChainTile tile(task.chains, biases, l * R, last * R, plan.lookup);
        for (std::size_t s = 0; s < task.n_sweeps; ++s) {
            interrupt.check();
            sweep(task, ladders, tile, s);
            if (ladders.swaps_after(s)) ladders.swap(s, l, last);
        }
        tile.finish();
    }
}

// Fewer ladders than threads: threads share their replicas and meet at each swap.
void shared_ladders(const TemperTask& task, const Plan& plan, const Biases& biases,
                    Ladders& ladders, std::size_t n_threads, Interrupt& interrupt) {
    const std::size_t n_chains = task.n_ladders * task.n_replicas;
    const std::size_t n_tiles = share(n_chains, plan.chains_per_tile);
    std::vector<std::unique_ptr<ChainTile>> tiles;
    for (std::size_t p = 0; p < n_tiles; ++p) {
        tiles.push_back(std::make_unique<ChainTile>(task.chains, biases, p * n_chains / n_tiles,
                                                    (p + 1) * n_chains / n_tiles, plan.lookup));
    }
    for (std::size_t s = 0; s < task.n_sweeps; ++s) {
        interrupt.check();
        const auto work = [&](std::size_t begin, std::size_t end) {
            for (std::size_t p = begin; p < end; ++p) sweep(task, ladders, *tiles[p], s);
        };
        parallel_for(n_tiles, n_threads, always_worthwhile, work, [&] { interrupt.check(); });
        if (ladders.swaps_after(s)) ladders.swap(s, 0, task.n_ladders);
    }
    for (const auto& tile : tiles) tile->finish();
}

}  // namespace

void temper(const TemperTask& task, std::size_t n_threads, Interrupt& interrupt) {
    check_numbers(task.first_sweep, task.n_sweeps);
    const Biases biases(task.chains);
    Ladders ladders(task);
    const std::size_t n_chains = task.n_ladders * task.n_replicas;
    const auto plan_for = [&](std::size_t chains) {
        return make_plan(*task.chains.rbm, chains, n_chains * task.n_sweeps, task.chains.options);
    };
    const double sweep_cost = sweep_nanoseconds(*task.chains.rbm);
    const std::size_t sharing = worthwhile_threads(n_chains, n_threads, sweep_cost);
    if (sharing > task.n_ladders) {
        const Plan plan = plan_for(share(n_chains, sharing));
        return shared_ladders(task, plan, biases, ladders, sharing, interrupt);
    }
    const double ladder_cost =
        static_cast<double>(task.n_sweeps) * static_cast<double>(task.n_replicas) * sweep_cost;
    const std::size_t n_parts = worthwhile_threads(task.n_ladders, n_threads, ladder_cost);
    const Plan plan = plan_for(share(task.n_ladders, n_parts) * task.n_replicas);
    const auto work = [&](std::size_t begin, std::size_t end) {
        whole_ladders(task, plan, biases, ladders, begin, end, interrupt);
    };
    parallel_for(task.n_ladders, n_threads, ladder_cost, work, [&] { interrupt.check(); });
}

}  // namespace scorerbm
