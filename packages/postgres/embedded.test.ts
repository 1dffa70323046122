import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { isRoot, SERVER_ACCOUNT } from './account.ts'
import { binariesIn, findBinaries, repairInstallation, runnableBinaries } from './binaries.ts'
import { prepareEmbeddedPostgres } from './embedded.ts'
import { pingPostgres } from './ping.ts'
import { openPool } from './pool.ts'
import { freePort, openTestPostgres, spawnUntilReady, type TestPostgres } from './testing.ts'

const execute = promisify(execFile)
const isLinux = process.platform === 'linux'
const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(30_000) })

async function openFolder(): Promise<{ folder: string; dataFolder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-embedded-')) // mkdtemp makes it 0700: others cannot enter
  return {
    folder,
    dataFolder: join(folder, 'data'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 10 }),
  }
}

function optionsFor(dataFolder: string, port = 5432) {
  return { dataFolder, port, address: '127.0.0.1', isDurable: false }
}

/** A folder that looks initialised, for what is decided before any server runs. */
async function fakeCluster(dataFolder: string, version = '18'): Promise<void> {
  await mkdir(dataFolder, { mode: 0o700 })
  await writeFile(join(dataFolder, 'PG_VERSION'), `${version}\n`)
  await writeFile(`${dataFolder}.password`, 'secret\n', { mode: 0o600 })
}

async function query(server: TestPostgres, statement: string): Promise<readonly unknown[]> {
  await using pool = await openPool<unknown>(server.adminUrl, { sizeLimit: 1 }, waiting())
  return (await sql.raw(statement).execute(pool.db)).rows
}

test('a fresh folder becomes a server that keeps its data and its password', async () => {
  await using world = await openFolder()
  const port = await freePort()
  const { dataFolder } = world
  const first = await prepareEmbeddedPostgres(optionsFor(dataFolder, port), waiting())
  const child = await spawnUntilReady(first)
  await pingPostgres(first.adminUrl, waiting())
  await using pool = await openPool<unknown>(first.adminUrl, {}, waiting())
  const { rows } = await sql`
    select current_setting('fsync') as fsync, current_setting('data_checksums') as checksums,
      datcollate, datlocprovider, pg_encoding_to_char(encoding) as encoding
    from pg_database where datname = 'postgres'`.execute(pool.db)
  expect(rows).toEqual([{ fsync: 'on', checksums: 'on', datcollate: 'C', datlocprovider: 'b', encoding: 'UTF8' }])
  await pool.close(waiting())
  child.kill(first.stopSignal)
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(await prepareEmbeddedPostgres(optionsFor(dataFolder, port), waiting())).toEqual(first)
  expect((await stat(`${dataFolder}.password`)).mode & 0o777).toBe(0o600)
  expect(await readdir(world.folder)).toEqual(['data', 'data.password'])
})

test('data survives a kill of the server, which starts again at once', async () => {
  await using server = await openTestPostgres()
  await query(server, 'create table kept as select generate_series(1, 1000) as id')
  for (const _round of [1, 2, 3]) {
    await query(server, 'insert into kept values (0)')
    await server.stop('SIGKILL')
    await server.start()
  }
  expect(await query(server, 'select count(*)::int as count from kept')).toEqual([{ count: 1003 }])
})

test.runIf(isLinux)('a number in postmaster.pid that now belongs to another process is no obstacle', async () => {
  await using server = await openTestPostgres()
  const { uid, gid } = await stat(server.dataFolder)
  await server.stop('SIGKILL')
  const other = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' })
  await once(other, 'spawn')
  const file = join(server.dataFolder, 'postmaster.pid')
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, `${other.pid}`))
  await server.start()
  await pingPostgres(server.adminUrl, waiting())
  other.kill()
})

test.runIf(isLinux)('a folder whose server runs is refused with its process', async () => {
  await using server = await openTestPostgres()
  const second = prepareEmbeddedPostgres(optionsFor(server.dataFolder), waiting())
  await expect(second).rejects.toMatchObject({ code: 'POSTGRES_ALREADY_RUNNING', details: { pid: server.pid } })
})

test('a kill during initdb leaves nothing half-made, and the next start clears up', async () => {
  await using world = await openFolder()
  const script = `
    import { prepareEmbeddedPostgres } from ${JSON.stringify(import.meta.resolve('./embedded.ts'))}
    await prepareEmbeddedPostgres(${JSON.stringify(optionsFor(world.dataFolder))}, { signal: new AbortController().signal })`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'ignore' })
  await expect.poll(() => findUnfinished(world.folder), { timeout: 10_000, interval: 5 }).toContain('base')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(await readdir(world.folder)).not.toContain('data')
  const port = await freePort()
  const description = await prepareEmbeddedPostgres(optionsFor(world.dataFolder, port), waiting())
  expect(await readdir(world.folder)).toEqual(['data', 'data.password'])
  const server = await spawnUntilReady(description)
  await pingPostgres(description.adminUrl, waiting())
  server.kill(description.stopSignal)
  await once(server, 'exit')
})

async function findUnfinished(folder: string): Promise<readonly string[]> {
  const workshop = (await readdir(folder)).find((name) => name.startsWith('data.initdb-'))
  return workshop === undefined ? [] : readdir(join(folder, workshop, 'data')).catch(() => [])
}

test('an abort during initdb leaves nothing behind either', async () => {
  await using world = await openFolder()
  const aborter = new AbortController()
  const preparing = prepareEmbeddedPostgres(optionsFor(world.dataFolder), { signal: aborter.signal })
  const rejection = expect(preparing).rejects.toThrow('changed my mind')
  await expect.poll(() => findUnfinished(world.folder), { timeout: 10_000, interval: 5 }).toContain('base')
  aborter.abort(new Error('changed my mind'))
  await rejection
  expect(await readdir(world.folder)).toEqual(['data.password'])
})

test('what the data folder cannot be is said before anything is changed', async () => {
  await using world = await openFolder()
  const prepare = (name: string) => prepareEmbeddedPostgres(optionsFor(join(world.folder, name)), waiting())
  await fakeCluster(join(world.folder, 'older'), '16')
  await expect(prepare('older')).rejects.toMatchObject({
    code: 'POSTGRES_FOLDER_VERSION',
    message: expect.stringMatching(/PostgreSQL 16, and this one is 18.*pg_dumpall/),
  })
  await mkdir(join(world.folder, 'photos'))
  await writeFile(join(world.folder, 'photos', 'cat.jpg'), '')
  await expect(prepare('photos')).rejects.toMatchObject({ code: 'POSTGRES_FOLDER_FOREIGN' })
  await fakeCluster(join(world.folder, 'open'))
  await chmod(join(world.folder, 'open'), 0o755)
  await expect(prepare('open')).rejects.toMatchObject({
    code: 'POSTGRES_FOLDER_UNUSABLE',
    message: expect.stringContaining('chmod 0700'),
  })
  await fakeCluster(join(world.folder, 'locked-out'))
  await unlink(join(world.folder, 'locked-out.password'))
  await expect(prepare('locked-out')).rejects.toMatchObject({ code: 'POSTGRES_PASSWORD_MISSING' })
  await expect(prepare('photos/cat.jpg/data')).rejects.toMatchObject({ code: 'POSTGRES_FOLDER_UNUSABLE' })
})

test('a platform without binaries is named', async () => {
  await expect(findBinaries('plan9-mips')).rejects.toMatchObject({
    code: 'POSTGRES_PLATFORM_UNSUPPORTED',
    message: expect.stringContaining('plan9-mips'),
  })
})

test('an installation whose install script did not run is repaired', async () => {
  await using world = await openFolder()
  const installed = await findBinaries()
  const home = join(world.folder, basename(installed.home))
  await cp(installed.home, home, { recursive: true, filter: async (path) => !(await lstat(path)).isSymbolicLink() })
  const binaries = binariesIn(home, installed.packageVersion)
  await chmod(binaries.postgres, 0o644)
  const account = undefined
  const { majorVersion } = await runnableBinaries(binaries, { account }, waiting())
  expect(majorVersion).toBe('18')
  await repairInstallation(binaries) // once more: nothing to do
})

test('binaries that cannot run are an error with the reason', async () => {
  await using world = await openFolder()
  const nothing = binariesIn(join(world.folder, 'native'), '0')
  await expect(runnableBinaries(nothing, { account: undefined }, waiting())).rejects.toMatchObject({
    code: 'POSTGRES_BINARIES_UNUSABLE',
    message: expect.stringContaining('ENOENT'),
  })
})

test.runIf(isRoot())(
  'as root, the server runs as an account of its own, below a folder that is closed to it',
  async () => {
    await using server = await openTestPostgres() // its temporary folder is 0700 and root's
    expect((await stat(dirname(server.dataFolder))).mode & 0o077).toBe(0)
    expect((await stat(server.dataFolder)).uid).toBe(SERVER_ACCOUNT.uid)
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
    expect(status).toMatch(new RegExp(`^Uid:\\s+${SERVER_ACCOUNT.uid}\\s+${SERVER_ACCOUNT.uid}\\s`, 'm'))
    expect(status).toMatch(/^CapEff:\s+0+$/m)
    expect(status).toMatch(/^Groups:\s*$/m)
  },
)

test.runIf(isRoot())(
  'as root, binaries that the account cannot reach are copied once, and not into untrusted places',
  async () => {
    await using world = await openFolder()
    const installed = await findBinaries()
    const home = join(world.folder, 'native')
    await cp(installed.home, home, { recursive: true, verbatimSymlinks: true })
    const reachable = await mkdtemp(join(tmpdir(), 'portolan-binaries-'))
    await using releasers = new AsyncDisposableStack()
    releasers.defer(() => rm(reachable, { recursive: true }))
    await chmod(reachable, 0o755)
    const umask = process.umask(0o077)
    releasers.defer(() => void process.umask(umask))
    const prepared = join(reachable, 'prepared-by-another-user')
    await mkdir(prepared)
    await chown(prepared, 65_534, 65_534)
    const options = { account: SERVER_ACCOUNT, homes: [prepared, join(reachable, 'ours')] }
    const found = await runnableBinaries(binariesIn(home, '18.0.0'), options, waiting())
    expect(dirname(found.home)).toBe(join(reachable, 'ours'))
    expect(await readdir(prepared)).toEqual([])
    const { ino } = await stat(found.postgres)
    const again = await runnableBinaries(binariesIn(home, '18.0.0'), options, waiting())
    expect((await stat(again.postgres)).ino).toBe(ino)
    expect(await readdir(join(reachable, 'ours'))).toHaveLength(1)
  },
)

test.runIf(isRoot())('as root, a folder of an ordinary user is served as that user', async () => {
  await using world = await openFolder()
  await fakeCluster(world.dataFolder)
  await chown(world.dataFolder, 12_345, 23_456)
  const description = await prepareEmbeddedPostgres(optionsFor(world.dataFolder), waiting())
  expect(description).toMatchObject({ uid: 12_345, gid: 23_456 })
})

test.runIf(isRoot())(
  'an ordinary user gets a server under its own account, and a clear no for the folders of others',
  async (context) => {
    const script = (dataFolder: string, port: number) => `
    import { prepareEmbeddedPostgres } from ${JSON.stringify(import.meta.resolve('./embedded.ts'))}
    import { spawnUntilReady } from ${JSON.stringify(import.meta.resolve('./testing.ts'))}
    const signal = AbortSignal.timeout(30_000)
    try {
      const description = await prepareEmbeddedPostgres(${JSON.stringify(optionsFor(dataFolder, port))}, { signal })
      const child = await spawnUntilReady(description)
      child.once('exit', (code) => console.log(JSON.stringify({ code, ...description })))
      child.kill(description.stopSignal)
    } catch (error) {
      console.log(JSON.stringify({ code: error.code, message: error.message }))
    }`
    const nobody = { uid: 65_534, gid: 65_534, cwd: '/', env: {} }
    const run = async (dataFolder: string): Promise<unknown> => {
      const args = ['--input-type=module', '--eval', script(dataFolder, await freePort())]
      return JSON.parse((await execute(process.execPath, args, nobody)).stdout)
    }
    const canReach = await execute(
      process.execPath,
      ['--eval', `fs.accessSync(${JSON.stringify(import.meta.filename)})`],
      nobody,
    )
      .then(() => true)
      .catch(() => false)
    if (!canReach) context.skip('this clone is closed to other users')
    await using world = await openFolder()
    await chown(world.folder, nobody.uid, nobody.gid)
    const served = await run(world.dataFolder)
    expect(served).toMatchObject({ code: 0, args: expect.arrayContaining(['-D', world.dataFolder]) })
    expect(served).not.toHaveProperty('uid')
    await using foreign = await openFolder()
    await fakeCluster(foreign.dataFolder)
    expect(await run(foreign.dataFolder)).toMatchObject({ code: 'POSTGRES_FOLDER_UNUSABLE' })
    expect(await run(join(foreign.folder, 'new'))).toMatchObject({ code: 'POSTGRES_FOLDER_UNUSABLE' })
  },
)

test.runIf(isRoot() && isLinux)(
  'a full disk is said in its own words, and nothing half-made is left',
  async (context) => {
    await using world = await openFolder()
    const small = join(world.folder, 'small')
    await mkdir(small)
    const isMounted = await execute('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'portolan-test', small]).then(
      () => true,
      () => false,
    )
    if (!isMounted) context.skip('this process may not mount')
    try {
      const preparing = prepareEmbeddedPostgres(optionsFor(join(small, 'data')), waiting())
      await expect(preparing).rejects.toMatchObject({ code: 'POSTGRES_DISK_FULL' })
      expect(await readdir(small)).toEqual(['data.password'])
    } finally {
      await execute('umount', [small])
    }
  },
)

test.runIf(isRoot() && isLinux)('root that may not change users is told so', async () => {
  await using world = await openFolder()
  const script = `
    import { prepareEmbeddedPostgres } from ${JSON.stringify(import.meta.resolve('./embedded.ts'))}
    const options = ${JSON.stringify(optionsFor(world.dataFolder))}
    const signal = AbortSignal.timeout(30_000)
    await prepareEmbeddedPostgres(options, { signal }).catch(({ code }) => console.log(code))`
  const args = ['--bounding-set=-setuid,-setgid', process.execPath, '--input-type=module', '--eval', script]
  expect((await execute('setpriv', args)).stdout.trim()).toBe('POSTGRES_ACCOUNT_UNUSABLE')
})
