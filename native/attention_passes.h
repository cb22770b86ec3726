// What attention does between its products: the softmax and its gradient, in powers of two, and laying matrices out in pairs.
#pragma once

#include <c10/util/BFloat16.h>

#include <cstdint>

#include "pairs.h"

namespace silverpoint {

// One query's softmax over the keys so far, whose weights are 2^(factor * score - highest).
struct Softmax {
  float highest;
  float sum;
};

// Takes in the scores of `count` further keys. weights: theirs. Returns by what those before are to be multiplied.
float addScores(Softmax& softmax, const float* scores, float factor, int64_t count, c10::BFloat16* weights);

// Of queries: their weights are 2^(factor * score - level), their scores' gradients scale * weight * (ofWeight - mean).
struct SoftmaxGradient {
  float factor;
  float scale;
  const float* levels;
  const float* means;
};

// One key's, of `count` queries. ofWeights: the weights' gradients.
void scoreGradients(const SoftmaxGradient& softmax, const float* scores, const float* ofWeights, int64_t count, c10::BFloat16* weights,
                    c10::BFloat16* ofScores);

// Two rows as one of pairs.
void interleave(const c10::BFloat16* first, const c10::BFloat16* second, int64_t count, Pair* pairs);

void scale(float factor, int64_t count, float* numbers);

// numbers times the factor.
void round(const float* numbers, float factor, int64_t count, c10::BFloat16* to);

// The sum of products.
float dot(const c10::BFloat16* a, const c10::BFloat16* b, int64_t count);

}  // namespace silverpoint
