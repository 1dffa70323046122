import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@portolan/errors'
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
 * folder.
 */
export class ProcessRecords {
  readonly folder: string

  constructor(folder: string, port: number) {
    this.folder = join(folder, String(port))
  }

  /** Where a command's output goes. Those of commands that are gone stay for a while, for whoever asks why. */
  logPath(mark: string): string {
    return join(this.folder, `${mark}.log`)
  }

  /** @throws DEPLOY_RECORD_UNUSABLE */
  async list(): Promise<readonly ProcessRecord[]> {
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
      for (const path of await this.#oldLogs()) await rm(path, { force: true })
    })
  }

  /** Either the whole record is there, or none. @throws DEPLOY_RECORD_UNUSABLE */
  async write(record: ProcessRecord): Promise<void> {
    const path = this.#path(record.mark)
    await this.#attempt(path, async () => {
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
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return undefined // another command has just forgotten it
        throw error
      })
      if (text === undefined) return undefined
      const record: unknown = JSON.parse(text)
      if (!Value.Check(ProcessRecord, record)) throw new Error('it is not as it was written')
      return record
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
