#include "script_module.h"

#include <torch/csrc/jit/serialization/import.h>

#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "attention.h"
#include "convolution.h"
#include "device.h"
#include "geglu.h"
#include "gpu_check.h"
#include "graphs.h"
#include "group_norm.h"
#include "linear.h"
#include "op_step.h"
#include "rows.h"

namespace silverpoint {
namespace {

// Channels last: how the tensor cores of a GPU take pictures, and what cuDNN would otherwise bring them to at every call.
at::Tensor laidOut(const at::Tensor& tensor) {
  const bool half = tensor.scalar_type() == at::kHalf || tensor.scalar_type() == at::kBFloat16;
  if (!tensor.is_cuda() || !half || tensor.dim() != 4) return tensor;
  return tensor.contiguous(at::MemoryFormat::ChannelsLast);
}

// Kernels lie as the pictures do, which on the CPU the own convolutions lay channels last: they would be laid anew at every call.
at::Tensor laidOutWeight(const at::Tensor& weight) {
  return weight.is_cpu() && weight.dim() == 4 ? weight.contiguous(at::MemoryFormat::ChannelsLast) : laidOut(weight);
}

// Module::to(dtype) would also cast integer buffers, such as position ids.
void convertFloating(torch::jit::Module& module, c10::ScalarType dtype) {
  const auto convert = [&](at::Tensor tensor) {
    if (tensor.is_floating_point()) tensor.set_data(laidOutWeight(tensor.to(dtype)));
  };
  for (const auto& parameter : module.parameters()) convert(parameter);
  for (const auto& buffer : module.buffers()) convert(buffer);
}

// What is free goes back to the system, which glibc would keep it from: of weights of 1.7 GB, stored as twice that, 0.6 GB.
void returnFreed() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

std::shared_ptr<Network> read(const Source& source) {
  prepareDevice(source.device);
  // Constants stay on the CPU: traced networks reckon with sizes by them, and each would wait for the GPU to tell its result.
  auto module = torch::jit::load(source.path);
  module.to(source.device);
  module.eval();
  inlineCalls(module);
  if (source.device.is_cpu() || hasOwnKernels(source.device, source.dtype)) {
    replaceGroupNorm(module);
    replaceGeglu(module);
  }
  if (source.device.is_cpu()) {
    replaceAttention(module);
    replaceConvolutions(module, source.dtype);
    replaceLinear(module, source.dtype);
    dropUnread(module);
  }
  convertFloating(module, source.dtype);
  if (source.device.is_cuda()) keepFloat32(module);
  for (const auto& parameter : module.parameters()) parameter.requires_grad_(false);
  returnFreed();
  auto segments = source.checkpointed ? std::optional<Segments>(module) : std::nullopt;
  return std::make_shared<Network>(std::move(module), std::move(segments));
}

}  // namespace

std::shared_ptr<Network> ScriptModule::opened() {
  if (!network_) network_ = read(source_);
  return network_;
}

void ScriptModule::unload() {
  network_.reset();
  returnFreed();
}

LoadStep::LoadStep(Source source, Call call, Done done)
    : Step("load", call), module_(std::make_shared<ScriptModule>(std::move(source))), done_(std::move(done)) {}

void LoadStep::execute() {
  module_->opened();
  done_(nullptr, module_);
}

ForwardStep::ForwardStep(ModulePtr module, std::vector<SlotPtr> inputs, size_t outputs,
                         const std::shared_ptr<Account>& account, Call call)
    : Step("forward", call), module_(std::move(module)) {
  inputs_ = std::move(inputs);
  for (size_t i = 0; i < outputs; ++i) outputs_.push_back(std::make_shared<Slot>(account));
}

void ForwardStep::execute() {
  std::vector<at::Tensor> inputs;
  for (const auto& slot : inputs_) inputs.push_back(laidOut(slot->value()));
  if (!opened_) opened_ = module_->opened();
  auto results = module_->independentRows() ? forwardRows(*opened_, inputs) : forwardWhole(*opened_, inputs);
  fillSlots(std::move(results), outputs_);
}

}  // namespace silverpoint
