// Group normalisation of pictures that lie channels last, [B, pixels, channels]; with it a factor and shift of each picture and
// channel, and SiLU. A block has some pixels of one picture, a thread V channels of every blockDim.y-th of them. Each pass is preceded
// by one that leaves the blocks' sums in `partial`, [B, groups, blocks], which are added up in the same order every time.

struct Shape {
  int pixels, channels, groups;
  int perBlock;  // pixels
};

struct Place {
  __device__ explicit Place(const Shape& shape)
      : channel(threadIdx.x * V),
        size(shape.channels / shape.groups),
        first(blockIdx.x * shape.perBlock),
        last(min(shape.pixels, first + shape.perBlock)),
        start((long long)blockIdx.y * shape.pixels * shape.channels + channel) {}

  int channel;      // the thread's first
  int size;         // channels of a group
  int first, last;  // the block's pixels
  long long start;  // of the picture's numbers at the channel
};

// Whole warps of a block, each of which adds up a group.
struct Warp {
  __device__ Warp() {
    const int thread = threadIdx.y * blockDim.x + threadIdx.x;
    index = thread / 32, lane = thread % 32, count = blockDim.x * blockDim.y / 32;
  }

  // The first lane's group gets it.
  __device__ float2 sum(float2 own) const {
#pragma unroll
    for (int apart = 16; apart > 0; apart /= 2) {
      own.x += __shfl_xor_sync(0xffffffffu, own.x, apart);
      own.y += __shfl_xor_sync(0xffffffffu, own.y, apart);
    }
    return own;
  }

  int index, lane, count;
};

__device__ __forceinline__ float2 operator+(float2 a, float2 b) { return make_float2(a.x + b.x, a.y + b.y); }

__device__ __forceinline__ float perChannel(const float* numbers, int at, float otherwise) { return numbers ? numbers[at] : otherwise; }

__device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + __expf(-x)); }

// The gradient of u, from that of u sigmoid(u).
__device__ __forceinline__ float throughSilu(float gradient, float u) {
  const float s = sigmoid(u);
  return gradient * s * (1 + u * (1 - s));
}

// From sums of each thread's channels those of the block's groups. shared: [blockDim.y, channels]
__device__ void keepGroups(const float2* sums, float2* shared, const Shape& shape, float2* partial) {
  const Warp warp;
  const int size = shape.channels / shape.groups;
#pragma unroll
  for (int i = 0; i < V; ++i) shared[threadIdx.y * shape.channels + threadIdx.x * V + i] = sums[i];
  __syncthreads();
  for (int group = warp.index; warp.index < warp.count && group < shape.groups; group += warp.count) {
    float2 sum = make_float2(0, 0);
    for (int i = warp.lane; i < size * (int)blockDim.y; i += 32) sum = sum + shared[i / size * shape.channels + group * size + i % size];
    sum = warp.sum(sum);
    if (warp.lane == 0) partial[(blockIdx.y * shape.groups + group) * gridDim.x + blockIdx.x] = sum;
  }
}

// From sums of all blocks those of the picture's groups. shared: [groups]
__device__ void sumGroups(const float2* partial, float2* shared, const Shape& shape) {
  const Warp warp;
  for (int group = warp.index; warp.index < warp.count && group < shape.groups; group += warp.count) {
    float2 sum = make_float2(0, 0);
    for (int block = warp.lane; block < (int)gridDim.x; block += 32) {
      sum = sum + partial[(blockIdx.y * shape.groups + group) * gridDim.x + block];
    }
    sum = warp.sum(sum);
    if (warp.lane == 0) shared[group] = sum;
  }
  __syncthreads();
}

// Sums of the pixels and of their squares.
extern "C" __global__ void moments(const T* input, Shape shape, float2* partial) {
  extern __shared__ float2 shared[];
  const Place place(shape);
  float2 sums[V] = {};
  for (int pixel = place.first + threadIdx.y; pixel < place.last; pixel += blockDim.y) {
    const Numbers x = read(input + place.start + (long long)pixel * shape.channels);
#pragma unroll
    for (int i = 0; i < V; ++i) sums[i] = sums[i] + make_float2(x.at[i], x.at[i] * x.at[i]);
  }
  keepGroups(sums, shared, shape, partial);
}

// normal [B, groups]: means, and 1 / deviations
extern "C" __global__ void normalised(const T* input, const float2* partial, const T* weight, const T* bias, const float* factor,
                                      const float* shift, float epsilon, int activated, Shape shape, float2* normal, T* output) {
  extern __shared__ float2 shared[];
  const Place place(shape);
  sumGroups(partial, shared, shape);
  const float count = (float)place.size * shape.pixels;
  float scale[V], offset[V];
#pragma unroll
  for (int i = 0; i < V; ++i) {
    const int own = place.channel + i, group = own / place.size, at = blockIdx.y * shape.channels + own;
    const float mean = shared[group].x / count;
    const float slope = rsqrtf(fmaxf(shared[group].y / count - mean * mean, 0) + epsilon);
    if (blockIdx.x == 0 && threadIdx.y == 0) normal[blockIdx.y * shape.groups + group] = make_float2(mean, slope);
    const float weighted = slope * widened(weight[own]), scaled = perChannel(factor, at, 1);
    scale[i] = weighted * scaled;
    offset[i] = (widened(bias[own]) - mean * weighted) * scaled + perChannel(shift, at, 0);
  }
  for (int pixel = place.first + threadIdx.y; pixel < place.last; pixel += blockDim.y) {
    const long long at = place.start + (long long)pixel * shape.channels;
    Numbers x = read(input + at);
#pragma unroll
    for (int i = 0; i < V; ++i) {
      const float u = x.at[i] * scale[i] + offset[i];
      x.at[i] = activated ? u * sigmoid(u) : u;
    }
    write(x, output + at);
  }
}

// A thread's channels: x' = (x - mean) slope is normalised, u = factor (weight x' + bias) + shift what is activated.
struct Channels {
  __device__ Channels(const float2* normal, const T* weights, const T* bias, const float* factor, const float* shift, int isActivated,
                      const Shape& shape)
      : activated(isActivated) {
    const int size = shape.channels / shape.groups;
#pragma unroll
    for (int i = 0; i < V; ++i) {
      const int own = threadIdx.x * V + i, at = blockIdx.y * shape.channels + own;
      const float2 known = normal[blockIdx.y * shape.groups + own / size];
      const float scaled = perChannel(factor, at, 1);
      mean[i] = known.x, slope[i] = known.y;
      weight[i] = widened(weights[own]) * scaled;
      offset[i] = widened(bias[own]) * scaled + perChannel(shift, at, 0);
    }
  }

  __device__ float normalised(float x, int i) const { return (x - mean[i]) * slope[i]; }

  // u's gradient
  __device__ float gradient(float given, float normal, int i) const {
    return activated ? throughSilu(given, normal * weight[i] + offset[i]) : given;
  }

  float mean[V], slope[V], weight[V], offset[V];
  int activated;
};

// Sums of h = weight factor (u's gradient), and of it times x'. ofChannels [B, blocks, channels], where it is asked for: of u's
// gradient, and of it times x'.
extern "C" __global__ void gradientSums(const T* input, const T* gradients, const float2* normal, const T* weight, const T* bias,
                                        const float* factor, const float* shift, int activated, Shape shape, float2* partial,
                                        float2* ofChannels) {
  extern __shared__ float2 shared[];
  const Place place(shape);
  const Channels channels(normal, weight, bias, factor, shift, activated, shape);
  float2 sums[V] = {};
  for (int pixel = place.first + threadIdx.y; pixel < place.last; pixel += blockDim.y) {
    const long long at = place.start + (long long)pixel * shape.channels;
    const Numbers x = read(input + at), given = read(gradients + at);
#pragma unroll
    for (int i = 0; i < V; ++i) {
      const float x1 = channels.normalised(x.at[i], i), gradient = channels.gradient(given.at[i], x1, i);
      sums[i] = sums[i] + make_float2(gradient, gradient * x1);
    }
  }
  if (ofChannels) {
#pragma unroll
    for (int i = 0; i < V; ++i) shared[threadIdx.y * shape.channels + place.channel + i] = sums[i];
    __syncthreads();
    for (int own = threadIdx.y * blockDim.x + threadIdx.x; own < shape.channels; own += blockDim.x * blockDim.y) {
      float2 sum = make_float2(0, 0);
      for (int row = 0; row < (int)blockDim.y; ++row) sum = sum + shared[row * shape.channels + own];
      ofChannels[(blockIdx.y * gridDim.x + blockIdx.x) * shape.channels + own] = sum;
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < V; ++i) sums[i] = make_float2(channels.weight[i] * sums[i].x, channels.weight[i] * sums[i].y);
  keepGroups(sums, shared, shape, partial);
}

// slope (h - mean(h) - x' mean(h x')), the means being over a group
extern "C" __global__ void inputGradients(const T* input, const T* gradients, const float2* normal, const T* weight, const T* bias,
                                          const float* factor, const float* shift, int activated, const float2* partial, Shape shape,
                                          T* output) {
  extern __shared__ float2 shared[];
  const Place place(shape);
  sumGroups(partial, shared, shape);
  const Channels channels(normal, weight, bias, factor, shift, activated, shape);
  const float count = (float)place.size * shape.pixels;
  float mean[V], product[V];
#pragma unroll
  for (int i = 0; i < V; ++i) {
    const float2 sum = shared[(place.channel + i) / place.size];
    mean[i] = sum.x / count, product[i] = sum.y / count;
  }
  for (int pixel = place.first + threadIdx.y; pixel < place.last; pixel += blockDim.y) {
    const long long at = place.start + (long long)pixel * shape.channels;
    Numbers x = read(input + at);
    const Numbers given = read(gradients + at);
#pragma unroll
    for (int i = 0; i < V; ++i) {
      const float x1 = channels.normalised(x.at[i], i), h = channels.weight[i] * channels.gradient(given.at[i], x1, i);
      x.at[i] = channels.slope[i] * (h - mean[i] - x1 * product[i]);
    }
    write(x, output + at);
  }
}
