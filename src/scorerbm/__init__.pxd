# The C interface for Cython: `cimport scorerbm`. scorerbm.h says what everything means; names are
# those of the header without their prefix.
#
#     cdef const scorerbm.Api* api = scorerbm.import_api()
#     with nogil:
#         code = api.gibbs(model, &chains, &sweeps, &error)
#     scorerbm.check(code, &error)

from libc.stdint cimport uint8_t, uint32_t, uint64_t


cdef extern from "scorerbm.h" nogil:
    enum: ABI_VERSION "SCORERBM_ABI_VERSION"

    enum:
        OK "SCORERBM_OK"
        INVALID_ARGUMENT "SCORERBM_INVALID_ARGUMENT"
        NO_MEMORY "SCORERBM_NO_MEMORY"
        NO_GRID "SCORERBM_NO_GRID"
        FAILED "SCORERBM_FAILED"

    enum:
        DOMAIN_HIDDEN "SCORERBM_DOMAIN_HIDDEN"
        DOMAIN_VISIBLE "SCORERBM_DOMAIN_VISIBLE"
        DOMAIN_NORMAL "SCORERBM_DOMAIN_NORMAL"
        DOMAIN_LOGISTIC_HIDDEN "SCORERBM_DOMAIN_LOGISTIC_HIDDEN"
        DOMAIN_LOGISTIC_VISIBLE "SCORERBM_DOMAIN_LOGISTIC_VISIBLE"
        DOMAIN_UNIFORM "SCORERBM_DOMAIN_UNIFORM"
        DOMAIN_SWAP "SCORERBM_DOMAIN_SWAP"

    enum:
        PRECISION_AUTO "SCORERBM_PRECISION_AUTO"
        PRECISION_INT16 "SCORERBM_PRECISION_INT16"
        PRECISION_INT32 "SCORERBM_PRECISION_INT32"

    enum:
        PLAIN "SCORERBM_PLAIN"
        PREDICT "SCORERBM_PREDICT"
        CORRECT "SCORERBM_CORRECT"

    ctypedef struct Error "scorerbm_error":
        char message[256]

    ctypedef struct Key "scorerbm_key":
        uint32_t low
        uint32_t high

    ctypedef struct Stream "scorerbm_stream":
        Key key
        uint32_t step
        uint32_t domain
        size_t n_chains
        const uint32_t* ids
        uint32_t first_chain

    ctypedef struct Model "scorerbm_model":
        pass

    ctypedef struct Parameters "scorerbm_parameters":
        size_t n_visible
        size_t n_hidden
        const float* weights
        const float* visible_bias
        const float* hidden_bias
        const double* data_mean
        int precision

    ctypedef struct ModelInfo "scorerbm_model_info":
        size_t n_visible
        size_t n_hidden
        int bits
        double grid

    ctypedef struct Chains "scorerbm_chains":
        size_t count
        uint8_t* visible
        uint8_t* hidden
        const uint32_t* ids
        uint32_t first_chain
        uint32_t sweep
        Key key

    ctypedef struct Sweeps "scorerbm_sweeps":
        size_t n_sweeps
        const double* beta
        const uint8_t* frozen
        double* mean
        size_t n_threads

    ctypedef struct Literal "scorerbm_literal":
        double tau
        size_t n_noises
        int antithetic
        const float* table
        float table_scale

    ctypedef struct Schedule "scorerbm_schedule":
        size_t n_steps
        double* alpha
        double* sigma
        double* noise

    ctypedef struct Stages "scorerbm_stages":
        size_t count
        const double* alpha
        const double* sigma
        const double* keep
        const double* pull
        const double* base
        const double* spread
        const uint8_t* kind
        uint32_t first

    ctypedef struct Api "scorerbm_api":
        uint32_t abi_version
        size_t size
        int (*derive_key)(
            uint64_t seed, const char* purpose, Key* key, Error* error
        ) noexcept nogil
        void (*philox)(const uint32_t* counter, Key key, uint32_t* words) noexcept nogil
        int (*words)(
            const Stream* stream, uint32_t first_block, size_t n_blocks, uint32_t* out, Error* error
        ) noexcept nogil
        int (*uniform)(
            const Stream* stream, size_t width, double* out, Error* error
        ) noexcept nogil
        int (*normal)(
            const Stream* stream, size_t width, float* out, Error* error
        ) noexcept nogil
        int (*logistic)(
            const Stream* stream, size_t width, float* out, Error* error
        ) noexcept nogil
        int (*model_new)(
            const Parameters* parameters, Model** model, Error* error
        ) noexcept nogil
        void (*model_free)(Model* model) noexcept nogil
        int (*model_info)(
            const Model* model, ModelInfo* info, Error* error
        ) noexcept nogil
        int (*energy)(
            const Model* model, size_t n, const uint8_t* visible, const uint8_t* hidden,
            size_t n_threads, double* out, Error* error
        ) noexcept nogil
        int (*free_energy)(
            const Model* model, size_t n, const uint8_t* visible, size_t n_threads, double* out,
            Error* error
        ) noexcept nogil
        int (*random_start)(
            const Model* model, Chains* chains, Key key, Error* error
        ) noexcept nogil
        int (*gibbs)(
            const Model* model, Chains* chains, const Sweeps* sweeps, Error* error
        ) noexcept nogil
        int (*mean_field_score)(
            const Model* model, size_t n, const double* state, double alpha, double sigma,
            size_t n_iterations, size_t n_threads, double* out, Error* error
        ) noexcept nogil
        int (*literal_score)(
            const Model* model, size_t n, const double* state, double alpha, double sigma,
            const Literal* literal, const Stream* noise, size_t n_threads, double* out,
            Error* error
        ) noexcept nogil
        int (*linear_schedule)(
            double start, double stop, double last_time, Schedule* schedule, Error* error
        ) noexcept nogil
        int (*posterior_start)(
            const Model* model, Chains* chains, const float* state, double alpha, double sigma,
            Error* error
        ) noexcept nogil
        int (*posterior_path)(
            const Model* model, Chains* chains, const Stages* stages, size_t n_sweeps,
            Key noise_key, size_t n_threads, float* state, Error* error
        ) noexcept nogil
        int (*reverse_sde)(
            const Model* model, uint64_t seed, const Schedule* schedule, size_t n_sweeps,
            size_t n_threads, Chains* chains, Error* error
        ) noexcept nogil


cdef extern from "scorerbm.h":
    const Api* import_api "scorerbm_import"() except NULL


cdef inline int check(int code, const Error* error) except -1 nogil:
    """Raise what a code stands for, with the message; do nothing after a success."""
    if code == OK:
        return 0
    with gil:
        kinds = {INVALID_ARGUMENT: ValueError, NO_MEMORY: MemoryError, NO_GRID: OverflowError}
        raise kinds.get(code, RuntimeError)((<const char*>error.message).decode("utf-8", "replace"))
