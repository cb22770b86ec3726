/** Options that several commands share, with their parsing. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseShard, type Shard } from '../batch/shard.js'
import type { BundleOptions } from '../bundle/bundle.js'
import type { FaceChoice } from '../data/face-choice.js'
import type { Device } from '../torch/dtype.js'

/** What every command has, before or after its name. */
export interface GlobalOptions {
  json?: boolean
  quiet?: boolean
  verbose?: boolean
  config?: string
}

export function withGlobals(program: Command): Command {
  return program
    .option('--json', 'results and errors as JSON lines')
    .option('-q, --quiet', 'say nothing but results, warnings and errors')
    .addOption(
      new Option('-v, --verbose', 'say what is chosen and why, and how long it takes').conflicts('quiet'),
    )
    .option('--config <file>', 'options to take (default: silverpoint.config.json here or in a folder above)')
}

export interface ModelOptions {
  bundle?: string
  device: Device | 'auto'
  dtype: NonNullable<BundleOptions['dtype']>
  threads?: number
  libtorch?: string
}

/** Which networks, and where they run. */
export function withModel(command: Command): Command {
  return command
    .option('--bundle <folder>', 'the bundle to use (default: the embedded one)')
    .addOption(
      new Option('--device <device>', 'where they run, cuda:N being the N-th GPU; only auto may fall back')
        .choices(['auto', 'cpu', 'cuda'])
        .argParser(parseDevice)
        .default('auto'),
    )
    .addOption(
      new Option(
        '--dtype <dtype>',
        'what the networks compute in; auto: bfloat16 where the CPU or GPU has units for it',
      )
        .choices(['auto', 'float32', 'bfloat16', 'float16'])
        .default('auto'),
    )
    .option('--threads <count>', 'threads that compute on the CPU', parseCount)
    .option('--libtorch <folder>', 'the LibTorch to use')
}

export interface MetricsOptions {
  metricsBundle?: string
}

/** By which networks pictures are scored. */
export function withMetrics(command: Command): Command {
  return command.option(
    '--metrics-bundle <folder>',
    'networks of LPIPS, FID and KID, as bundle export --metrics writes them (default: these stay blank)',
  )
}

export interface SeedOptions {
  seed: number
}

export function withSeed(command: Command): Command {
  return command.option('--seed <number>', 'seed of all random numbers', parseInteger, 0)
}

export interface CropOptions {
  crop?: 'face' | 'none'
  face?: FaceChoice
}

/** What of a photo is taken. */
export function withCrop(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--crop <what>',
        'face or none (default: face for the embedded bundle and others of 96 to 256 px, which know nothing else)',
      ).choices(['face', 'none']),
    )
    .addOption(
      new Option('--face <which>', 'of several, or N: the N-th from the left (default: largest)')
        .choices(['largest', 'central'])
        .argParser(parseFace),
    )
}

export function parseInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || text.trim() === '')
    throw new InvalidArgumentError('Expected a whole number.')
  return value
}

export function parseCount(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number from 1.')
  return value
}

export function parseNumber(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || text.trim() === '') throw new InvalidArgumentError('Expected a number.')
  return value
}

export function parseShardOption(text: string): Shard {
  try {
    return parseShard(text)
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}

function parseDevice(text: string): Device | 'auto' {
  if (/^(auto|cpu|cuda(:\d+)?)$/.test(text)) return text as Device | 'auto'
  throw new InvalidArgumentError('Expected auto, cpu, cuda or cuda:N.')
}

function parseFace(text: string): FaceChoice {
  if (text === 'largest' || text === 'central') return text
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected largest, central or a number from 1.')
}
