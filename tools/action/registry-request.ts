import { ActionFailure, type ActionInputs } from './action-inputs.ts'

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
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5_000

/** What is worth asking again: by its idempotency key it is done once. */
interface Outage {
  readonly outage: string
}

/** Asks the registry, again and again while it cannot be reached. @throws ActionFailure */
export async function askForPorts(inputs: ActionInputs): Promise<GivenPorts> {
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
    process.stdout.write(`${answer.outage} Asking again.\n`)
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
    return readAnswer(origin, answer.status, await answer.text())
  } catch (error) {
    if (error instanceof ActionFailure) throw error
    return { outage: `${origin} did not answer (${causeOf(error)}).` }
  }
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
    const [code, sentence] = [textOf(body, 'code') || String(status), textOf(body, 'error') || textOf(body, 'detail')]
    if (status === 503 || status === 429) return { outage: `${origin} refuses for now: ${sentence} (${code})` }
    throw new ActionFailure(textOf(body, 'title') || 'The registry refused', `${sentence} (${code})`)
  }
  return portsOf(origin, body)
}

function portsOf(origin: string, body: object): GivenPorts {
  const [port, token] = [numberOf(body, 'port'), numberOf(body, 'token')]
  const [ports, host] = [textOf(body, 'ports'), textOf(body, 'host')]
  // They go into files that the runner reads line by line.
  const isPlain = /^[\d-]+$/.test(ports) && /^[\w./-]+$/.test(host)
  if (port === undefined || token === undefined || !isPlain) {
    throw new ActionFailure('This is no registry', `${origin} answered without ports. Check "registry-url".`)
  }
  const claim: unknown = Reflect.get(body, 'claim')
  return {
    blue: numberOf(body, 'blue'),
    green: numberOf(body, 'green'),
    port,
    ports,
    host,
    token,
    claimId: typeof claim === 'object' && claim !== null ? numberOf(claim, 'id') : undefined,
    isNew: Reflect.get(body, 'isNew') === true,
  }
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

function numberOf(body: object, name: string): number | undefined {
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}
