import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@portolan/errors'
import { buildMissing } from './errors.ts'
import { INDEX_PATH, type PageFile, type PageFiles, readPageFiles } from './page-file.ts'

/**
 * The built pages, as they are now: a build that is put in place while the service runs is served from the next
 * navigation on. Files of earlier builds stay, for the pages that were opened with them and load the rest later.
 */
export class PageFolder {
  readonly #folder: string
  #files: PageFiles
  #builtAtMs: number

  private constructor(folder: string, { files, builtAtMs }: { readonly files: PageFiles; readonly builtAtMs: number }) {
    this.#folder = folder
    this.#files = files
    this.#builtAtMs = builtAtMs
  }

  /** @throws WEB_BUILD_MISSING */
  static async open(folder: string): Promise<PageFolder> {
    const builtAtMs = await builtAt(folder)
    if (builtAtMs === undefined) throw buildMissing(folder)
    return new PageFolder(folder, { files: await readPageFiles(folder), builtAtMs })
  }

  find(path: string): PageFile | undefined {
    return this.#files.get(path)
  }

  /** The page itself, whatever its address. */
  async index(): Promise<PageFile> {
    await this.#followBuild()
    const index = this.#files.get(INDEX_PATH)
    if (index === undefined) throw buildMissing(this.#folder)
    return index
  }

  async #followBuild(): Promise<void> {
    const builtAtMs = await builtAt(this.#folder)
    if (builtAtMs === undefined || builtAtMs === this.#builtAtMs) return // while a build is moved in, the last one serves
    const files = await readPageFiles(this.#folder)
    this.#files = new Map([...this.#files, ...files])
    this.#builtAtMs = builtAtMs
  }
}

async function builtAt(folder: string): Promise<number | undefined> {
  try {
    return (await stat(join(folder, INDEX_PATH))).mtimeMs
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    throw error
  }
}
