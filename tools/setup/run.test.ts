import { spawn } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SETUP = fileURLToPath(new URL('./', import.meta.url))

interface RepositoryOptions {
  /** The version that package.json pins; another one than this Node's makes the launcher start a second process. */
  readonly pinned?: string
  readonly dependencies?: Readonly<Record<string, string>>
  /** What `portolan` is in this repository. */
  readonly cli?: string
  /** A shell script that stands in for npm, which is not ours. */
  readonly npm?: string
}

/** A small repository with the real launcher in it. */
async function openRepository({ pinned = '0.0.0', dependencies = {}, cli = '', npm }: RepositoryOptions = {}) {
  const root = await mkdtemp(path.join(os.tmpdir(), 'portolan-setup-'))
  const manifest = { name: 'small', version: '1.0.0', dependencies }
  const packages = Object.fromEntries(
    Object.entries(dependencies).map(([name, version]) => [`node_modules/${name}`, { version }]),
  )
  await cp(SETUP, path.join(root, 'tools/setup'), { recursive: true })
  await mkdir(path.join(root, 'tools/cli'), { recursive: true })
  await writeFile(path.join(root, 'tools/cli/main.ts'), cli)
  await writeFile(
    path.join(root, 'package-lock.json'),
    JSON.stringify({ name: 'small', version: '1.0.0', lockfileVersion: 3, packages: { '': manifest, ...packages } }),
  )
  await writeFile(path.join(root, 'package.json'), JSON.stringify({ ...manifest, type: 'module' }))
  if (npm !== undefined) {
    await mkdir(path.join(root, 'bin'))
    await writeFile(path.join(root, 'bin/npm'), `#!/bin/sh\n${npm}\n`)
    await chmod(path.join(root, 'bin/npm'), 0o755)
  }
  const pin = () =>
    writeFile(
      path.join(root, 'package.json'),
      JSON.stringify({ ...manifest, type: 'module', dependencies: { ...dependencies, node: pinned } }),
    )
  return { root, pin, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}

function launch(root: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$)/.test(name)))
  const env = { ...inherited, PATH: `${path.join(root, 'bin')}:${process.env.PATH}`, ...environment }
  return spawn(process.execPath, [path.join(root, 'tools/setup/run.mjs'), ...args], { cwd: root, env, stdio: 'pipe' })
}

async function finish(child: ReturnType<typeof launch>) {
  const closed = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const [stdout, stderr, { code, signal }] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  return { stdout, stderr, code, signal }
}

/** What npm leaves behind: the pinned Node. */
const INSTALL = `mkdir -p node_modules/node/bin && ln -sf "${process.execPath}" node_modules/node/bin/node`

test('a fresh clone is installed once, and after that nothing is done', async () => {
  await using world = await openRepository({ npm: `echo run >> npm.log; ${INSTALL}`, cli: 'console.log("hello")' })
  await world.pin()
  const first = await finish(launch(world.root, ['portolan']))
  expect(first).toMatchObject({ code: 0, stdout: 'hello\n' })
  expect(first.stderr).toContain('Installing what package-lock.json asks for')
  expect(await finish(launch(world.root, ['portolan']))).toMatchObject({ code: 0, stdout: 'hello\n', stderr: '' })
  expect(await readFile(path.join(world.root, 'npm.log'), 'utf8')).toBe('run\n')
})

test('another lock file is installed again', async () => {
  await using world = await openRepository({ npm: `echo run >> npm.log; ${INSTALL}` })
  await finish(launch(world.root, ['portolan']))
  await writeFile(path.join(world.root, 'package-lock.json'), '{ "lockfileVersion": 3, "packages": { "": {} } }')
  await finish(launch(world.root, ['portolan']))
  expect(await readFile(path.join(world.root, 'npm.log'), 'utf8')).toBe('run\nrun\n')
})

test('what npm install has done by hand is not done again', async () => {
  await using world = await openRepository({ npm: 'echo run >> npm.log', cli: '' })
  await mkdir(path.join(world.root, 'node_modules/node/bin'), { recursive: true })
  await symlink(process.execPath, path.join(world.root, 'node_modules/node/bin/node'))
  await writeFile(path.join(world.root, 'node_modules/.package-lock.json'), '{ "packages": {} }')
  await world.pin()
  expect(await finish(launch(world.root, ['portolan']))).toMatchObject({ code: 0, stderr: '' })
  await expect(stat(path.join(world.root, 'npm.log'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('of two at once, one installs and the other waits for it', async () => {
  await using world = await openRepository({
    npm: `echo run >> npm.log; sleep 1; ${INSTALL}`,
    cli: 'console.log("up")',
  })
  await world.pin()
  // The shell's sleep is a slow npm; the second asks for the lock while the first has it.
  const ends = await Promise.all([launch(world.root, ['portolan']), launch(world.root, ['portolan'])].map(finish))
  expect(ends).toMatchObject([
    { code: 0, stdout: 'up\n' },
    { code: 0, stdout: 'up\n' },
  ])
  expect(ends.filter(({ stderr }) => stderr.includes('Another process is installing'))).toHaveLength(1)
})

test('the lock of a process that is gone holds nobody up', async () => {
  await using world = await openRepository({ npm: INSTALL })
  await mkdir(path.join(world.root, '.tmp'))
  const gone = spawn(process.execPath, ['-e', '0'])
  await new Promise((resolve) => gone.once('close', resolve))
  await writeFile(path.join(world.root, '.tmp/install.lock'), `${gone.pid} ${os.hostname()}`)
  await world.pin()
  expect(await finish(launch(world.root, ['portolan']))).toMatchObject({ code: 0 })
})

test.for([
  ['the network', 'echo "npm error code ENOTFOUND" >&2; exit 1', 'registry could not be reached'],
  ['the disk', 'echo "npm error code ENOSPC" >&2; exit 1', 'disk is full'],
  ['permissions', 'echo "npm error code EACCES" >&2; exit 1', 'may not be written'],
  ['an old lock file', 'echo "npm error code EUSAGE" >&2; exit 1', 'do not agree'],
  ['blocked scripts', 'mkdir -p node_modules', 'not run their install scripts'],
  ['anything else', 'echo "npm error what else" >&2; exit 1', 'what else'],
] as const)('a failure by %s is said, and nothing is run', async ([, npm, words]) => {
  await using world = await openRepository({ npm, cli: 'console.log("ran")' })
  const { code, stdout, stderr } = await finish(launch(world.root, ['portolan']))
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(words)
  expect(stderr).not.toContain('    at ')
})

test('the real npm without a registry is understood', async () => {
  await using world = await openRepository({ dependencies: { left: '1.0.0' } })
  const nowhere = {
    npm_config_registry: 'http://127.0.0.1:1/',
    npm_config_fetch_retries: '0',
    npm_config_cache: world.root,
  }
  const { code, stderr } = await finish(launch(world.root, ['portolan'], nowhere))
  expect([code, stderr]).toEqual([2, expect.stringContaining('registry could not be reached')])
})

test('an argument, an exit status and standard input go through to the pinned Node', async () => {
  const cli = 'process.stdin.pipe(process.stdout); console.log(process.argv.slice(2).join()); process.exitCode = 7'
  await using world = await openRepository({ npm: INSTALL, cli })
  await world.pin()
  const child = launch(world.root, ['portolan', 'check', '--json'])
  child.stdin.end('given')
  expect(await finish(child)).toMatchObject({ code: 7, stdout: 'check,--json\ngiven' })
})

test.for(['0.0.0', process.versions.node])('paths are from where npm was called, with %s pinned', async (pinned) => {
  await using world = await openRepository({ npm: INSTALL, cli: 'console.log(process.cwd())', pinned })
  await world.pin()
  const elsewhere = await realpath(os.tmpdir())
  const by = (script: string) =>
    finish(launch(world.root, ['portolan'], { npm_lifecycle_event: script, INIT_CWD: elsewhere }))
  expect(await by('portolan')).toMatchObject({ stdout: `${elsewhere}\n` })
  // The arguments of any other script were written by whoever wrote the script.
  expect(await by('other')).toMatchObject({ stdout: `${await realpath(world.root)}\n` })
})

test('on the pinned Node already, there is no second process', async () => {
  const cli = 'console.log(process.pid)'
  await using same = await openRepository({ npm: INSTALL, cli, pinned: process.versions.node })
  await same.pin()
  const child = launch(same.root, ['portolan'])
  expect((await finish(child)).stdout).toBe(`${child.pid}\n`)
})

test('SIGTERM reaches the program once, and the launcher ends as the program does', async () => {
  const cli = `
    let count = 0
    process.on('SIGTERM', () => { count += 1; setTimeout(() => { console.log(count); process.exit(3) }, 200) })
    setInterval(() => {}, 1000)
    console.log('ready')`
  await using world = await openRepository({ npm: INSTALL, cli })
  await world.pin()
  const child = launch(world.root, ['portolan'])
  child.stdout.once('data', () => child.kill('SIGTERM'))
  expect(await finish(child)).toMatchObject({ code: 3, stdout: 'ready\n1\n' })
})

test('a program that a signal ended is reported as such', async () => {
  await using world = await openRepository({ npm: INSTALL, cli: 'process.kill(process.pid, "SIGKILL")' })
  await world.pin()
  expect(await finish(launch(world.root, ['portolan']))).toMatchObject({ code: null, signal: 'SIGKILL' })
})

test('an unknown verb is refused', async () => {
  await using world = await openRepository({ npm: INSTALL })
  expect(await finish(launch(world.root, ['constructor']))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('portolan, example, test, gate'),
  })
})
