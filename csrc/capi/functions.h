// The functions of the table, which src/scorerbm/include/scorerbm.h documents.
#pragma once

#include <cstddef>
#include <cstdint>

#include "scorerbm.h"

namespace scorerbm {
namespace capi {

int derive_key(std::uint64_t seed, const char* purpose, scorerbm_key* key, scorerbm_error* error);
void philox(const std::uint32_t counter[4], scorerbm_key key, std::uint32_t words[4]);
int words(const scorerbm_stream* stream, std::uint32_t first_block, std::size_t n_blocks,
          std::uint32_t* out, scorerbm_error* error);
int uniform(const scorerbm_stream* stream, std::size_t width, double* out, scorerbm_error* error);
int normal(const scorerbm_stream* stream, std::size_t width, float* out, scorerbm_error* error);
int logistic(const scorerbm_stream* stream, std::size_t width, float* out, scorerbm_error* error);

int model_new(const scorerbm_parameters* parameters, scorerbm_model** model, scorerbm_error* error);
void model_free(scorerbm_model* model);
int model_info(const scorerbm_model* model, scorerbm_model_info* info, scorerbm_error* error);

int energy(const scorerbm_model* model, std::size_t n, const std::uint8_t* visible,
           const std::uint8_t* hidden, std::size_t n_threads, double* out, scorerbm_error* error);
int free_energy(const scorerbm_model* model, std::size_t n, const std::uint8_t* visible,
                std::size_t n_threads, double* out, scorerbm_error* error);

int random_start(const scorerbm_model* model, scorerbm_chains* chains, scorerbm_key key,
                 scorerbm_error* error);
int gibbs(const scorerbm_model* model, scorerbm_chains* chains, const scorerbm_sweeps* sweeps,
          scorerbm_error* error);

int mean_field_score(const scorerbm_model* model, std::size_t n, const double* state, double alpha,
                     double sigma, std::size_t n_iterations, std::size_t n_threads, double* out,
                     scorerbm_error* error);
int literal_score(const scorerbm_model* model, std::size_t n, const double* state, double alpha,
                  double sigma, const scorerbm_literal* literal, const scorerbm_stream* noise,
                  std::size_t n_threads, double* out, scorerbm_error* error);

int linear_schedule(double start, double stop, double last_time, scorerbm_schedule* schedule,
                    scorerbm_error* error);
int posterior_start(const scorerbm_model* model, scorerbm_chains* chains, const float* state,
                    double alpha, double sigma, scorerbm_error* error);
int posterior_path(const scorerbm_model* model, scorerbm_chains* chains,
                   const scorerbm_stages* stages, std::size_t n_sweeps, scorerbm_key noise_key,
                   std::size_t n_threads, float* state, scorerbm_error* error);
int reverse_sde(const scorerbm_model* model, std::uint64_t seed, const scorerbm_schedule* schedule,
                std::size_t n_sweeps, std::size_t n_threads, scorerbm_chains* chains,
                scorerbm_error* error);

}  // namespace capi
}  // namespace scorerbm
