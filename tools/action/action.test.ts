import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '@portolan/observe/testing'
import { openTestPostgres } from '@portolan/postgres/testing'
import { openTestRegistryServer } from '@portolan/registry-server/testing'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readInputs } from './action-inputs.ts'
import { plainLine, workflowCommand } from './workflow-commands.ts'

const postgres = await openTestPostgres()
const server = await openTestRegistryServer(postgres)
const key = await server.makeKey({ name: 'worb-ci', role: 'allocate', projects: ['worb'] })
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

const ACTION = parse(await readFile(new URL('./action.yml', import.meta.url), 'utf8'))
const MAIN = fileURLToPath(new URL(ACTION.runs.main, import.meta.url))
const RUN = { GITHUB_RUN_ID: '77', GITHUB_RUN_ATTEMPT: '1', GITHUB_WORKFLOW: 'Deploy', GITHUB_ACTOR: 'kim' }

/** As the runner does: defaults from action.yml, inputs and files by the environment, in the folder of somebody's work. */
async function runAction(inputs: Readonly<Record<string, string>>, runner: Readonly<Record<string, string>> = RUN) {
  const folder = await mkdtemp(path.join(tmpdir(), 'portolan-action-'))
  try {
    const files = { GITHUB_OUTPUT: path.join(folder, 'output'), GITHUB_ENV: path.join(folder, 'env') }
    for (const file of Object.values(files)) await writeFile(file, 'EARLIER=1\n')
    const entries: readonly (readonly [string, { readonly default?: string }])[] = Object.entries(ACTION.inputs)
    const given = entries.map(([name, input]) => [`INPUT_${name.toUpperCase()}`, inputs[name] ?? input.default ?? ''])
    const env = { PATH: process.env.PATH, ...Object.fromEntries(given), ...files, ...runner }
    const child = spawn(process.execPath, [MAIN], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [log, errors, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    const [output, variables] = await Promise.all(Object.values(files).map(readValues))
    return { exitCode, log: log + errors, output, variables }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function readValues(file: string): Promise<Readonly<Record<string, string>>> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  return Object.fromEntries(lines.map((line) => line.split('=')))
}

const WORB = {
  'registry-url': server.url,
  'api-key': key,
  project: 'worb',
  environment: 'production',
  'wait-seconds': '0',
}

test('it allocates, and hands the ports and the token to the steps after it', async () => {
  const { exitCode, log, output, variables } = await runAction(WORB)
  expect([exitCode, log]).toEqual([
    0,
    expect.stringContaining('worb production: blue 4000, green 4001 on host seoul-1'),
  ])
  const token = output?.token
  expect(output).toEqual({
    EARLIER: '1',
    blue_port: '4000',
    green_port: '4001',
    port: '4000',
    ports: '4000-4001',
    host: 'seoul-1',
    token,
    claim_id: expect.stringMatching(/^\d+$/),
    is_new: 'true',
  })
  expect(variables).toEqual({ EARLIER: '1', BLUE_PORT: '4000', GREEN_PORT: '4001', PORTOLAN_TOKEN: token })
  const { events } = await server.call('port_history', { port: 4000 })
  expect(events[0]).toMatchObject({ actor: 'kim (worb-ci)', reason: 'Deploy run 77' })
})

test('a second attempt, another step and mode get are given what the project has', async () => {
  const first = await runAction(WORB)
  const again = await runAction(WORB, { ...RUN, GITHUB_RUN_ATTEMPT: '2' })
  expect(again.output).toEqual({ ...first.output, is_new: 'false' })
  const get = await runAction({ ...WORB, mode: 'get' })
  expect(get.output).toMatchObject({ blue_port: '4000', green_port: '4001', is_new: 'false' })
  const database = await runAction({ ...WORB, kind: 'db', shape: 'single' })
  expect(database.output).toMatchObject({ port: '5450', ports: '5450' })
  expect(database.output).not.toHaveProperty('blue_port')
  expect(Object.keys(database.variables ?? {})).toEqual(['EARLIER', 'PORTOLAN_TOKEN'])
})

test('the key is masked first, and stands nowhere else', async () => {
  const { log } = await runAction({ ...WORB, environment: 'nowhere' })
  expect(log.split('\n')[0]).toBe(`::add-mask::${key}`)
  expect(log.split(key)).toHaveLength(2)
})

test.for([
  ['another project', { project: 'vsvs-kr' }, /^::error title=[^:]+::.*vsvs-kr.*\(OPERATIONS_PROJECT_REFUSED\)$/m],
  ['a band that is not there', { environment: 'prod' }, /There is no band "prod\.app".*\(REGISTRY_BAND_MISSING\)/],
  ['a project without ports', { mode: 'get', kind: 'redis' }, /holds no ports.*\(REGISTRY_PROJECT_MISSING\)/],
  ['a wrong key', { 'api-key': 'pk_wrong' }, /^::error title=.*\([A-Z_]+\)$/m],
  ['inputs that are missing', { 'registry-url': '', 'api-key': '' }, /"registry-url" is missing.*"api-key" is missing/],
  ['a mode that there is not', { mode: 'take' }, /"mode" is "get" or "allocate", not "take"/],
  [
    'a registry that is not there',
    { 'registry-url': `http://127.0.0.1:${await findFreePort()}` },
    /did not answer \(ECONNREFUSED\)/,
  ],
] as const)('%s ends the step with a sentence and a code', async ([, inputs, words]) => {
  const { exitCode, log, output, variables } = await runAction({ ...WORB, ...inputs })
  expect([exitCode, log]).toEqual([1, expect.stringMatching(words)])
  expect([output, variables]).toEqual([{ EARLIER: '1' }, { EARLIER: '1' }])
})

interface Answer {
  readonly status: number
  readonly body: string | object
}

/** Something at that address that answers everything with the same. */
async function openOther({ status, body }: Answer) {
  await using releasers = new AsyncDisposableStack()
  const other = releasers.use(
    createServer((_, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:9/' })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }),
  )
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const owned = releasers.move()
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const GIVEN = { port: 4100, blue: 4100, green: 4101, token: 1, ports: '4100-4101', host: 'seoul-1', claim: { id: 7 } }

test.for([
  ['a page', 200, '<html>', /something that is no JSON/],
  ['a redirect', 302, '', /redirects \(302\)/],
  ['lines that would be variables', 200, { ...GIVEN, host: 'a\nLD_PRELOAD=x' }, /without ports/],
  ['a host that is a path', 200, { ...GIVEN, host: '../seoul-1' }, /without ports/],
  ['a host that is an option', 200, { ...GIVEN, host: '-oProxyCommand=x' }, /without ports/],
  ['a port that is none', 200, { ...GIVEN, port: 65_536 }, /without ports/],
  ['port 0', 200, { ...GIVEN, port: 0 }, /without ports/],
  ['a range that is none', 200, { ...GIVEN, ports: '4100-4101-4102' }, /without ports/],
  ['a range beyond all ports', 200, { ...GIVEN, ports: '4100-70000' }, /without ports/],
  ['more than anybody can read', 200, { ...GIVEN, padding: 'x'.repeat(2_000_000) }, /answered with too much/],
] as const)('what answers with %s is no registry', async ([, status, body, words]) => {
  await using other = await openOther({ status, body })
  const { exitCode, log, variables } = await runAction({ ...WORB, 'registry-url': other.url })
  expect([exitCode, log]).toEqual([1, expect.stringMatching(words)])
  expect(variables).toEqual({ EARLIER: '1' })
})

test('a half that is no port is not handed on', async () => {
  await using other = await openOther({ status: 200, body: { ...GIVEN, blue: 99_999 } })
  const { exitCode, output } = await runAction({ ...WORB, 'registry-url': other.url })
  expect([exitCode, output]).toEqual([0, expect.objectContaining({ green_port: '4101', host: 'seoul-1' })])
  expect(output).not.toHaveProperty('blue_port')
})

const COMMANDS =
  'no\n::set-output name=port::1\r::add-matcher::/tmp/x.json ##[add-matcher]/tmp/x.json \u001b[2J\u2028::stop-commands::x'

test.for([400, 503])('what a registry refuses with (%i) is words alone, and never a command', async (status) => {
  const body = { title: COMMANDS, error: COMMANDS, code: `X_1\n::set-output name=port::1` }
  await using other = await openOther({ status, body })
  // Asked again once, so that the outage is told as well.
  const { exitCode, log } = await runAction({ ...WORB, 'registry-url': other.url, 'wait-seconds': '1' })
  const [mask, warning, ...rest] = log.trimEnd().split(/[\r\n]/)
  expect([exitCode, mask]).toEqual([1, `::add-mask::${key}`])
  const lines = [warning ?? '', ...rest]
  expect(lines.filter((line) => /^\s*::/.test(line)).every((line) => /^::error title=[^:]*::[^:]/.test(line))).toBe(
    true,
  )
  expect(lines.some((line) => line.includes('::error'))).toBe(true)
  expect(['##[', '\u001b', '\u2028', 'X_1'].filter((text) => log.includes(text))).toEqual([])
})

test.for([
  ['::error::x', ': :error::x'],
  ['  ::error::x', ': :error::x'],
  ['a\r\n::error::x', 'a ::error::x'],
  ['a ##[add-path]b', 'a # #[add-path]b'],
  ['\u202e::x', ': :x'],
] as const)('%j is told as %j', ([text, told]) => {
  expect(plainLine(text)).toBe(told)
})

test('a registry that is only just starting is asked again', async () => {
  let asked = 0
  await using starting = createServer((request, response) => {
    asked += 1
    if (asked === 1) response.writeHead(503).end()
    else
      fetch(`${server.url}${request.url}`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: '{"project":"worb","environment":"production"}',
      })
        .then((answer) => answer.text())
        .then(
          (answer) => response.end(answer),
          () => response.destroy(),
        )
  })
  starting.listen(0, '127.0.0.1')
  await once(starting, 'listening')
  const address = starting.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { exitCode, output } = await runAction({
    ...WORB,
    'registry-url': `http://127.0.0.1:${port}`,
    'wait-seconds': '20',
  })
  expect([exitCode, asked, output?.blue_port]).toEqual([0, 2, '4000'])
})

test('a message cannot begin another command', () => {
  expect(workflowCommand('error', 'a\n::set-env::b', { title: 'x,y:z' })).toBe(
    '::error title=x%2Cy%3Az::a%0A::set-env::b',
  )
})

test('without a project the repository is it', () => {
  const environment = {
    'INPUT_REGISTRY-URL': 'https://registry.example.com/',
    'INPUT_API-KEY': 'k',
    INPUT_ENVIRONMENT: 'production',
  }
  expect(readInputs({ ...environment, GITHUB_REPOSITORY: 'team/Worb' })).toMatchObject({
    registryUrl: 'https://registry.example.com',
    body: { project: 'worb', environment: 'production' },
  })
})
