import { open } from 'node:fs/promises'
import { variableInvalid } from './errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Variables that are asked for, with or without their values. */
export interface WantedVariables {
  /**
   * `NAME=value`, or `NAME` alone for the value that the deployer has: arguments can be read by every user of a machine
   * for as long as a program runs, so that no secret belongs into the first form.
   */
  readonly set?: readonly string[]
  /** Files of such lines; empty lines and those that begin with `#` say nothing. */
  readonly setFiles?: readonly string[]
}

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/
const FILE_BYTES = 1_024 * 1_024

/**
 * The variables with their values, those of files first, so that `set` wins. No value is in any message.
 * @param environment the deployer's own, which a name alone is looked up in
 * @throws DEPLOY_VARIABLE_INVALID
 */
export async function readVariables(
  { set = [], setFiles = [] }: WantedVariables,
  environment: Environment,
): Promise<Readonly<Record<string, string>>> {
  const entries: (readonly [string, string])[] = []
  for (const path of setFiles) {
    const lines = (await readText(path)).split(/\r?\n/)
    for (const [index, line] of lines.entries()) {
      if (line.trim() === '' || line.trimStart().startsWith('#')) continue
      entries.push(variableOf(line, environment, `line ${index + 1} of "${path}"`))
    }
  }
  return Object.fromEntries([...entries, ...set.map((text) => variableOf(text, environment, 'what is set'))])
}

function variableOf(text: string, environment: Environment, place: string): readonly [string, string] {
  const at = text.indexOf('=')
  const name = at === -1 ? text : text.slice(0, at)
  // What is no name may be a value that lost its own: it is not repeated.
  if (!NAME.test(name)) throw variableInvalid(`${place} has no name such as DB_PASSWORD before its value`)
  const value = at === -1 ? environment[name] : text.slice(at + 1)
  if (value === undefined)
    throw variableInvalid(`"${name}" in ${place} has no value, and the environment has none for it`)
  if (value.includes('\0')) throw variableInvalid(`the value of "${name}" in ${place} has a NUL character`)
  return [name, value]
}

async function readText(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(FILE_BYTES + 1) })
    if (bytesRead <= FILE_BYTES) return buffer.toString('utf8', 0, bytesRead)
  } catch (error) {
    throw variableInvalid(`"${path}" cannot be read`, error)
  }
  throw variableInvalid(`"${path}" is longer than ${FILE_BYTES} bytes`)
}

/** What a program needs to be found and to speak the user's language, and what names the user. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR'] as const

/**
 * What a command in a slot gets of the deployer's own environment. Not all of it: a deployer has keys (a registry's, a
 * forge's token, an SSH agent) that are not the program's, and a value that happens to be there today is no declaration.
 */
export function inheritedVariables(environment: Environment): Environment {
  const names = new Set<string>(INHERITED)
  return Object.fromEntries(Object.entries(environment).filter(([name]) => names.has(name) || /^LC_[A-Z]+$/.test(name)))
}
