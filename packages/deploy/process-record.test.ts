import { chmod, chown, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { identifyProcess } from '@portolan/observe'
import { openTestFolder, startNode } from '@portolan/observe/testing'
import { expect, test } from 'vitest'
import { processHome } from './process-home.ts'
import { type ProcessRecord, ProcessRecords } from './process-record.ts'

const { signal } = new AbortController()
const MARK = '00000000-0000-4000-8000-000000000000'
const PLACE = { claimId: 7, project: 'worb', environment: 'production', half: 'blue', port: 4100 } as const

/** A record of a process that runs, as it was written down here, and somebody's that Portolan never started. */
async function openRecord() {
  await using releasers = new AsyncDisposableStack()
  const state = releasers.use(await openTestFolder())
  const other = releasers.use(await startNode('console.log("up"); setInterval(() => {}, 1000)', { detached: true }))
  const identity = await identifyProcess(other.pid)
  if (identity === undefined) throw new Error('it was not there to begin with')
  const records = new ProcessRecords(state.root, PLACE.port)
  await records.prepare()
  const rest = { token: 1, version: '1', command: ['x'], startedAt: new Date().toISOString() }
  const record: ProcessRecord = { mark: MARK, identity, ...PLACE, ...rest }
  await records.write(record)
  const owned = releasers.move()
  const file = join(records.folder, `${MARK}.json`)
  return { root: state.root, records, record, file, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

type World = Awaited<ReturnType<typeof openRecord>>

const ANOTHER = 65_534

const FORGERIES: readonly (readonly [string, (world: World) => Promise<void>, RegExp])[] = [
  ['a record that others may write', ({ file }) => chmod(file, 0o666), /others may write/],
  ['a record that a group may write', ({ file }) => chmod(file, 0o620), /others may write/],
  ['a folder that others may enter', ({ records }) => chmod(records.folder, 0o755), /others may enter/],
  ['a state folder that others may write', ({ root }) => chmod(root, 0o777), /others may write/],
  ['a record that is a link', ({ file }) => byLink(file), /it is a link/],
  ['a folder that is a link', ({ records }) => byLink(records.folder), /it is no folder/],
]
const FOREIGN: typeof FORGERIES = [
  ["another user's record", ({ file }) => chown(file, ANOTHER, ANOTHER), /belongs to another user/],
  ["another user's folder", ({ records }) => chown(records.folder, ANOTHER, ANOTHER), /belongs to another user/],
  ["another user's state folder", ({ root }) => chown(root, ANOTHER, ANOTHER), /belongs to another user/],
]

async function byLink(path: string): Promise<void> {
  await rename(path, `${path}.true`)
  await symlink(`${path}.true`, path)
}

test.for(process.getuid?.() === 0 ? [...FORGERIES, ...FOREIGN] : FORGERIES)(
  '%s is refused, and no process is ended by it',
  async ([, forge, words]) => {
    await using world = await openRecord()
    const home = processHome(world.root)
    const [occupant] = await home.listOccupants(PLACE, { signal })
    if (occupant === undefined) throw new Error('it was not listed to begin with')
    await forge(world)
    const refusal = { code: 'DEPLOY_RECORD_UNUSABLE', message: expect.stringMatching(words) }
    await expect(home.listOccupants(PLACE, { signal })).rejects.toMatchObject(refusal)
    await expect(home.stop(PLACE, occupant, { signal })).rejects.toMatchObject(refusal)
    expect(await identifyProcess(world.record.identity.pid)).toEqual(world.record.identity)
  },
)

test('a folder that somebody else has made before is not written to', async () => {
  await using state = await openTestFolder()
  const records = new ProcessRecords(state.root, PLACE.port)
  await mkdir(records.folder, { mode: 0o777 })
  await chmod(records.folder, 0o777)
  await expect(records.prepare()).rejects.toMatchObject({ code: 'DEPLOY_RECORD_UNUSABLE' })
})

test.skipIf(process.platform !== 'linux')(
  'a record that does not say its boot is neither read nor written',
  async () => {
    await using world = await openRecord()
    const { bootId: _, ...identity } = world.record.identity
    const record = { ...world.record, identity }
    const refusal = { code: 'DEPLOY_RECORD_UNUSABLE', message: expect.stringContaining('of which boot') }
    await expect(world.records.write(record)).rejects.toMatchObject(refusal)
    await writeFile(world.file, JSON.stringify(record))
    await expect(world.records.list()).rejects.toMatchObject(refusal)
  },
)
