import { ActionFailure, type ActionInputs } from './action-inputs.ts'
import { plainLine } from './workflow-commands.ts'

/** The ports that the registry gave. */
export interface GivenPorts {
  readonly blue: number | undefined
  readonly green: number | undefined
  readonly port: number
  readonly ports: string
  readonly host: string
  readonly token: number
  readonly claimId: number | undefined
  readonly isNew: boolean
}

const ANSWER_MS = 60_000
/** A registry's answer is some hundred bytes; what has no end is not read to it. */
const ANSWER_BYTES = 256 * 1_024
/** A sentence for a log, not a book. */
const WORDS_LENGTH = 1_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5_000

/** What is worth asking again: by its idempotency key it is done once. */
interface Outage {
  readonly outage: string
}

/** Asks the registry, again and again while it cannot be reached. @throws ActionFailure */
export async function askForPorts(inputs: ActionInputs, say: (text: string) => void): Promise<GivenPorts> {
  const until = performance.now() + inputs.waitMs
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const answer = await askOnce(inputs)
    if (!('outage' in answer)) return answer
    if (performance.now() + pauseMs > until) {
      throw new ActionFailure(
        'The registry cannot be reached',
        `${answer.outage} Check "registry-url" and whether the registry runs.`,
      )
    }
    say(`${answer.outage} Asking again.`)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

async function askOnce({ registryUrl, apiKey, operation, body }: ActionInputs): Promise<GivenPorts | Outage> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'x-api-key': apiKey }
  const origin = new URL(registryUrl).origin
  try {
    const target = `${registryUrl}/api/port/${operation}`
    const signal = AbortSignal.timeout(ANSWER_MS)
    // A redirect would carry the key to where nobody meant it to go.
    const answer = await fetch(target, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      redirect: 'manual',
      signal,
    })
    return readAnswer(origin, answer.status, await readText(origin, answer))
  } catch (error) {
    if (error instanceof ActionFailure) throw error
    return { outage: `${origin} did not answer (${causeOf(error)}).` }
  }
}

/** @throws ActionFailure when it is too long */
async function readText(origin: string, answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of answer.body ?? []) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > ANSWER_BYTES) {
      throw new ActionFailure('This is no registry', `${origin} answered with too much. Check "registry-url".`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code)
  return cause instanceof Error ? cause.message : String(cause)
}

function readAnswer(origin: string, status: number, text: string): GivenPorts | Outage {
  const body = parseObject(text)
  if (status >= 300 && status < 400) {
    throw new ActionFailure(
      'The registry is elsewhere',
      `${origin} redirects (${status}). Give its final address as "registry-url".`,
    )
  }
  if (body === undefined) {
    if (status >= 502 && status <= 504) return { outage: `${origin} answered ${status}.` }
    throw new ActionFailure(
      'This is no registry',
      `${origin} answered ${status} with something that is no JSON. Check "registry-url".`,
    )
  }
  if (status >= 400) {
    const sentence = wordsOf(body, 'error') || wordsOf(body, 'detail')
    const code = codeOf(body) ?? String(status)
    if (status === 503 || status === 429) return { outage: `${origin} refuses for now: ${sentence} (${code})` }
    throw new ActionFailure(wordsOf(body, 'title') || 'The registry refused', `${sentence} (${code})`)
  }
  return portsOf(origin, body)
}

function portsOf(origin: string, body: object): GivenPorts {
  const claim: unknown = Reflect.get(body, 'claim')
  const [port, token] = [portOf(body, 'port'), numberOf(body, 'token')]
  const [blue, green] = [portOf(body, 'blue'), portOf(body, 'green')]
  const [ports, host] = [textOf(body, 'ports'), textOf(body, 'host')]
  // They go into files that the runner reads line by line, and into the commands of the steps after this one.
  if (port === undefined || token === undefined || !arePorts(ports) || !isHostName(host)) {
    throw new ActionFailure('This is no registry', `${origin} answered without ports. Check "registry-url".`)
  }
  const claimId = typeof claim === 'object' && claim !== null ? numberOf(claim, 'id') : undefined
  return { blue, green, port, ports, host, token, claimId, isNew: Reflect.get(body, 'isNew') === true }
}

function isPort(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 65_535
}

/** `4100` or `4100-4101`. */
function arePorts(text: string): boolean {
  return /^\d{1,5}(-\d{1,5})?$/.test(text) && text.split('-').every((one) => isPort(Number(one)))
}

/** As hosts are called: labels of letters, digits, hyphens and underscores, with dots between them. */
function isHostName(text: string): boolean {
  const label = '[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?'
  return text.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`).test(text)
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined // an error page of something in between
  }
}

function textOf(body: object, name: string): string {
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'string' ? value : ''
}

/** The same for people to read. */
function wordsOf(body: object, name: string): string {
  return plainLine(textOf(body, name).slice(0, WORDS_LENGTH))
}

function codeOf(body: object): string | undefined {
  const text = textOf(body, 'code')
  return /^[A-Z0-9_]{1,100}$/.test(text) ? text : undefined
}

function portOf(body: object, name: string): number | undefined {
  const number = numberOf(body, name)
  return number !== undefined && isPort(number) ? number : undefined
}

/** Numbers that a registry gives begin with 1. */
function numberOf(body: object, name: string): number | undefined {
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : undefined
}
