import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openFolder, runCli } from '../testing.ts'

const CLEAN = 'stack: team\nservices:\n  board: { run: { command: board }, ports: { http: 8000 } }\n'
const CLASH = `${CLEAN}  chat: { run: { command: chat }, ports: { http: 8000 } }\n`
const MOVED = CLEAN.replace('8000', '8001')
const BROKEN = 'stack: team\nservces: {}\nservices: { board: { run: { comand: x } } }\n'

test('a clean stack is said to be clean, and exits with 0', async () => {
  await using world = await openFolder({ 'portolan.yaml': CLEAN })
  expect(await runCli(['check'], { cwd: world.folder })).toEqual({ exitCode: 0, stdout: 'No findings.\n', stderr: '' })
})

test('an error is shown with its line, and exits with 1', async () => {
  await using world = await openFolder({ 'portolan.yaml': CLASH })
  const { exitCode, stdout } = await runCli(['check', '.'], { cwd: world.folder })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('portolan.yaml\n')
  expect(stdout).toMatch(/ error {2}PORT_\w+/)
  expect(stdout).toContain('chat: { run')
})

test('a module that is not there is found, from the folder of the stack file', async () => {
  const text = 'stack: team\nservices: { board: { run: { module: board.ts }, ports: { http: 8000 } } }\n'
  await using world = await openFolder({ 'portolan.yaml': text })
  const missing = await runCli(['check', world.folder, '--json'])
  expect(missing.exitCode).toBe(1)
  expect(JSON.parse(missing.stdout).findings).toMatchObject([{ code: 'MODULE_MISSING', line: 2 }])
  expect(await runCli(['up', world.folder])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/MODULE_MISSING[\s\S]*Nothing of stack "team" was started/),
  })
  expect(await runCli(['check', '-'], { stdin: text })).toMatchObject({ exitCode: 0 })
  await writeFile(path.join(world.folder, 'board.ts'), '')
  expect(await runCli(['check', world.folder])).toMatchObject({ exitCode: 0, stdout: 'No findings.\n' })
})

test('two files about one stack are compared', async () => {
  await using world = await openFolder({ 'a.yaml': CLEAN, 'b.yaml': MOVED })
  const { exitCode, stdout } = await runCli(['check', 'a.yaml', 'b.yaml', '--json'], { cwd: world.folder })
  expect(exitCode).toBe(1)
  const { findings }: { findings: { file: string; related: { file: string }[] }[] } = JSON.parse(stdout)
  expect(findings.flatMap(({ file, related }) => [file, ...related.map((one) => one.file)])).toEqual(
    expect.arrayContaining(['a.yaml', 'b.yaml']),
  )
})

test('of three files, those about one stack are compared', async () => {
  const other = CLEAN.replace('team', 'other')
  await using world = await openFolder({ 'a.yaml': CLEAN, 'b.yaml': other, 'c.yaml': MOVED, 'd.yaml': CLEAN })
  expect(await runCli(['check', 'a.yaml', 'b.yaml', 'd.yaml'], { cwd: world.folder })).toMatchObject({ exitCode: 0 })
  expect(await runCli(['check', 'a.yaml', 'b.yaml', 'c.yaml'], { cwd: world.folder })).toMatchObject({ exitCode: 1 })
})

test('two files about different stacks are checked, and it is said that they were not compared', async () => {
  await using world = await openFolder({ 'a.yaml': CLEAN, 'b.yaml': MOVED.replace('team', 'other') })
  const { exitCode, stderr } = await runCli(['check', 'a.yaml', 'b.yaml'], { cwd: world.folder })
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('not compared')])
})

test('every fault of a file that cannot be used comes as a finding in the chosen format, and exits with 2', async () => {
  await using world = await openFolder({ 'portolan.yaml': BROKEN })
  const { exitCode, stdout } = await runCli(['check', '--format', 'json'], { cwd: world.folder })
  expect(exitCode).toBe(2)
  expect(JSON.parse(stdout).findings).toMatchObject([
    { code: 'STACK_KEY_UNKNOWN', severity: 'error', file: 'portolan.yaml', line: 2, column: 1 },
    { code: 'STACK_KEY_MISSING', severity: 'error', file: 'portolan.yaml', line: 3, column: 27 },
  ])
})

test('the faults of every environment come at once, one that several have only once', async () => {
  const text = `${CLEAN.replace('ports', 'host: seoul, ports')}environments: { development: , staging: , production: { services: { board: { host: busan } } } }\n`
  await using world = await openFolder({ 'portolan.yaml': text })
  const { exitCode, stdout } = await runCli(['check', '--json'], { cwd: world.folder })
  expect(exitCode).toBe(2)
  expect(JSON.parse(stdout).findings).toMatchObject([
    { line: 3, environments: ['development', 'staging'] },
    { line: 4, environments: ['production'] },
  ])
})

test.for([
  ['text', 'STACK_KEY_UNKNOWN'],
  ['json', '"STACK_KEY_UNKNOWN"'],
  ['sarif', '"ruleId"'],
  ['github', '::error file='],
] as const)('the format %s is written', async ([format, sign]) => {
  const { stdout } = await runCli(['check', '--format', format, '-'], { stdin: BROKEN })
  expect(stdout).toContain(sign)
})

test('"-" reads standard input', async () => {
  expect(await runCli(['check', '-'], { stdin: CLEAN })).toMatchObject({ exitCode: 0 })
  expect(await runCli(['check', '-', '-'], { stdin: CLEAN })).toMatchObject({ exitCode: 2 })
})

test.for([
  ['a file that is not there', ['check', 'nowhere.yaml'], 'CLI_STACK_FILE_MISSING'],
  ['a folder without a stack file', ['check', '/'], 'CLI_STACK_FILE_MISSING'],
  ['an unknown format', ['check', '--format', 'xml'], 'Allowed choices'],
  ['an unknown option', ['check', '--fromat', 'json'], 'Did you mean --format?'],
  ['an unknown command', ['chek'], 'Did you mean check?'],
] as const)('%s exits with 2 and says why, without a stack trace', async ([, args, words]) => {
  const { exitCode, stdout, stderr } = await runCli(args)
  expect([exitCode, stdout]).toEqual([2, ''])
  expect(stderr).toContain(words)
  expect(stderr).not.toMatch(/^ {4}at /m)
})

test('an unknown environment is a finding, and exits with 2', async () => {
  const { exitCode, stdout } = await runCli(['check', '-', '--env', 'prod'], { stdin: CLEAN })
  expect([exitCode, stdout]).toEqual([2, expect.stringContaining('STACK_ENVIRONMENT_UNKNOWN')])
})

test('colours are for terminals, and can be turned on and off', async () => {
  const isColoured = async (args: readonly string[], environment: Readonly<Record<string, string>>) =>
    (await runCli(['check', '-', ...args], { stdin: BROKEN, environment })).stdout.includes('\u001b[')
  expect(await isColoured([], {})).toBe(false)
  expect(await isColoured([], { FORCE_COLOR: '1' })).toBe(true)
  expect(await isColoured(['--no-color'], { FORCE_COLOR: '1' })).toBe(false)
  expect(await isColoured([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
})

test('a reader that has had enough is no failure', async () => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, 'schema'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  child.stdout.once('data', () => child.stdout.destroy())
  const [code]: (number | null)[] = await once(child, 'close')
  expect([code, Buffer.concat(errors).toString()]).toEqual([0, ''])
})

test('--version and --help exit with 0', async () => {
  expect(await runCli(['--version'])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  const { exitCode, stdout } = await runCli(['check', '--help'])
  expect(exitCode).toBe(0)
  expect(stdout).toContain('Exit status: 0')
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90)
})
