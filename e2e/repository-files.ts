import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../', import.meta.url))

/** What no person wrote here: installed, made while a stack runs, or git's own. */
const LEFT_OUT = ['node_modules', '.git', '.portolan', '.tmp', 'dist', 'coverage', '__pycache__']
const SOURCE = /\.(tsx?|mjs|js|py)$/
const GENERATED = /^\/\/ Written by [\w.-]+ .*never by hand/
const TEST = /\.(test|contract)\.ts$|(^|\/)testing\.ts$/

export interface RepositoryFile {
  /** From the root of the repository, with slashes. */
  readonly path: string
  readonly text: string
  readonly isSource: boolean
  /** A test, or what tests are made of. */
  readonly isTest: boolean
}

/** Every file that a person wrote, by path. */
export async function readRepository(): Promise<readonly RepositoryFile[]> {
  const paths = (await pathsBelow(ROOT)).toSorted()
  const files = await Promise.all(paths.map(readOne))
  return files.filter(({ text }) => !GENERATED.test(text))
}

/** Folders too, for rules about names. */
export function foldersOf(files: readonly RepositoryFile[]): readonly string[] {
  const folders = files.flatMap(({ path }) => {
    const parts = path.split('/').slice(0, -1)
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
  })
  return [...new Set(folders)]
}

/** The lines of a source file that are no comment, numbered from 1. */
export function codeLines({ text }: RepositoryFile): readonly { readonly number: number; readonly line: string }[] {
  const lines = text.split('\n').map((line, index) => ({ number: index + 1, line: line.replace(/(^|\s)\/\/ .*$/, '') }))
  return lines.filter(({ line }) => !/^\s*(\/\*|\*)/.test(line))
}

/** What a source file imports or re-exports, types included. */
export function importsOf({ text }: RepositoryFile): readonly string[] {
  const matches = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^'\n]+)'/g)
  return [...matches].map(([, specifier = '']) => specifier)
}

async function pathsBelow(folder: string): Promise<readonly string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !LEFT_OUT.includes(name))
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? pathsBelow(path) : entry.isFile() ? [path] : []
    }),
  )
  return nested.flat()
}

async function readOne(path: string): Promise<RepositoryFile> {
  const name = relative(ROOT, path).replaceAll('\\', '/')
  return { path: name, text: await readFile(path, 'utf8'), isSource: SOURCE.test(name), isTest: TEST.test(name) }
}
