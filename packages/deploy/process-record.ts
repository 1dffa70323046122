import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@portolan/errors'
import { folderPrivacy, foreignWriter } from '@portolan/observe'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { recordUnusable } from './errors.ts'

const ProcessRecord = Type.Object({
  /** What all its processes carry in their environment. */
  mark: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
  /** Who leads its process group. */
  identity: Type.Object({
    pid: Type.Integer({ minimum: 2 }),
    startTicks: Type.Integer(),
    bootId: Type.Optional(Type.String()),
  }),
  claimId: Type.Integer(),
  token: Type.Integer(),
  project: Type.String(),
  environment: Type.String(),
  half: Type.Union([Type.Literal('blue'), Type.Literal('green')]),
  port: Type.Integer(),
  version: Type.String(),
  command: Type.Array(Type.String()),
  startedAt: Type.String(),
})

/** What is written down of a command that runs in a slot, for whoever has to stop it later. */
export type ProcessRecord = Static<typeof ProcessRecord>

const KEPT_LOGS = 5

/**
 * The records of one port: `FOLDER/4100/MARK.json`, each with its log beside it. A port is one machine's, and so is the
 * folder. What is written here says which processes are ended, so that nobody but this user may have written it.
 */
export class ProcessRecords {
  readonly folder: string
  readonly #root: string

  constructor(folder: string, port: number) {
    this.#root = folder
    this.folder = join(folder, String(port))
  }

  /** Where a command's output goes. Those of commands that are gone stay for a while, for whoever asks why. */
  logPath(mark: string): string {
    return join(this.folder, `${mark}.log`)
  }

  /** @throws DEPLOY_RECORD_UNUSABLE */
  async list(): Promise<readonly ProcessRecord[]> {
    await this.#refuseForeign()
    const names = await this.#names()
    const records: ProcessRecord[] = []
    for (const name of names.filter((one) => one.endsWith('.json'))) {
      const record = await this.#read(join(this.folder, name))
      if (record !== undefined) records.push(record)
    }
    return records
  }

  /** Makes the folder, and forgets the oldest logs. @throws DEPLOY_RECORD_UNUSABLE */
  async prepare(): Promise<void> {
    await this.#attempt(this.folder, async () => {
      await mkdir(this.folder, { recursive: true, mode: 0o700 })
      await this.#refuseForeign()
      for (const path of await this.#oldLogs()) await rm(path, { force: true })
    })
  }

  /** Either the whole record is there, or none. @throws DEPLOY_RECORD_UNUSABLE */
  async write(record: ProcessRecord): Promise<void> {
    const path = this.#path(record.mark)
    await this.#attempt(path, async () => {
      checkIdentity(record)
      const draft = `${path}.new`
      try {
        await using file = await open(draft, 'wx', 0o600)
        await file.writeFile(JSON.stringify(record))
        await file.sync()
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
      await rename(draft, path)
    })
  }

  /** @throws DEPLOY_RECORD_UNUSABLE */
  async forget(mark: string): Promise<void> {
    await this.#attempt(this.#path(mark), () => rm(this.#path(mark), { force: true }))
  }

  #path(mark: string): string {
    return join(this.folder, `${mark}.json`)
  }

  async #read(path: string): Promise<ProcessRecord | undefined> {
    return this.#attempt(path, async () => {
      const text = await readOwnFile(path)
      if (text === undefined) return undefined // another command has just forgotten it
      const record: unknown = JSON.parse(text)
      if (!Value.Check(ProcessRecord, record)) throw new Error('it is not as it was written')
      checkIdentity(record)
      return record
    })
  }

  /** @throws DEPLOY_RECORD_UNUSABLE unless both folders are this user's, and nobody else can write there */
  async #refuseForeign(): Promise<void> {
    await this.#attempt(this.#root, async () => {
      const root = await lstat(this.#root).catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return undefined // nothing ever ran here
        throw error
      })
      if (root === undefined) return
      const problem = root.isDirectory() ? foreignWriter(root) : 'it is no folder'
      if (problem !== undefined) throw new Error(problem)
    })
    await this.#attempt(this.folder, async () => {
      const privacy = await folderPrivacy(this.folder)
      if (typeof privacy === 'object') throw new Error(privacy.problem)
    })
  }

  async #oldLogs(): Promise<readonly string[]> {
    const names = await this.#names()
    const ended = names.filter((name) => name.endsWith('.log') && !names.includes(name.replace(/\.log$/, '.json')))
    const logs = await Promise.all(
      ended.map(async (name) => {
        const path = join(this.folder, name)
        return { path, changedAt: (await stat(path)).mtimeMs }
      }),
    )
    const newestFirst = logs.toSorted((a, b) => b.changedAt - a.changedAt)
    return newestFirst.slice(KEPT_LOGS).map(({ path }) => path)
  }

  async #names(): Promise<readonly string[]> {
    try {
      return await readdir(this.folder)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [] // nothing ever ran there
      throw recordUnusable(this.folder, error)
    }
  }

  async #attempt<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      throw errorCode(error) === 'DEPLOY_RECORD_UNUSABLE' ? error : recordUnusable(path, error)
    }
  }
}

/** Of this user's own making; undefined when there is none. */
async function readOwnFile(path: string): Promise<string | undefined> {
  try {
    // What is looked at is what is read: a name could lead elsewhere a moment later.
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const found = await file.stat()
    const problem = found.isFile() ? foreignWriter(found) : 'it is no file'
    if (problem !== undefined) throw new Error(problem)
    return await file.readFile('utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw errorCode(error) === 'ELOOP' ? new Error('it is a link', { cause: error }) : error
  }
}

/** Without the boot a number and a time of start could be those of a process of today. */
function checkIdentity({ identity }: ProcessRecord): void {
  if (process.platform === 'linux' && identity.bootId === undefined)
    throw new Error('it does not say of which boot it is')
}
