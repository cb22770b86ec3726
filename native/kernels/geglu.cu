// GEGLU. input [rows, 2 width], output [rows, width]; vectors: rows * width / V

extern "C" __global__ void geglu(const T* input, int width, long long vectors, T* output) {
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < vectors; i += (long long)gridDim.x * blockDim.x) {
    const long long at = i * V, from = at + at / width * width;
    Numbers x = read(input + from);
    const Numbers gate = read(input + from + width);
#pragma unroll
    for (int j = 0; j < V; ++j) x.at[j] *= gate.at[j] * normcdff(gate.at[j]);
    write(x, output + at);
  }
}

// gradients as output before; output as input
extern "C" __global__ void gegluGradients(const T* input, const T* gradients, int width, long long vectors, T* output) {
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < vectors; i += (long long)gridDim.x * blockDim.x) {
    const long long at = i * V, from = at + at / width * width;
    Numbers x = read(input + from), gate = read(input + from + width);
    const Numbers given = read(gradients + at);
#pragma unroll
    for (int j = 0; j < V; ++j) {
      const float below = normcdff(gate.at[j]), density = 0.39894228f * __expf(-0.5f * gate.at[j] * gate.at[j]);
      const float scaled = given.at[j] * x.at[j];
      x.at[j] = given.at[j] * gate.at[j] * below;
      gate.at[j] = scaled * (below + gate.at[j] * density);
    }
    write(x, output + from);
    write(gate, output + from + width);
  }
}
