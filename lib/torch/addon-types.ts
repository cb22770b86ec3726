/** The only typed contract with C++: what native/addon.cc exports. Handles are opaque, tagged externals. */

declare const kind: unique symbol
type Opaque<K extends string> = { readonly [kind]: K }

export type TensorHandle = Opaque<'tensor'>
export type ModuleHandle = Opaque<'module'>
export type ProgramHandle = Opaque<'program'>
export type OperatorHandle = Opaque<'operator'>

/** Native `Read`: what a host read is for. */
export const Read = { ready: 0, shape: 1, data: 2, share: 3 } as const
export type Read = (typeof Read)[keyof typeof Read]

export interface HostTensor {
  shape: number[]
  /** A c10::ScalarType. */
  dtype: number
  /** The tensor's memory, when asked for. */
  buffer?: ArrayBuffer
}

/** How the compute thread's failures arrive. */
export interface NativeError extends Error {
  code: string
  operation: string
  call: number
}

/** Called once, with what failed or else with the value. Not called when the process or the worker ends before. */
export type Answer<T> = (failure: NativeError | null, value?: T) => void

export type Argument =
  | TensorHandle
  | TensorHandle[]
  | number
  | bigint
  | boolean
  | string
  | number[]
  | null
  | undefined

export interface Native {
  /** LibTorch's version at compile time. */
  version: string
  operator(name: string, overload: string): OperatorHandle
  call(
    operator: OperatorHandle,
    args: Argument[],
    outputs: number,
    gradients: boolean,
    call: number,
  ): TensorHandle[]
  grad(loss: TensorHandle, inputs: TensorHandle[], call: number): TensorHandle[]
  load(
    path: string,
    device: string,
    dtype: number,
    independentRows: boolean,
    checkpointed: boolean,
    call: number,
    answer: Answer<ModuleHandle>,
  ): void
  forward(
    module: ModuleHandle,
    inputs: TensorHandle[],
    outputs: number,
    gradients: boolean,
    call: number,
  ): TensorHandle[]
  unload(module: ModuleHandle, call: number): void
  fromHost(buffer: ArrayBuffer, byteOffset: number, dtype: number, shape: number[]): TensorHandle
  read(tensor: TensorHandle, what: Read, call: number, answer: Answer<HostTensor>): void
  dispose(tensor: TensorHandle): void
  disposeModule(module: ModuleHandle): void
  disposeProgram(program: ProgramHandle): void
  /** `threads`: 0 for those of the process. */
  beginRecording(mayCapture: boolean, threads: number): void
  endRecording(): ProgramHandle
  run(
    program: ProgramHandle,
    times: number,
    watched: TensorHandle[],
    call: number,
    answer: Answer<Float64Array[]>,
  ): void
  captured(program: ProgramHandle): boolean
  setThreads(count: number, answer: Answer<void>): void
  multipliesBfloat16(device: string, answer: Answer<boolean>): void
  hasOwnKernels(device: string, answer: Answer<boolean>): void
  inspect(
    answer: Answer<{ cudaDevices: number; graphs: boolean; threads: number; cpuCapability: string }>,
  ): void
  memory(): { bytes: number; tensors: number; queued: number }
  /** Drops what is queued, waits for the running step and ends the compute thread. Final. */
  shutdown(): void
}
