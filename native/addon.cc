// The addon's face to TypeScript: lib/torch/addon-types.ts says what each function takes and gives.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/from_blob.h>
#include <napi.h>
#include <torch/version.h>

#include "convert.h"
#include "device.h"
#include "environment.h"
#include "gpu_check.h"
#include "grad_step.h"
#include "host.h"
#include "program.h"
#include "queue.h"
#include "script_module.h"

namespace silverpoint {
namespace {

Call callOf(const Napi::Value& number, const Napi::Value& gradients) {
  return {static_cast<uint64_t>(number.As<Napi::Number>().Int64Value()), gradients.ToBoolean().Value()};
}

Napi::Error errorOf(Napi::Env env, const Failure& failure) {
  auto error = Napi::Error::New(env, failure.message);
  error.Set("code", failure.code);
  error.Set("operation", failure.operation);
  error.Set("call", Napi::Number::New(env, static_cast<double>(failure.call)));
  return error;
}

// What a step of the compute thread will tell the JavaScript function that waits for it: (failure | null, value). A
// function and no promise of Node-API's: one that is never settled, as when a worker is terminated, could not be freed.
class Answer {
 public:
  using Value = std::function<Napi::Value(Napi::Env)>;

  explicit Answer(const Environment& environment)
      : mailbox_(environment.mailbox), address_(environment.mailbox->newAddress()) {}

  // JavaScript thread, once the step is queued: until then nothing is waited for.
  void expectedBy(const Napi::Value& receiver) const { mailbox_->expect(address_, receiver.As<Napi::Function>()); }

  // Compute thread. `failure` wins over `value`.
  void settle(FailurePtr failure, Value value) const {
    const auto letter = [failure = std::move(failure), value = std::move(value)](const Napi::Function& receiver) {
      const auto env = receiver.Env();
      if (failure) {
        receiver.Call({errorOf(env, *failure).Value()});
      } else {
        receiver.Call({env.Null(), value(env)});
      }
    };
    mailbox_->answer(address_, letter);
  }

 private:
  std::shared_ptr<Mailbox> mailbox_;
  Mailbox::Address address_;
};

Napi::Array shapeOf(Napi::Env env, const at::Tensor& tensor) {
  auto shape = Napi::Array::New(env, tensor.dim());
  for (int64_t i = 0; i < tensor.dim(); ++i) shape.Set(static_cast<uint32_t>(i), static_cast<double>(tensor.size(i)));
  return shape;
}

// The tensor's own memory, kept alive by the ArrayBuffer.
Napi::Value bufferOf(Napi::Env env, const at::Tensor& tensor) {
  if (tensor.nbytes() == 0) return Napi::ArrayBuffer::New(env, 0);
  auto owner = std::make_unique<at::Tensor>(tensor);
  const auto buffer = Napi::ArrayBuffer::New(env, tensor.data_ptr(), tensor.nbytes(),
                                             [](Napi::BasicEnv, void*, at::Tensor* data) { delete data; }, owner.get());
  owner.release();  // the ArrayBuffer's now
  return buffer;
}

// operator(name, overload) -> operator handle
Napi::Value findOperator(const Napi::CallbackInfo& info) {
  const auto name = info[0].ToString().Utf8Value(), overload = info[1].ToString().Utf8Value();
  const auto op = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!op) throw Napi::TypeError::New(info.Env(), "LibTorch has no operator " + name + "." + overload);
  return wrapOperator(info.Env(), *op);
}

// call(operator, args, outputs, gradients, number) -> handles
Napi::Value call(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  const auto& op = operatorOf(info[0]);
  auto step = std::make_shared<OpStep>(op, operandsOf(op.schema(), info[1].As<Napi::Array>()),
                                       info[2].ToNumber().Uint32Value(), environment.account, callOf(info[4], info[3]));
  environment.append(info.Env(), step);
  return wrapSlots(info.Env(), step->outputs());
}

// grad(loss, inputs, number) -> handles
Napi::Value grad(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  const Call call = {static_cast<uint64_t>(info[2].ToNumber().Int64Value()), true};
  auto step = std::make_shared<GradStep>(slotOf(info[0]), slotsOf(info[1]), environment.account, call);
  environment.append(info.Env(), step);
  return wrapSlots(info.Env(), step->outputs());
}

// load(path, device, dtype, independentRows, checkpointed, number, answer): a module handle
void load(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  const Answer answer(environment);
  const Call call = {static_cast<uint64_t>(info[5].ToNumber().Int64Value()), false};
  environment.append(
      info.Env(),
      std::make_shared<LoadStep>(Source{info[0].ToString().Utf8Value(), deviceOf(info[1]),
                                        static_cast<c10::ScalarType>(info[2].ToNumber().Int32Value()),
                                        info[3].ToBoolean().Value(), info[4].ToBoolean().Value()},
                                 call,
                                 [answer](const FailurePtr& failure, ModulePtr module) {
                                   answer.settle(failure, [module = std::move(module)](Napi::Env env) {
                                     return wrapModule(env, module);
                                   });
                                 }));
  answer.expectedBy(info[6]);
}

// forward(module, inputs, outputs, gradients, number) -> handles
Napi::Value forward(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  auto step = std::make_shared<ForwardStep>(moduleOf(info[0]), slotsOf(info[1]), info[2].ToNumber().Uint32Value(),
                                            environment.account, callOf(info[4], info[3]));
  environment.append(info.Env(), step);
  return wrapSlots(info.Env(), step->outputs());
}

// unload(module, number)
void unload(const Napi::CallbackInfo& info) {
  const Call call = {static_cast<uint64_t>(info[1].ToNumber().Int64Value()), false};
  Environment::of(info.Env()).append(info.Env(), std::make_shared<UnloadStep>(moduleOf(info[0]), call));
}

// fromHost(arrayBuffer, byteOffset, dtype, shape) -> handle over the buffer's own memory
Napi::Value fromHost(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  auto buffer = info[0].As<Napi::ArrayBuffer>();
  const auto shape = integersOf(info[3]);
  const auto dtype = static_cast<c10::ScalarType>(info[2].ToNumber().Int32Value());
  auto* data = static_cast<char*>(buffer.Data()) + info[1].ToNumber().Int64Value();
  const auto release = [kept = std::make_shared<Kept>(environment.mailbox, buffer)](void*) {};
  auto slot = std::make_shared<Slot>(environment.account);
  slot->set(at::from_blob(data, shape, release, at::TensorOptions(dtype)));
  return wrapSlot(info.Env(), std::move(slot));
}

// read(handle, what, number, answer): { shape, dtype, buffer? }
void read(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  const Answer answer(environment);
  const auto what = static_cast<Read>(info[1].ToNumber().Int32Value());
  const Call call = {static_cast<uint64_t>(info[2].ToNumber().Int64Value()), false};
  const auto done = [answer, what](const FailurePtr& failure, at::Tensor tensor) {
    answer.settle(failure, [what, tensor = std::move(tensor)](Napi::Env env) -> Napi::Value {
      auto result = Napi::Object::New(env);
      result.Set("shape", shapeOf(env, tensor));
      result.Set("dtype", static_cast<int>(tensor.scalar_type()));
      if (what == Read::kData || what == Read::kShare) result.Set("buffer", bufferOf(env, tensor));
      return result;
    });
  };
  environment.append(info.Env(), std::make_shared<ReadStep>(slotOf(info[0]), what, call, done));
  answer.expectedBy(info[3]);
}

// beginRecording(mayCapture, threads)
void beginRecording(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).recording = std::make_shared<Program>(info[0].ToBoolean(), info[1].ToNumber());
}

// endRecording() -> program handle
Napi::Value endRecording(const Napi::CallbackInfo& info) {
  auto program = std::move(Environment::of(info.Env()).recording);
  program->finish();
  return wrapProgram(info.Env(), std::move(program));
}

// run(program, times, watched, number, answer): Float64Arrays, one a watched tensor
void run(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  const Answer answer(environment);
  const Call call = {static_cast<uint64_t>(info[3].ToNumber().Int64Value()), false};
  const auto done = [answer](const FailurePtr& failure, std::vector<std::vector<double>> values) {
    answer.settle(failure, [values = std::move(values)](Napi::Env env) -> Napi::Value {
      auto rows = Napi::Array::New(env, values.size());
      for (uint32_t i = 0; i < values.size(); ++i) {
        auto row = Napi::Float64Array::New(env, values[i].size());
        std::copy(values[i].begin(), values[i].end(), row.Data());
        rows.Set(i, row);
      }
      return rows;
    });
  };
  environment.append(info.Env(),
                     std::make_shared<ReplayStep>(programOf(info[0]), info[1].ToNumber().Int64Value(),
                                                  slotsOf(info[2]), environment.account, call, done));
  answer.expectedBy(info[4]);
}

// A step that asks or tells the compute thread something.
class AskStep : public Step {
 public:
  AskStep(std::function<void()> ask, Answer answer, Answer::Value value)
      : Step("ask", {0, false}), ask_(std::move(ask)), answer_(std::move(answer)), value_(std::move(value)) {}

 protected:
  void execute() override {
    ask_();
    answer_.settle(nullptr, value_);
  }
  void failed(const FailurePtr& cause) override { answer_.settle(cause, value_); }

 private:
  std::function<void()> ask_;
  Answer answer_;
  Answer::Value value_;
};

// setThreads(count, answer)
void configureThreads(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  const Answer answer(environment);
  const int count = info[0].ToNumber().Int32Value();
  environment.append(info.Env(), std::make_shared<AskStep>([count] { setThreads(count); }, answer,
                                                           [](Napi::Env env) { return env.Undefined(); }));
  answer.expectedBy(info[1]);
}

// ask(device, answer): whether it is so of the device
template <bool (*question)(c10::Device)>
void asksOfDevice(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  const Answer answer(environment);
  const auto device = deviceOf(info[0]);
  auto result = std::make_shared<bool>();
  environment.append(info.Env(), std::make_shared<AskStep>([result, device] { *result = question(device); }, answer,
                                                           [result](Napi::Env env) { return Napi::Boolean::New(env, *result); }));
  answer.expectedBy(info[1]);
}

// inspect(answer): { cudaDevices, graphs, threads, cpuCapability }
void inspect(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  const Answer answer(environment);
  auto devices = std::make_shared<Devices>();
  const auto value = [devices](Napi::Env env) -> Napi::Value {
    auto result = Napi::Object::New(env);
    result.Set("cudaDevices", devices->cudaDevices);
    result.Set("graphs", devices->graphs);
    result.Set("threads", devices->threads);
    result.Set("cpuCapability", devices->cpuCapability);
    return result;
  };
  environment.append(info.Env(),
                     std::make_shared<AskStep>([devices] { *devices = inspectDevices(); }, answer, value));
  answer.expectedBy(info[0]);
}

// memory() -> { bytes, tensors, queued }
Napi::Value memory(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  environment.reportMemory(info.Env());
  auto result = Napi::Object::New(info.Env());
  result.Set("bytes", static_cast<double>(environment.account->bytes()));
  result.Set("tensors", static_cast<double>(environment.account->tensors()));
  result.Set("queued", static_cast<double>(Queue::instance().length()));
  return result;
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  env.SetInstanceData(new Environment(env));
  const auto add = [&](const char* name, auto function) { exports.Set(name, Napi::Function::New(env, function, name)); };
  exports.Set("version", TORCH_VERSION);
  add("operator", findOperator);
  add("call", call);
  add("grad", grad);
  add("load", load);
  add("forward", forward);
  add("unload", unload);
  add("fromHost", fromHost);
  add("read", read);
  add("dispose", [](const Napi::CallbackInfo& info) { disposeSlot(info[0]); });
  add("disposeModule", [](const Napi::CallbackInfo& info) { disposeModule(info[0]); });
  add("disposeProgram", [](const Napi::CallbackInfo& info) { disposeProgram(info[0]); });
  add("beginRecording", beginRecording);
  add("endRecording", endRecording);
  add("run", run);
  add("captured", [](const Napi::CallbackInfo& info) -> Napi::Value {
    return Napi::Boolean::New(info.Env(), programOf(info[0])->captured());
  });
  add("setThreads", configureThreads);
  add("multipliesBfloat16", asksOfDevice<multipliesBfloat16>);
  add("hasOwnKernels", asksOfDevice<hasOwnKernels>);
  add("inspect", inspect);
  add("memory", memory);
  add("shutdown", [](const Napi::CallbackInfo&) { Queue::instance().shutdown(); });
  return exports;
}

}  // namespace
}  // namespace silverpoint

// Called by the loader once LibTorch is open.
extern "C" NAPI_MODULE_EXPORT napi_value silverpoint_register(napi_env env, napi_value exports) {
  return Napi::RegisterModule(env, exports, silverpoint::initialise);
}
