#include "flash_attention.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "attention_heads.h"
#include "attention_passes.h"
#include "team.h"

namespace silverpoint {
namespace {

using c10::BFloat16;

// What a core's caches hold of scores.
constexpr int64_t kQueries = 64;
constexpr int64_t kKeys = 512;

// The score of what is no key: its weight is next to nothing, its value zeros.
constexpr float kNone = -1e30F;

// A thread's, kept: made anew for every block, its pages would be as well.
struct Scratch {
  std::vector<float> scores = std::vector<float>(kQueries * kKeys);
  std::vector<BFloat16> weights = std::vector<BFloat16>(kQueries * kKeys);
  std::vector<float> sums;  // [queries, width]
};

class Forward {
 public:
  Forward(const AttentionInputs& inputs, const Attended& attended)
      : query_(inputs.query),
        key_(inputs.key),
        value_(inputs.value),
        factor_(static_cast<float>(inputs.scale * std::numbers::log2e)),
        output_(attended.output),
        levels_(attended.levels.data_ptr<float>()),
        keys_(madeUp(key_.rows())),
        size_(keys_ * key_.width() / 2),
        pairedKeys_(query_.count() * size_),
        pairedValues_(query_.count() * size_) {}

  void run() {
    const auto heads = query_.count(), each = (query_.rows() + kQueries - 1) / kQueries;
    Team::own().each(heads, [&](int64_t head) {
      pairColumns(key_[head], pairedKeys_.data() + head * size_);
      pairRows(value_[head], pairedValues_.data() + head * size_);
    });
    Team::own().each(heads * each, [&](int64_t i) { block(i / each, i % each * kQueries); });
  }

 private:
  void block(int64_t head, int64_t first) {
    static thread_local Scratch scratch;
    const auto query = query_[head], output = output_[head];
    const auto count = std::min(kQueries, query.rows - first), width = query.width;
    scratch.sums.resize(kQueries * width);
    std::vector<Softmax> softmaxes(count, Softmax{-std::numeric_limits<float>::infinity(), 0});
    for (int64_t key = 0; key < keys_; key += kKeys) {
      const auto some = std::min(kKeys, keys_ - key);
      const Product scores{count, some, width}, sums{count, width, some};
      scores(query.at(first), query.apart, pairedKeys_.data() + head * size_ + key, keys_, scratch.scores.data(), some, false);
      for (int64_t i = 0; i < count; ++i) {
        auto* row = scratch.scores.data() + i * some;
        std::fill(row + std::min(some, key_.rows() - key), row + some, kNone);
        const auto before = addScores(softmaxes[i], row, factor_, some, scratch.weights.data() + i * some);
        if (key > 0) scale(before, width, scratch.sums.data() + i * width);
      }
      sums(scratch.weights.data(), some, pairedValues_.data() + head * size_ + key / 2 * width, width, scratch.sums.data(), width, key > 0);
    }
    releaseProducts();
    for (int64_t i = 0; i < count; ++i) {
      const auto [highest, sum] = softmaxes[i];
      round(scratch.sums.data() + i * width, 1 / sum, width, output.at(first + i));
      levels_[head * query.rows + first + i] = highest + std::log2(sum);
    }
  }

  Heads query_;
  Heads key_;
  Heads value_;
  float factor_;
  Heads output_;
  float* levels_;
  int64_t keys_;
  int64_t size_;
  std::vector<Pair> pairedKeys_;
  std::vector<Pair> pairedValues_;
};

}  // namespace

Attended flashAttention(const AttentionInputs& inputs) {
  const auto& query = inputs.query;
  const Attended attended{emptyHeads(query), at::empty(query.sizes().slice(0, 3), query.options().dtype(at::kFloat))};
  Forward(inputs, attended).run();
  return attended;
}

}  // namespace silverpoint
