import { grad, type OpArgument, op, type Tensor } from '../lib/torch/index.js'

/** What an operator gave, and the gradients of the sum of its squares to what it was given, as numbers. */
export function withGradients(result: Tensor, inputs: Tensor[]): Promise<Float32Array[]> {
  const gradients = grad(result.to({ dtype: 'float32' }).pow(2).sum(), inputs)
  return Promise.all(
    [result, ...gradients].map(async (one) => (await one.to({ dtype: 'float32' }).toArray()) as Float32Array),
  )
}

/** The same of an operator that takes one tensor with a gradient, and gives one. */
export const operatorWithGradients = (
  name: string,
  input: Tensor,
  rest: OpArgument[],
): Promise<Float32Array[]> => withGradients(op(name, '', [input, ...rest])[0] as Tensor, [input])
