/**
 * The same ambiguous bytes through the gateway, nginx, HAProxy and a proxy on node:http, each before a service that keeps
 * what it is sent; and what the gateway passed on, read again by the other three. Fails when anybody reads it otherwise.
 * `npm run desync:gateway [-- --all]`; needs Debian's nginx and haproxy for the whole picture.
 */
import { parseArgs } from 'node:util'
import { openTestGateway, routeTo } from '../testing.ts'
import { SECOND, withTails } from './attack-bytes.ts'
import { FORWARDED_HEADS, REFUSED_HEADS } from './published-heads.ts'
import { sendBytes } from './raw-bytes.ts'
import { openRecordingUpstream } from './recording-upstream.ts'
import { missingReferences, openReferenceProxies, type ReferenceProxy } from './reference-proxies.ts'
import { CASES } from './request-cases.ts'
import { rereadBy } from './rereading.ts'
import { readRequests } from './strict-reader.ts'

const { values } = parseArgs({ options: { all: { type: 'boolean' } } })
/** A proxy that waits for more bytes than there are would never close. */
const LIMIT_MS = 400

const heads = [...REFUSED_HEADS, ...FORWARDED_HEADS].filter((head) => !head.includes('4000000'))
const attacks = [
  ...CASES.map(({ name, bytes }) => ({ name, bytes: bytes + SECOND })),
  ...heads.flatMap((head) => withTails(head).map((bytes) => ({ name: JSON.stringify(head.slice(0, 90)), bytes }))),
]

await using service = await openRecordingUpstream()
await using gateway = await openTestGateway([routeTo('/', service.port)])
await using references = await openReferenceProxies()
const ours: ReferenceProxy = { name: 'gateway', port: gateway.port, upstream: service }
const proxies = [ours, ...references.list]

const rows: { readonly name: string; readonly outcomes: readonly string[] }[] = []
const passedOn: string[] = []
for (const { name, bytes } of attacks) {
  const outcomes: string[] = []
  for (const proxy of proxies) outcomes.push(await outcomeOf(proxy, bytes))
  passedOn.push(...service.texts())
  rows.push({ name, outcomes })
}
const disagreements = await rereadBy(references.list, passedOn)
const ambiguous = rows.filter(({ outcomes }) => outcomes[0]?.includes('ambiguous'))
const shown = values.all === true ? rows : rows.filter(({ outcomes }) => new Set(outcomes).size > 1)

say(`| case | ${proxies.map(({ name }) => name).join(' | ')} |`)
say(`|---|${proxies.map(() => '---').join('|')}|`)
for (const { name, outcomes } of shown) say(`| ${name.replaceAll('|', '\\|')} | ${outcomes.join(' | ')} |`)
say('')
for (const [index, { name }] of proxies.entries()) {
  const count = (what: string) => rows.filter(({ outcomes }) => outcomes[index]?.includes(what)).length
  say(
    `${name}: ${count('refused')} refused, ${count('passed')} passed on, of them ${count('ambiguous')} not readable in one way.`,
  )
}
for (const name of missingReferences()) say(`${name} is not installed: it took no part.`)
say(
  `${passedOn.length} connections of the gateway read again by ${references.list.map(({ name }) => name).join(', ')}: ${disagreements.length} disagreements.`,
)
for (const disagreement of disagreements) say(JSON.stringify(disagreement, null, 2))
if (disagreements.length + ambiguous.length > 0) process.exitCode = 1

/** What a proxy makes of bytes. */
async function outcomeOf({ port, upstream }: ReferenceProxy, bytes: string): Promise<string> {
  upstream.forget()
  const received = await sendBytes(port, bytes, { limitMs: LIMIT_MS })
  const readings = upstream.texts().map((text) => readRequests(text))
  const count = readings.reduce((sum, { requests }) => sum + requests.length, 0)
  const isAmbiguous = readings.some(({ fault }) => fault !== undefined && !fault.endsWith('that does not end'))
  if (readings.length === 0) return `refused ${/^HTTP\/1\.\d (\d+)/.exec(received)?.[1] ?? ''}`.trim()
  return `passed ${count}${isAmbiguous ? ', ambiguous' : ''}`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
