/* The mean energy of a model's chains after each sweep, in a loop of C without the GIL. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>

#include "scorerbm.h"

static const scorerbm_api* api; /* set when the module is imported */

static double mean(const double* numbers, size_t size) {
    double sum = 0.0;
    for (size_t i = 0; i < size; ++i) sum += numbers[i];
    return sum / (double)size;
}

/* Fills out (n_sweeps); returns a code of the interface. `energy` has room for a chain each. */
static int run(const scorerbm_model* model, scorerbm_chains* chains, uint64_t seed, size_t n_sweeps,
               double* energy, double* out, scorerbm_error* error) {
    const scorerbm_sweeps one_sweep = {.n_sweeps = 1};
    scorerbm_key start;
    int code = api->derive_key(seed, "start", &start, error);
    if (code == SCORERBM_OK) code = api->derive_key(seed, "sweeps", &chains->key, error);
    if (code == SCORERBM_OK) code = api->random_start(model, chains, start, error);
    for (size_t s = 0; code == SCORERBM_OK && s < n_sweeps; ++s) {
        code = api->gibbs(model, chains, &one_sweep, error);
        if (code != SCORERBM_OK) break;
        code = api->energy(model, chains->count, chains->visible, chains->hidden, 0, energy, error);
        out[s] = mean(energy, chains->count);
    }
    return code;
}

static PyObject* as_list(const double* numbers, Py_ssize_t size) {
    PyObject* list = PyList_New(size);
    for (Py_ssize_t i = 0; list != NULL && i < size; ++i) {
        PyObject* number = PyFloat_FromDouble(numbers[i]);
        if (number == NULL) {
            Py_CLEAR(list);
        } else {
            PyList_SET_ITEM(list, i, number);
        }
    }
    return list;
}

/* The list that `mean_energies` returns, with memory and a model of its own while it works. */
static PyObject* energies_of(const scorerbm_parameters* parameters, size_t n_chains,
                             size_t n_sweeps, uint64_t seed) {
    scorerbm_chains chains = {.count = n_chains,
                              .visible = malloc(n_chains * parameters->n_visible),
                              .hidden = malloc(n_chains * parameters->n_hidden)};
    double* energy = malloc(n_chains * sizeof *energy);
    double* out = malloc(n_sweeps * sizeof *out);
    scorerbm_model* model = NULL;
    scorerbm_error error = {"not enough memory"};
    int code = SCORERBM_NO_MEMORY;

    if (chains.visible != NULL && chains.hidden != NULL && energy != NULL && out != NULL) {
        Py_BEGIN_ALLOW_THREADS code = api->model_new(parameters, &model, &error);
        if (code == SCORERBM_OK) code = run(model, &chains, seed, n_sweeps, energy, out, &error);
        api->model_free(model);
        Py_END_ALLOW_THREADS
    }

    PyObject* result = NULL;
    if (code == SCORERBM_OK) {
        result = as_list(out, (Py_ssize_t)n_sweeps);
    } else {
        PyErr_SetString(PyExc_RuntimeError, error.message);
    }
    free(out);
    free(energy);
    free(chains.hidden);
    free(chains.visible);
    return result;
}

/* mean_energies(weights, visible_bias, hidden_bias, n_chains, n_sweeps, seed), of float32 arrays.
 */
static PyObject* mean_energies(PyObject* self, PyObject* args) {
    Py_buffer weights, visible_bias, hidden_bias;
    Py_ssize_t n_chains, n_sweeps;
    unsigned long long seed;
    PyObject* result = NULL;
    (void)self;
    if (!PyArg_ParseTuple(args, "y*y*y*nnK", &weights, &visible_bias, &hidden_bias, &n_chains,
                          &n_sweeps, &seed)) {
        return NULL;
    }
    const size_t n = (size_t)visible_bias.len / sizeof(float);
    const size_t m = (size_t)hidden_bias.len / sizeof(float);
    const scorerbm_parameters parameters = {.n_visible = n,
                                            .n_hidden = m,
                                            .weights = weights.buf,
                                            .visible_bias = visible_bias.buf,
                                            .hidden_bias = hidden_bias.buf};
    if ((size_t)weights.len == n * m * sizeof(float) && n_chains > 0 && n_sweeps > 0) {
        result = energies_of(&parameters, (size_t)n_chains, (size_t)n_sweeps, seed);
    } else { /* sizes are ours to look at: the interface knows pointers only */
        PyErr_SetString(PyExc_ValueError,
                        "expected a weight for each pair of units, and chains "
                        "and sweeps of 1 or more");
    }
    PyBuffer_Release(&hidden_bias);
    PyBuffer_Release(&visible_bias);
    PyBuffer_Release(&weights);
    return result;
}

static PyMethodDef methods[] = {
    {"mean_energies", mean_energies, METH_VARARGS, "The mean energy of chains after each sweep."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "energies", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_energies(void) {
    api = scorerbm_import();
    return api == NULL ? NULL : PyModule_Create(&definition);
}
