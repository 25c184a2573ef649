#include "capi/table.h"

#include "capi/functions.h"

namespace scorerbm {

// In the order of the header. New functions go to the end.
const scorerbm_api c_api = {
    SCORERBM_ABI_VERSION, sizeof(scorerbm_api),  capi::derive_key,      capi::philox,
    capi::words,          capi::uniform,         capi::normal,          capi::logistic,
    capi::model_new,      capi::model_free,      capi::model_info,      capi::energy,
    capi::free_energy,    capi::random_start,    capi::gibbs,           capi::mean_field_score,
    capi::literal_score,  capi::linear_schedule, capi::posterior_start, capi::posterior_path,
    capi::reverse_sde,
};

}  // namespace scorerbm
