export * from './errors.js'
export * as torch from './torch/index.js'
