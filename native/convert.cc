#include "convert.h"

#include <c10/core/Device.h>
#include <c10/util/Exception.h>

#include <cmath>
#include <memory>

#include "program.h"

namespace silverpoint {
namespace {

struct SlotHandle {
  SlotPtr slot;
  explicit SlotHandle(SlotPtr s) : slot(std::move(s)) { ++slot->handles; }
  ~SlotHandle() { release(); }
  void release() {
    if (slot) --slot->handles;
    slot.reset();
  }
};

struct ModuleHandle {
  ModulePtr module;
};

struct ProgramHandle {
  std::shared_ptr<Program> program;
};

struct OperatorHandle {
  c10::OperatorHandle op;
};

template <typename T>
const napi_type_tag& tagOf();
template <>
const napi_type_tag& tagOf<SlotHandle>() {
  static const napi_type_tag tag = {0x73696c766572706f, 0x696e745f736c6f74};
  return tag;
}
template <>
const napi_type_tag& tagOf<ModuleHandle>() {
  static const napi_type_tag tag = {0x73696c766572706f, 0x696e745f6d6f6475};
  return tag;
}
template <>
const napi_type_tag& tagOf<ProgramHandle>() {
  static const napi_type_tag tag = {0x73696c766572706f, 0x696e745f70726f67};
  return tag;
}
template <>
const napi_type_tag& tagOf<OperatorHandle>() {
  static const napi_type_tag tag = {0x73696c766572706f, 0x696e745f6f706572};
  return tag;
}

template <typename T>
Napi::Value wrap(Napi::Env env, T* held) {
  std::unique_ptr<T> owner(held);
  const auto handle = Napi::External<T>::New(env, held, [](Napi::BasicEnv, T* data) { delete data; });
  owner.release();  // the handle's now
  NAPI_THROW_IF_FAILED(env, napi_type_tag_object(env, handle, &tagOf<T>()), env.Undefined());
  return handle;
}

template <typename T>
T& unwrap(const Napi::Value& value, const char* what) {
  bool tagged = false;
  if (value.IsExternal()) napi_check_object_type_tag(value.Env(), value, &tagOf<T>(), &tagged);
  if (!tagged) throw Napi::TypeError::New(value.Env(), std::string("Expected a ") + what + " handle");
  return *value.As<Napi::External<T>>().Data();
}

[[noreturn]] void reject(const Napi::Value& value, const c10::Argument& argument) {
  throw Napi::TypeError::New(value.Env(), "Expected " + argument.type()->str() + " for the argument '" +
                                              argument.name() + "' but received " + value.ToString().Utf8Value());
}

c10::IValue scalarOf(const Napi::Value& value, const c10::Argument& argument) {
  if (value.IsBoolean()) return value.As<Napi::Boolean>().Value();
  if (value.IsBigInt()) {
    bool lossless = false;
    return value.As<Napi::BigInt>().Int64Value(&lossless);
  }
  if (!value.IsNumber()) reject(value, argument);
  const double number = value.As<Napi::Number>().DoubleValue();
  // An integer scalar keeps an integer tensor's dtype, as in Python.
  const bool fits = number >= -0x1p63 && number < 0x1p63;
  if (fits && std::trunc(number) == number) return c10::IValue(c10::Scalar(static_cast<int64_t>(number)));
  return c10::IValue(c10::Scalar(number));
}

int64_t integerOf(const Napi::Value& value, const c10::Argument& argument) {
  if (value.IsBigInt()) {
    bool lossless = false;
    return value.As<Napi::BigInt>().Int64Value(&lossless);
  }
  if (!value.IsNumber()) reject(value, argument);
  return value.As<Napi::Number>().Int64Value();
}

c10::IValue listOf(const Napi::Array& array, const c10::TypePtr& element, const c10::Argument& argument) {
  const auto each = [&](auto list, auto read) {
    for (uint32_t i = 0; i < array.Length(); ++i) list.push_back(read(array.Get(i)));
    return c10::IValue(std::move(list));
  };
  switch (element->kind()) {
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return each(c10::List<int64_t>(), [&](const Napi::Value& v) { return integerOf(v, argument); });
    case c10::TypeKind::FloatType:
      return each(c10::List<double>(), [](const Napi::Value& v) { return v.ToNumber().DoubleValue(); });
    case c10::TypeKind::BoolType:
      return each(c10::List<bool>(), [](const Napi::Value& v) { return v.ToBoolean().Value(); });
    default:
      reject(array, argument);
  }
}

Operand operandOf(const Napi::Value& value, const c10::TypePtr& type, const c10::Argument& argument) {
  switch (type->kind()) {
    case c10::TypeKind::OptionalType:
      if (value.IsNull()) return c10::IValue();
      return operandOf(value, type->castRaw<c10::OptionalType>()->getElementType(), argument);
    case c10::TypeKind::TensorType:
      return slotOf(value);
    case c10::TypeKind::ListType: {
      const auto element = type->castRaw<c10::ListType>()->getElementType();
      if (element->kind() == c10::TypeKind::TensorType) return slotsOf(value);
      // A single number stands for a list of it, as in Python.
      if (!value.IsArray()) {
        auto one = Napi::Array::New(value.Env(), 1);
        one.Set(uint32_t{0}, value);
        return listOf(one, element, argument);
      }
      return listOf(value.As<Napi::Array>(), element, argument);
    }
    case c10::TypeKind::NumberType:
      return scalarOf(value, argument);
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return c10::IValue(integerOf(value, argument));
    case c10::TypeKind::FloatType:
      if (!value.IsNumber()) reject(value, argument);
      return c10::IValue(value.As<Napi::Number>().DoubleValue());
    case c10::TypeKind::BoolType:
      return c10::IValue(value.ToBoolean().Value());
    case c10::TypeKind::StringType:
      return c10::IValue(value.ToString().Utf8Value());
    case c10::TypeKind::DeviceObjType:
      return c10::IValue(deviceOf(value));
    default:
      reject(value, argument);
  }
}

}  // namespace

c10::Device deviceOf(const Napi::Value& name) {
  const auto text = name.ToString().Utf8Value();
  try {
    return c10::Device(text);
  } catch (const c10::Error&) {
    throw Napi::TypeError::New(name.Env(), "Expected a device such as cpu or cuda:0 but received " + text);
  }
}

Napi::Value wrapSlot(Napi::Env env, SlotPtr slot) { return wrap(env, new SlotHandle(std::move(slot))); }

Napi::Value wrapSlots(Napi::Env env, const std::vector<SlotPtr>& slots) {
  auto handles = Napi::Array::New(env, slots.size());
  for (uint32_t i = 0; i < slots.size(); ++i) handles.Set(i, wrapSlot(env, slots[i]));
  return handles;
}

SlotPtr slotOf(const Napi::Value& handle) {
  auto slot = unwrap<SlotHandle>(handle, "tensor").slot;
  if (!slot) throw Napi::TypeError::New(handle.Env(), "Expected a live tensor but received a disposed one");
  return slot;
}

std::vector<SlotPtr> slotsOf(const Napi::Value& handles) {
  if (!handles.IsArray()) throw Napi::TypeError::New(handles.Env(), "Expected an array of tensors");
  const auto array = handles.As<Napi::Array>();
  std::vector<SlotPtr> slots;
  for (uint32_t i = 0; i < array.Length(); ++i) slots.push_back(slotOf(array.Get(i)));
  return slots;
}

void disposeSlot(const Napi::Value& handle) { unwrap<SlotHandle>(handle, "tensor").release(); }

Napi::Value wrapModule(Napi::Env env, ModulePtr module) { return wrap(env, new ModuleHandle{std::move(module)}); }

ModulePtr moduleOf(const Napi::Value& handle) {
  auto module = unwrap<ModuleHandle>(handle, "module").module;
  if (!module) throw Napi::TypeError::New(handle.Env(), "Expected a live module but received a disposed one");
  return module;
}

void disposeModule(const Napi::Value& handle) { unwrap<ModuleHandle>(handle, "module").module.reset(); }

Napi::Value wrapProgram(Napi::Env env, std::shared_ptr<Program> program) {
  return wrap(env, new ProgramHandle{std::move(program)});
}

std::shared_ptr<Program> programOf(const Napi::Value& handle) {
  auto program = unwrap<ProgramHandle>(handle, "program").program;
  if (!program) throw Napi::TypeError::New(handle.Env(), "Expected a live program but received a disposed one");
  return program;
}

void disposeProgram(const Napi::Value& handle) { unwrap<ProgramHandle>(handle, "program").program.reset(); }

Napi::Value wrapOperator(Napi::Env env, c10::OperatorHandle op) {
  return wrap(env, new OperatorHandle{std::move(op)});
}

const c10::OperatorHandle& operatorOf(const Napi::Value& handle) { return unwrap<OperatorHandle>(handle, "operator").op; }

std::vector<Operand> operandsOf(const c10::FunctionSchema& schema, const Napi::Array& args) {
  const auto& arguments = schema.arguments();
  if (args.Length() > arguments.size()) {
    throw Napi::TypeError::New(args.Env(), "Expected at most " + std::to_string(arguments.size()) + " arguments for " +
                                               schema.name() + " but received " + std::to_string(args.Length()));
  }
  std::vector<Operand> operands;
  for (uint32_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    const Napi::Value value = i < args.Length() ? args.Get(i) : args.Env().Undefined();
    if (!value.IsUndefined()) {
      operands.push_back(operandOf(value, argument.type(), argument));
    } else if (argument.default_value()) {
      operands.push_back(*argument.default_value());
    } else {
      reject(value, argument);
    }
  }
  return operands;
}

std::vector<int64_t> integersOf(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  std::vector<int64_t> integers;
  for (uint32_t i = 0; i < array.Length(); ++i) integers.push_back(array.Get(i).ToNumber().Int64Value());
  return integers;
}

}  // namespace silverpoint
