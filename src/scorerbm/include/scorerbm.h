/*
 * The C interface of scorerbm: a table of functions, handed out by the capsule
 * scorerbm._core._C_API. docs/c-api.md has the rules, an example, and what stays as it is.
 *
 * Every function may be called without the GIL and by several threads at once, as long as no two
 * calls write to the same memory. None throws, longjmps or touches Python. Those that can fail
 * return a code, SCORERBM_OK or one of the others, and write a sentence to `error` unless that is
 * null. After a failure the contents of output arrays are unspecified.
 *
 * Arrays are contiguous, rows first. States are bytes, 0 or 1, a chain a row. n_threads is at
 * most how many threads a call takes, 0 for one a core; it changes no result.
 */
#ifndef SCORERBM_H
#define SCORERBM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SCORERBM_ABI_VERSION 1
#define SCORERBM_CAPSULE_NAME "scorerbm._core._C_API"

enum {
    SCORERBM_OK = 0,
    SCORERBM_INVALID_ARGUMENT = 1, /* the message names it */
    SCORERBM_NO_MEMORY = 2,
    SCORERBM_NO_GRID = 3, /* weights too large to be rounded: the model has diverged */
    SCORERBM_FAILED = 4   /* anything else; the message says what */
};

/* What went wrong: one sentence, ended by a zero; empty after a success. */
typedef struct scorerbm_error {
    char message[256];
} scorerbm_error;

/* -- random numbers ------------------------------------------------------------------------------
 * A draw is a block of Philox4x32-10, four words, under a key. Its counter says what is drawn:
 * block (which units of the row), chain, step, domain. */

typedef struct scorerbm_key {
    uint32_t low, high;
} scorerbm_key;

enum { /* the kind of draw, in bits 0-7 of the domain; bits 8-31 are yours to number repetitions */
       SCORERBM_DOMAIN_HIDDEN = 0,
       SCORERBM_DOMAIN_VISIBLE = 1,
       SCORERBM_DOMAIN_NORMAL = 2,
       SCORERBM_DOMAIN_LOGISTIC_HIDDEN = 3,
       SCORERBM_DOMAIN_LOGISTIC_VISIBLE = 4,
       SCORERBM_DOMAIN_UNIFORM = 5,
       SCORERBM_DOMAIN_SWAP = 6
};

/* The numbers of n_chains chains: ids, or first_chain, first_chain + 1, ... where ids is null. */
typedef struct scorerbm_stream {
    scorerbm_key key;
    uint32_t step, domain;
    size_t n_chains;
    const uint32_t* ids;
    uint32_t first_chain;
} scorerbm_stream;

/* -- models --------------------------------------------------------------------------------------
 * E(v, h) = -v'Wh - b'v - c'h of binary units, prepared for the kernels. A model is never written
 * to once it is made: any number of threads may use it until it is freed. */

typedef struct scorerbm_model scorerbm_model;

enum { /* the grid that chains round the weights to: as `precision` of the samplers in Python */
       SCORERBM_PRECISION_AUTO = 0,
       SCORERBM_PRECISION_INT16 = 16,
       SCORERBM_PRECISION_INT32 = 32
};

typedef struct scorerbm_parameters { /* they are copied */
    size_t n_visible, n_hidden;
    const float* weights;      /* (n_visible, n_hidden) */
    const float* visible_bias; /* (n_visible) */
    const float* hidden_bias;  /* (n_hidden) */
    const double* data_mean;   /* (n_visible), frequencies of ones in the data, or null */
    int precision;
} scorerbm_parameters;

typedef struct scorerbm_model_info {
    size_t n_visible, n_hidden;
    int bits;    /* of the grid: 16 or 32 */
    double grid; /* its spacing, info["grid"] in Python */
} scorerbm_model_info;

/* -- chains --------------------------------------------------------------------------------------
 * `count` Markov chains that can be resumed: with the key and its number, a chain's sweep selects
 * its random numbers. Every call moves `sweep` on; 100 sweeps are the same as 50 and 50 more. */

typedef struct scorerbm_chains {
    size_t count;
    uint8_t* visible;    /* (count, n_visible), in and out */
    uint8_t* hidden;     /* (count, n_hidden), out */
    const uint32_t* ids; /* (count), or null: first_chain, first_chain + 1, ... */
    uint32_t first_chain;
    uint32_t sweep; /* sweeps made so far */
    scorerbm_key key;
} scorerbm_chains;

/* What is not asked for is zero or null. */
typedef struct scorerbm_sweeps {
    size_t n_sweeps;
    const double* beta;    /* (count), inverse temperature of each chain; null: 1 */
    const uint8_t* frozen; /* (n_visible), units that keep their state; null: none */
    double* mean; /* (count, n_visible), mean of p(v=1|h) over the sweeps; null: not asked */
    size_t n_threads;
} scorerbm_sweeps;

/* -- scores and integration ---------------------------------------------------------------------
 */

/* The literal score W E[s((W'v + c + L)/tau)] + b over logistic noise L. */
typedef struct scorerbm_literal {
    double tau;
    size_t n_noises; /* to average over, where there is no table */
    int antithetic;  /* whether noises come in pairs L, -L */
    /* The expectation: scorerbm.gumbel.expectation_table(tau); null for no table. */
    const float* table; /* (7, 16) */
    float table_scale;
} scorerbm_literal;

/* Noisy states v_t = alpha v_0 + sigma z at the times t_0 > t_1 > ... > t_n of an integration. */
typedef struct scorerbm_schedule {
    size_t n_steps;
    double* alpha; /* (n_steps + 1) */
    double* sigma; /* (n_steps + 1) */
    double* noise; /* (n_steps), rate of noise times length of the step */
} scorerbm_schedule;

enum { SCORERBM_PLAIN = 0, SCORERBM_PREDICT = 1, SCORERBM_CORRECT = 2 };

/* What an integrator does, each stage with one posterior mean m of the state s it starts from:
 *   plain    x <- keep s + pull m + spread z, with s = x
 *   predict  y <- the same, and x stays
 *   correct  x <- keep s + pull m + base x + spread z, with s = y */
typedef struct scorerbm_stages {
    size_t count;
    const double *alpha, *sigma; /* of the noisy state s, (count) each */
    const double *keep, *pull;
    const double *base, *spread; /* null: 0 */
    const uint8_t* kind;         /* null: plain */
    uint32_t first;              /* number of the first stage: the step of its noise z */
} scorerbm_stages;

/* -- the table -----------------------------------------------------------------------------------
 * Functions are added at the end, and none is ever changed or taken away under one ABI version.
 * `size` tells which are there. */

typedef struct scorerbm_api {
    uint32_t abi_version;
    size_t size; /* of this table in the library at hand, bytes */

    /* The key of a purpose under a seed, as the samplers derive theirs. "start" and "sweeps" are
     * those of BlockGibbs. purpose: bytes that end with a zero; null or empty for none. */
    int (*derive_key)(uint64_t seed, const char* purpose, scorerbm_key* key, scorerbm_error* error);
    /* One block. */
    void (*philox)(const uint32_t counter[4], scorerbm_key key, uint32_t words[4]);
    /* n_blocks blocks of each chain from first_block on, (n_chains, n_blocks, 4). */
    int (*words)(const scorerbm_stream* stream, uint32_t first_block, size_t n_blocks,
                 uint32_t* out, scorerbm_error* error);
    /* Numbers in [0, 1), of 53 bits; standard normal; logistic: (n_chains, width) from block 0. */
    int (*uniform)(const scorerbm_stream* stream, size_t width, double* out, scorerbm_error* error);
    int (*normal)(const scorerbm_stream* stream, size_t width, float* out, scorerbm_error* error);
    int (*logistic)(const scorerbm_stream* stream, size_t width, float* out, scorerbm_error* error);

    /* A model, which the caller frees. Null may be freed. */
    int (*model_new)(const scorerbm_parameters* parameters, scorerbm_model** model,
                     scorerbm_error* error);
    void (*model_free)(scorerbm_model* model);
    int (*model_info)(const scorerbm_model* model, scorerbm_model_info* info,
                      scorerbm_error* error);

    /* E(v, h) and F(v) = -b'v - sum_j softplus((W'v + c)_j) of n rows, to out (n). */
    int (*energy)(const scorerbm_model* model, size_t n, const uint8_t* visible,
                  const uint8_t* hidden, size_t n_threads, double* out, scorerbm_error* error);
    int (*free_energy)(const scorerbm_model* model, size_t n, const uint8_t* visible,
                       size_t n_threads, double* out, scorerbm_error* error);

    /* Fair coins for the visible states; `key` is that of the start, and sweep becomes 0. */
    int (*random_start)(const scorerbm_model* model, scorerbm_chains* chains, scorerbm_key key,
                        scorerbm_error* error);
    /* Block-Gibbs sweeps h ~ p(h|v), v ~ p(v|h). With all visible units frozen: draws of h. */
    int (*gibbs)(const scorerbm_model* model, scorerbm_chains* chains,
                 const scorerbm_sweeps* sweeps, scorerbm_error* error);

    /* Scores of n noisy states (n, n_visible), by mean-field iteration and literally. The chains
     * of `noise` are the rows, its step is the number of the call; null where there is a table. */
    int (*mean_field_score)(const scorerbm_model* model, size_t n, const double* state,
                            double alpha, double sigma, size_t n_iterations, size_t n_threads,
                            double* out, scorerbm_error* error);
    int (*literal_score)(const scorerbm_model* model, size_t n, const double* state, double alpha,
                         double sigma, const scorerbm_literal* literal,
                         const scorerbm_stream* noise, size_t n_threads, double* out,
                         scorerbm_error* error);

    /* Amplitudes and noise of the rate start + (stop - start) t at n_steps + 1 times, uniform from
     * 1 to last_time: LinearSchedule in Python. Writes to the arrays of `schedule`. */
    int (*linear_schedule)(double start, double stop, double last_time, scorerbm_schedule* schedule,
                           scorerbm_error* error);
    /* Visible states around E[v_0 | v_t] of independent units, for chains to start from. */
    int (*posterior_start)(const scorerbm_model* model, scorerbm_chains* chains, const float* state,
                           double alpha, double sigma, scorerbm_error* error);
    /* Carries states (count, n_visible) through stages, with the means of posterior chains that
     * make n_sweeps sweeps a stage and are kept from one stage to the next. */
    int (*posterior_path)(const scorerbm_model* model, scorerbm_chains* chains,
                          const scorerbm_stages* stages, size_t n_sweeps, scorerbm_key noise_key,
                          size_t n_threads, float* state, scorerbm_error* error);
    /* ReverseSDE(n_steps).sample with the GibbsDenoiser(n_sweeps): samples of the model, to
     * `visible` and `hidden` of chains, of which key and sweep are left alone. */
    int (*reverse_sde)(const scorerbm_model* model, uint64_t seed,
                       const scorerbm_schedule* schedule, size_t n_sweeps, size_t n_threads,
                       scorerbm_chains* chains, scorerbm_error* error);
} scorerbm_api;

#ifdef __cplusplus
}
#endif

/* With Python.h included before: the table, to be called with the GIL held, once, when a module is
 * imported. Returns null with an ImportError set if scorerbm has no compiled module or one of
 * another ABI. */
#ifdef Py_PYTHON_H
static inline const scorerbm_api* scorerbm_import(void) {
    const scorerbm_api* api = NULL;
    PyObject* module = PyImport_ImportModule("scorerbm._core");
    PyObject* capsule = module == NULL ? NULL : PyObject_GetAttrString(module, "_C_API");
    if (module != NULL && capsule == NULL) {
        PyErr_SetString(PyExc_ImportError, "scorerbm: what is installed has no C interface");
    }
    if (capsule != NULL) {
        api = (const scorerbm_api*)PyCapsule_GetPointer(capsule, SCORERBM_CAPSULE_NAME);
    }
    Py_XDECREF(capsule);
    Py_XDECREF(module);
    if (api == NULL) return NULL;
    if (api->abi_version != SCORERBM_ABI_VERSION) {
        PyErr_Format(PyExc_ImportError,
                     "scorerbm: this module was built for version %d of its C interface, and "
                     "version %d is installed",
                     (int)SCORERBM_ABI_VERSION, (int)api->abi_version);
        return NULL;
    }
    if (api->size < sizeof(scorerbm_api)) {
        PyErr_SetString(PyExc_ImportError,
                        "scorerbm: this module was built with a newer scorerbm than is installed");
        return NULL;
    }
    return api;
}
#endif

#endif
