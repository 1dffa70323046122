import { printable } from './printable.ts'

const LONGEST_NAME = 64

/** A program's name that is safe to print: a process chooses its own. */
export function shortName(name: string): string {
  return printable(name).slice(0, LONGEST_NAME)
}
