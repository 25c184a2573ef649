# cython: language_level=3, boundscheck=False, wraparound=False
"""The lowest energy found by chains that are cooled, in a loop without the GIL."""

import numpy as np

cimport scorerbm
from libc.stdint cimport uint8_t, uint64_t

cdef const scorerbm.Api* api = scorerbm.import_api()


cdef class Handle:
    """A model prepared for the kernels, freed with this object."""

    cdef scorerbm.Model* model

    def __cinit__(self, const float[:, ::1] weights, const float[::1] b, const float[::1] c):
        cdef scorerbm.Parameters parameters
        cdef scorerbm.Error error
        parameters.n_visible, parameters.n_hidden = weights.shape[0], weights.shape[1]
        parameters.weights = &weights[0, 0]
        parameters.visible_bias, parameters.hidden_bias = &b[0], &c[0]
        parameters.data_mean = NULL
        parameters.precision = scorerbm.PRECISION_AUTO
        scorerbm.check(api.model_new(&parameters, &self.model, &error), &error)

    def __dealloc__(self):
        api.model_free(self.model)


def lowest(model, size_t n_chains, size_t n_sweeps, uint64_t seed):
    """Cool chains from β = 0 to 2; return the lowest energy that any has after a sweep."""
    cdef Handle handle = Handle(model.weights, model.visible_bias, model.hidden_bias)
    cdef uint8_t[:, ::1] v = np.empty((n_chains, model.n_visible), np.uint8)
    cdef uint8_t[:, ::1] h = np.empty((n_chains, model.n_hidden), np.uint8)
    cdef double[::1] beta = np.empty(n_chains), energy = np.empty(n_chains)
    cdef scorerbm.Chains chains
    cdef scorerbm.Sweeps sweeps
    cdef scorerbm.Key start
    cdef scorerbm.Error error
    cdef double best = np.inf
    cdef size_t s, i
    chains.count, chains.first_chain, chains.ids = n_chains, 0, NULL
    chains.visible, chains.hidden = &v[0, 0], &h[0, 0]
    sweeps.n_sweeps, sweeps.n_threads = 1, 0
    sweeps.beta, sweeps.frozen, sweeps.mean = &beta[0], NULL, NULL
    with nogil:
        scorerbm.check(api.derive_key(seed, "start", &start, &error), &error)
        scorerbm.check(api.derive_key(seed, "sweeps", &chains.key, &error), &error)
        scorerbm.check(api.random_start(handle.model, &chains, start, &error), &error)
        for s in range(n_sweeps):
            beta[:] = 2.0 * s / (n_sweeps - 1)
            scorerbm.check(api.gibbs(handle.model, &chains, &sweeps, &error), &error)
            scorerbm.check(
                api.energy(
                    handle.model, n_chains, &v[0, 0], &h[0, 0], 0, &energy[0], &error
                ),
                &error,
            )
            for i in range(n_chains):
                best = min(best, energy[i])
    return best
