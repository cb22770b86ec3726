import { Argument, type Option } from 'commander'

/** What a value of the command line is, for completion and the config file. */
export type ValueKind = 'choice' | 'file' | 'folder' | 'text'

const FOLDERS = ['folder', 'folders']
const FILES = ['file', 'path', 'photo', 'sketch', 'style', 'source']

/** Of an option's value: told by its placeholder, as <folder> or <file>. An argument is a file where nothing says otherwise. */
export function valueKind(of: Option | Argument): ValueKind {
  const name = placeholder(of)
  if (of.argChoices) return 'choice'
  if (FOLDERS.includes(name)) return 'folder'
  return FILES.includes(name) || of instanceof Argument ? 'file' : 'text'
}

/** `folder` of `--output <folder>`; empty for an option without a value. */
export const placeholder = (of: Option | Argument): string =>
  of instanceof Argument ? of.name() : (/[<[](.+?)(?:\.{3})?[>\]]$/.exec(of.flags)?.[1] ?? '')
