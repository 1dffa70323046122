import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCES = {
  hello: fileURLToPath(new URL('../examples/hello-stack/', import.meta.url)),
  wealist: fileURLToPath(new URL('../wealist/', import.meta.url)),
} as const
export type StackName = keyof typeof SOURCES

export function isStackName(name: string): name is StackName {
  return Object.hasOwn(SOURCES, name)
}

/** Inside the checkout, so that the copy's modules find `@portolan/*`; git does not see it. */
const PARENT = fileURLToPath(new URL('.tmp/', import.meta.url))

/** A copy of a stack that nobody else runs. */
export interface StackFolder extends AsyncDisposable {
  readonly path: string
}

export async function openStackFolder(name: StackName): Promise<StackFolder> {
  await mkdir(PARENT, { recursive: true })
  const path = await mkdtemp(PARENT)
  await cp(SOURCES[name], path, {
    recursive: true,
    filter: (source) => !['.portolan', 'node_modules'].includes(basename(source)) && !source.endsWith('.test.ts'),
  })
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 10 }) }
}
