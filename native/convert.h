// JavaScript values to operands and handles to slots.
#pragma once

#include <ATen/core/function_schema.h>
#include <napi.h>

#include <vector>

#include "op_step.h"
#include "script_module.h"

namespace silverpoint {

// Handles are externals tagged with what they hold: passing the wrong kind is a JavaScript error, never a crash.
Napi::Value wrapSlot(Napi::Env env, SlotPtr slot);
Napi::Value wrapSlots(Napi::Env env, const std::vector<SlotPtr>& slots);
SlotPtr slotOf(const Napi::Value& handle);
std::vector<SlotPtr> slotsOf(const Napi::Value& handles);
// Lets go of the slot now instead of when the handle is collected. Idempotent.
void disposeSlot(const Napi::Value& handle);

Napi::Value wrapModule(Napi::Env env, ModulePtr module);
ModulePtr moduleOf(const Napi::Value& handle);
void disposeModule(const Napi::Value& handle);

Napi::Value wrapProgram(Napi::Env env, std::shared_ptr<class Program> program);
std::shared_ptr<class Program> programOf(const Napi::Value& handle);
void disposeProgram(const Napi::Value& handle);

// Throws a TypeError for a name that is none of a device.
c10::Device deviceOf(const Napi::Value& name);

Napi::Value wrapOperator(Napi::Env env, c10::OperatorHandle op);
const c10::OperatorHandle& operatorOf(const Napi::Value& handle);

// Reads the arguments by the operator's schema; missing or undefined ones take the schema's default.
std::vector<Operand> operandsOf(const c10::FunctionSchema& schema, const Napi::Array& args);

std::vector<int64_t> integersOf(const Napi::Value& array);

}  // namespace silverpoint
