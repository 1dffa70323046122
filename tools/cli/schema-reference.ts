import { access } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { errorCode } from '@portolan/errors'

const SCHEMA_FILES = ['portolan.schema.json', join('node_modules', 'portolan', 'dist', 'portolan.schema.json')] as const

/** The JSON Schema that a stack file in this folder names: the nearest one above it. */
export interface SchemaReference {
  /** From the folder, with slashes. */
  readonly path: string
  readonly isThere: boolean
}

export async function schemaReferenceFor(folder: string): Promise<SchemaReference> {
  let above = resolve(folder)
  while (true) {
    for (const name of SCHEMA_FILES) {
      const file = join(above, name)
      if (await isThere(file)) return { path: relative(folder, file).split(sep).join('/'), isThere: true }
    }
    if (dirname(above) === above) return { path: SCHEMA_FILES[0], isThere: false }
    above = dirname(above)
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error) ?? '')) return false
    throw error
  }
}
