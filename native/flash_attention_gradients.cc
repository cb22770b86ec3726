#include <algorithm>
#include <numbers>
#include <vector>

#include "attention_heads.h"
#include "attention_passes.h"
#include "flash_attention.h"
#include "simd.h"
#include "team.h"

namespace silverpoint {
namespace {

using c10::BFloat16;

// Here keys are the rows, queries the columns: what a query's softmax needs is known already, and lies along them.
constexpr int64_t kKeys = 64;
constexpr int64_t kQueries = 256;

// A thread's, kept: made anew for every head, its pages would be as well.
struct Scratch {
  void fit(int64_t queries, int64_t width) {
    for (auto* pairs : {&queryColumns, &queryRows, &gradientColumns, &gradientRows}) pairs->resize(queries * width / 2);
    for (auto* numbers : {&levels, &means}) numbers->assign(queries, 0);
    ofQuery.resize(queries * width);
    for (auto* numbers : {&ofKey, &ofValue}) numbers->resize(kKeys * width);
    keys.resize(kKeys * width);
  }

  // Of a head, what every block of keys is multiplied with, and what all of them add to.
  std::vector<Pair> queryColumns, queryRows, gradientColumns, gradientRows;
  std::vector<float> levels, means;  // [queries]
  std::vector<float> ofQuery;        // [width, queries]
  // Of a block.
  std::vector<float> scores = std::vector<float>(kKeys * kQueries), ofWeights = scores;  // [keys, queries]
  std::vector<BFloat16> weights = std::vector<BFloat16>(kKeys * kQueries), ofScores = weights;
  std::vector<Pair> pairs = std::vector<Pair>(kKeys / 2 * kQueries);
  std::vector<BFloat16> keys;         // [width, keys]
  std::vector<float> ofKey, ofValue;  // [keys, width]
};

class Backward {
 public:
  Backward(const AttentionInputs& inputs, const Attended& attended, const at::Tensor& gradient, const AttentionGradients& results)
      : query_(inputs.query),
        key_(inputs.key),
        value_(inputs.value),
        scale_(static_cast<float>(inputs.scale)),
        output_(attended.output),
        levels_(attended.levels.data_ptr<float>()),
        gradient_(gradient),
        ofQuery_(results.query),
        ofKey_(results.key),
        ofValue_(results.value),
        queries_(madeUp(query_.rows())),
        width_(query_.width()) {}

  void run() const {
    Team::own().each(query_.count(), [&](int64_t head) {
      static thread_local Scratch scratch;
      prepare(head, scratch);
      for (int64_t key = 0; key < key_.rows(); key += kKeys) block(head, key, scratch);
      releaseProducts();
      transposed(scratch.ofQuery.data(), ofQuery_[head]);
    });
  }

 private:
  void prepare(int64_t head, Scratch& scratch) const {
    const auto query = query_[head], gradient = gradient_[head], output = output_[head];
    scratch.fit(queries_, width_);
    pairColumns(query, scratch.queryColumns.data());
    pairRows(query, scratch.queryRows.data());
    pairColumns(gradient, scratch.gradientColumns.data());
    pairRows(gradient, scratch.gradientRows.data());
    std::copy_n(levels_ + head * query.rows, query.rows, scratch.levels.data());
    for (int64_t row = 0; row < query.rows; ++row) scratch.means[row] = dot(gradient.at(row), output.at(row), width_);
  }

  void block(int64_t head, int64_t first, Scratch& scratch) const {
    const auto key = key_[head], value = value_[head];
    const auto count = std::min(kKeys, key.rows - first), even = count + count % 2;
    transposeRows(key, first, count, even, scratch.keys.data());
    for (int64_t query = 0; query < queries_; query += kQueries) {
      const auto some = std::min(kQueries, queries_ - query);
      const Product columns{count, some, width_}, rows{count, width_, some}, ofQuery{width_, some, even};
      columns(key.at(first), key.apart, scratch.queryColumns.data() + query, queries_, scratch.scores.data(), some, false);
      columns(value.at(first), value.apart, scratch.gradientColumns.data() + query, queries_, scratch.ofWeights.data(), some, false);
      gradients(count, query, some, scratch);
      const auto skipped = query / 2 * width_;
      rows(scratch.weights.data(), some, scratch.gradientRows.data() + skipped, width_, scratch.ofValue.data(), width_, query > 0);
      rows(scratch.ofScores.data(), some, scratch.queryRows.data() + skipped, width_, scratch.ofKey.data(), width_, query > 0);
      ofQuery(scratch.keys.data(), even, scratch.pairs.data(), some, scratch.ofQuery.data() + query, queries_, first > 0);
    }
    for (int64_t i = 0; i < count; ++i) {
      round(scratch.ofKey.data() + i * width_, 1, width_, ofKey_[head].at(first + i));
      round(scratch.ofValue.data() + i * width_, 1, width_, ofValue_[head].at(first + i));
    }
  }

  // The weights, and the scores' gradients, those also in pairs of keys; an odd last one's with zeros.
  void gradients(int64_t count, int64_t query, int64_t some, Scratch& scratch) const {
    const SoftmaxGradient softmax{scale_ * std::numbers::log2e_v<float>, scale_, scratch.levels.data() + query, scratch.means.data() + query};
    auto* ofScores = scratch.ofScores.data();
    for (int64_t i = 0; i < count * some; i += some) {
      scoreGradients(softmax, scratch.scores.data() + i, scratch.ofWeights.data() + i, some, scratch.weights.data() + i, ofScores + i);
    }
    if (count % 2) std::fill_n(ofScores + count * some, some, BFloat16(0));
    for (int64_t i = 0; i < count; i += 2) interleave(ofScores + i * some, ofScores + (i + 1) * some, some, scratch.pairs.data() + i / 2 * some);
  }

  // Rows of a head as [width, size], made up with zeros.
  static void transposeRows(const Head& head, int64_t first, int64_t count, int64_t size, BFloat16* to) {
    for (int64_t row = 0; row < size; ++row) {
      for (int64_t i = 0; i < head.width; ++i) to[i * size + row] = row < count ? head.at(first + row)[i] : BFloat16(0);
    }
  }

  // from [width, queries]; a vector's queries at a time, as they lie beside each other.
  void transposed(const float* from, const Head& to) const {
    std::vector<float> rows(kLanes * width_);
    for (int64_t first = 0; first < to.rows; first += kLanes) {
      for (int64_t i = 0; i < width_; ++i) {
        for (int64_t lane = 0; lane < kLanes; ++lane) rows[lane * width_ + i] = from[i * queries_ + first + lane];
      }
      const auto count = std::min(kLanes, to.rows - first);
      for (int64_t lane = 0; lane < count; ++lane) round(rows.data() + lane * width_, 1, width_, to.at(first + lane));
    }
  }

  Heads query_;
  Heads key_;
  Heads value_;
  float scale_;
  Heads output_;
  const float* levels_;
  Heads gradient_;
  Heads ofQuery_;
  Heads ofKey_;
  Heads ofValue_;
  int64_t queries_;
  int64_t width_;
};

}  // namespace

AttentionGradients flashAttentionGradients(const AttentionInputs& inputs, const Attended& attended, const at::Tensor& gradient) {
  const AttentionGradients results{emptyHeads(inputs.query), emptyHeads(inputs.key), emptyHeads(inputs.value)};
  Backward(inputs, attended, gradient, results).run();
  return results;
}

}  // namespace silverpoint
