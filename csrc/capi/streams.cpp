// Random numbers by themselves.
#include <limits>

#include "capi/chain_ids.h"
#include "capi/functions.h"
#include "capi/seed_sequence.h"
#include "kernels/philox.h"
#include "runtime/dispatch.h"

namespace scorerbm {
namespace capi {
namespace {

// Calls a kernel for all chains of a stream.
template <class Task, class Number>
int draw(void (*KernelTable::*kernel)(const Task&, std::size_t, std::size_t),
         const scorerbm_stream* stream, Task task, Number* out, scorerbm_error* error) {
    return guarded(error, [&] {
        require_pointer(stream, "stream");
        require_pointer(out, "out");
        const ChainIds ids(stream->ids, stream->first_chain, stream->n_chains);
        task.stream = {ids.data(), to_key(stream->key), stream->step, stream->domain};
        task.out = out;
        (kernels().*kernel)(task, 0, stream->n_chains);
    });
}

}  // namespace

int derive_key(std::uint64_t seed, const char* purpose, scorerbm_key* key, scorerbm_error* error) {
    return guarded(error, [&] {
        require_pointer(key, "key");
        const Key found = derived_key(seed, purpose);
        *key = {found.low, found.high};
    });
}

void philox(const std::uint32_t counter[4], scorerbm_key key, std::uint32_t words[4]) {
    const Words w =
        scorerbm::philox({counter[0], counter[1], counter[2], counter[3]}, {key.low, key.high});
    words[0] = w.w0;
    words[1] = w.w1;
    words[2] = w.w2;
    words[3] = w.w3;
}

int words(const scorerbm_stream* stream, std::uint32_t first_block, std::size_t n_blocks,
          std::uint32_t* out, scorerbm_error* error) {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    if (n_blocks > most - first_block + 1) {
        return report(error, SCORERBM_INVALID_ARGUMENT,
                      "n_blocks: the last block's number does not fit 32 bits");
    }
    return draw(&KernelTable::words, stream, WordsTask{first_block, n_blocks, {}, nullptr}, out,
                error);
}

int uniform(const scorerbm_stream* stream, std::size_t width, double* out, scorerbm_error* error) {
    return draw(&KernelTable::uniform, stream, UniformTask{width, {}, nullptr}, out, error);
}

int normal(const scorerbm_stream* stream, std::size_t width, float* out, scorerbm_error* error) {
    return draw(&KernelTable::normal, stream, NoiseTask{width, {}, nullptr}, out, error);
}

int logistic(const scorerbm_stream* stream, std::size_t width, float* out, scorerbm_error* error) {
    return draw(&KernelTable::logistic, stream, NoiseTask{width, {}, nullptr}, out, error);
}

}  // namespace capi
}  // namespace scorerbm
