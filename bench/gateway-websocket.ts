/**
 * Autobahn's five hundred WebSocket cases against a service, directly and through the gateway: every case has to behave the
 * same. `npm run websocket:gateway -- --wstest PATH [--cases 1.*,2.*]`. wstest runs on Python 2.7 alone: in a virtual
 * environment of it, `pip install autobahntestsuite==0.8.2`.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { type Bench, freePorts, startProgram } from './gateway/program.ts'

const { values } = parseArgs({
  options: { wstest: { type: 'string', default: 'wstest' }, cases: { type: 'string', default: '*' } },
})
const ECHO = fileURLToPath(new URL('gateway-websocket/echo/main.ts', import.meta.url))
const GATEWAY = fileURLToPath(new URL('../packages/gateway/main.ts', import.meta.url))

await using releasers = new AsyncDisposableStack()
const folder = await mkdtemp(join(tmpdir(), 'portolan-websocket-'))
releasers.defer(() => rm(folder, { recursive: true, force: true }))
const ports = await openBoth({ folder, releasers })
const servers = Object.entries(ports).map(([agent, port]) => ({ agent, url: `ws://127.0.0.1:${port}` }))
const spec = join(folder, 'spec.json')
const outdir = join(folder, 'reports')
await writeFile(spec, JSON.stringify({ outdir, servers, cases: values.cases.split(','), 'exclude-cases': [] }))
await promisify(execFile)(values.wstest, ['-m', 'fuzzingclient', '-s', spec], { maxBuffer: 1_024 ** 3 })
const reports: Readonly<Record<string, Readonly<Record<string, CaseReport>>>> = JSON.parse(
  await readFile(join(outdir, 'index.json'), 'utf8'),
)
report(reports.directly ?? {}, reports.gateway ?? {})

interface CaseReport {
  readonly behavior: string
  readonly behaviorClose: string
}

async function openBoth(bench: Bench) {
  const [directly = 0, gateway = 0] = await freePorts(2)
  const environment = { PORT: String(directly) }
  await startProgram({ name: 'echo', command: process.execPath, args: [ECHO], port: directly, environment }, bench)
  const file = join(bench.folder, 'gateway.json')
  const route = { path: '/', service: 'echo', target: { host: '127.0.0.1', port: directly }, websocket: true }
  const listeners = [{ name: 'http', address: '127.0.0.1', port: gateway }]
  await writeFile(file, JSON.stringify({ stack: 'websocket', listeners, routes: [route] }))
  const program = { name: 'gateway', command: process.execPath, args: [GATEWAY], port: gateway }
  await startProgram({ ...program, environment: { PORTOLAN_GATEWAY_CONFIGURATION: file } }, bench)
  return { directly, gateway }
}

function report(directly: Readonly<Record<string, CaseReport>>, through: Readonly<Record<string, CaseReport>>): void {
  const said = (each: CaseReport | undefined): string => `${each?.behavior}, close ${each?.behaviorClose}`
  const names = Object.keys(directly)
  const different = names.filter((name) => said(directly[name]) !== said(through[name]))
  for (const name of different)
    say(`${name}: directly ${said(directly[name])}; through the gateway ${said(through[name])}`)
  const countOf = (reports: Readonly<Record<string, CaseReport>>, behavior: string): number =>
    Object.values(reports).filter((each) => each.behavior === behavior).length
  for (const behavior of ['OK', 'NON-STRICT', 'INFORMATIONAL', 'UNIMPLEMENTED', 'FAILED']) {
    say(`${behavior}: ${countOf(directly, behavior)} directly, ${countOf(through, behavior)} through the gateway`)
  }
  say(`${names.length} cases, ${different.length} of them different`)
  if (different.length > 0 || names.length === 0) process.exitCode = 1
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
