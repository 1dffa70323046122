import { expect, test } from 'vitest'
import { openFolder, runCli } from './testing.ts'

const STACK = 'stack: team\nservices: { web: { run: { command: web }, ports: { http: 8000 } } }\n'
const TWO = `${STACK}environments: { staging: }\n`
/** What npm tells a script of the repository. */
const NPM = { npm_lifecycle_event: 'portolan', npm_package_json: '/clone/package.json', INIT_CWD: '/clone' }

test('what is to be typed next is typed as this was, about the same copy of the same stack', async () => {
  await using world = await openFolder({ 'team.yaml': TWO })
  const copy = ['team.yaml', '--env', 'staging', '--shift', '100']
  const status = await runCli(['status', ...copy], { cwd: world.folder })
  expect(status.stdout).toMatch(/Start it with "node \S+\/main\.ts up team\.yaml --env staging --shift 100"/)
  const restart = await runCli(['restart', ...copy, '--service', 'web'], { cwd: world.folder })
  expect(restart.stderr).toMatch(/Start it with "node \S+\/main\.ts up team\.yaml --env staging --shift 100"/)
})

/** Says which modules of ours were loaded. */
const WATCH = `import { registerHooks } from 'node:module'
const seen = new Set()
registerHooks({ load: (url, context, next) => (seen.add(/packages\\/([\\w-]+)/.exec(url)?.[1]), next(url, context)) })
process.on('exit', () => process.stderr.write([...seen].join(' ')))`

test('what belongs to the registry is listed, and loaded where it is called', async () => {
  await using world = await openFolder({ 'watch.mjs': WATCH, 'portolan.yaml': STACK })
  const environment = { NODE_OPTIONS: `--import=${world.folder}/watch.mjs` }
  const run = (...args: readonly string[]) => runCli(args, { environment, cwd: world.folder })
  for (const args of [['--help'], ['status'], ['schema']]) {
    const { stderr } = await run(...args)
    expect(stderr.split(' ')).toContain('stack')
    expect(stderr).not.toMatch(/operations|registry|deploy|port-files/)
  }
  const { stdout } = await run('--help')
  expect(stdout).toMatch(
    /\n {2}preview .*\n[\s\S]*\n {2}ports +who holds which ports[\s\S]*\n {2}mcp .*\n[\s\S]*\n {2}schema /,
  )
  for (const args of [
    ['--verbose', 'ports', '--help'],
    ['help', 'ports'],
  ]) {
    expect((await run(...args)).stdout).toMatch(/Usage: .* ports [\s\S]*who holds which ports[\s\S]*allocate/)
  }
}, 30_000)

test('called by npm, npm is named, also in the help', async () => {
  await using world = await openFolder()
  const missing = await runCli(['up', 'nowhere'], { cwd: world.folder, environment: NPM })
  expect(missing.stderr).toContain('write a first one with "npm run portolan -- init"')
  const help = await runCli(['logs', '--help'], { environment: NPM })
  expect(help.stdout).toContain('Usage: npm run portolan -- logs [options] [stack]')
})

test.for(['up', 'down', 'status', 'logs', 'restart', 'open'])('%s takes the stack as its argument', async (command) => {
  const { stdout } = await runCli([command, '--help'])
  expect(stdout).toMatch(new RegExp(`Usage: .* ${command} \\[options\\] \\[stack\\]\n`))
  expect(stdout).not.toContain('--file')
})

test('logs shows the services that are named, and knows which there are', async () => {
  await using world = await openFolder({ 'portolan.yaml': STACK })
  const logs = (...args: readonly string[]) => runCli(['logs', ...args], { cwd: world.folder })
  expect(await logs('.', '-s', 'web', '--service', '_modules')).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await logs('--service', 'wbe')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('It has web') })
})

test.for(['logs', 'restart'])('%s says how a service is named to whoever gave one as the stack', async (command) => {
  await using world = await openFolder({ 'portolan.yaml': STACK })
  const { exitCode, stderr } = await runCli([command, 'web', '--service', 'web'], { cwd: world.folder })
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('"--service web"')])
})
