import { randomBytes } from 'node:crypto'
import { errorCode, type Waiting } from '@portolan/errors'
import { type EngineAddress, PORTOLAN_LABELS, probeBind } from '@portolan/observe'
import { singlePort } from '@portolan/ports'
import { type ContainerHomeOptions, containerHome } from './container-home.ts'
import { type ContainerState, EngineClient } from './engine-client.ts'
import { imageMissing, portTaken } from './errors.ts'
import type { Arrival, Runner, SlotPlace, Started } from './occupant.ts'

export interface ContainerSettings {
  readonly image: string
  /** In place of the image's own command. */
  readonly args?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Where the program listens inside; else the one port that the image exposes, else 3000. It is told as PORT. */
  readonly containerPort?: number
  /** `all`: on every address of the host, IPv4 and IPv6. `loopback`: for a proxy on the same host alone. */
  readonly reach?: 'all' | 'loopback'
  /** `SOURCE:TARGET[:ro]`, as the engine knows them. */
  readonly volumes?: readonly string[]
  readonly network?: string
  /** Such as `{ nofile: 1024 }`. */
  readonly limits?: Readonly<Record<string, number>>
  readonly restart?: 'no' | 'on-failure' | 'unless-stopped' | 'always'
}

export interface ContainerRunnerOptions extends ContainerHomeOptions {
  readonly address: EngineAddress
  /** Undefined for an engine of this machine, else where the host's published ports are reached. */
  readonly hostAddress?: string
}

const PORT_WHEN_UNSAID = 3_000
const ADDRESSES = { all: ['0.0.0.0', '::'], loopback: ['127.0.0.1', '::1'] } as const
const OUTPUT_LINES = 20
const CLEANUP_MS = 20_000

/** Runs a version as a container of Docker or podman. */
export function containerRunner(settings: ContainerSettings, options: ContainerRunnerOptions): Runner {
  const { address, hostAddress } = options
  const client = new EngineClient(address)
  return {
    kind: 'container',
    home: containerHome(address, options),
    isLocal: hostAddress === undefined,
    addresses: hostAddress === undefined ? ['127.0.0.1', '::1'] : [hostAddress],
    start: async (place, arrival, waiting) => {
      const wanted = ADDRESSES[settings.reach ?? 'all']
      const published = hostAddress === undefined ? await existing(wanted, place.port, waiting) : wanted
      return start(client, settings, { place, arrival, published, ...waiting })
    },
  }
}

/** Without those that this machine has not: on a kernel without IPv6 an engine refuses to publish there. */
async function existing(addresses: readonly string[], port: number, waiting: Waiting): Promise<readonly string[]> {
  const outcomes = await Promise.all(
    addresses.map((address) =>
      probeBind({ address, range: singlePort(port), transport: 'tcp', ipv6Only: address.includes(':') }, waiting),
    ),
  )
  return addresses.filter((_, index) => outcomes[index] !== 'unavailable')
}

interface Start extends Waiting {
  readonly place: SlotPlace
  readonly arrival: Arrival
  /** The host's addresses that its port is published on. */
  readonly published: readonly string[]
}

async function start(client: EngineClient, settings: ContainerSettings, asked: Start): Promise<Started> {
  const { place, arrival, signal } = asked
  const name = containerName(place, arrival)
  const id = await create(client, settings, { name, ...asked })
  try {
    await client.startContainer(id, signal)
  } catch (error) {
    await client.removeContainer(id, AbortSignal.timeout(CLEANUP_MS))
    throw explained(place, error)
  }
  const { version, token } = arrival
  return {
    occupant: { kind: 'container', id, words: `container "${name}"`, version, token, isRunning: true },
    findEnd: async (waiting) => endOf(await client.findState(id, waiting.signal)),
    readOutput: async (waiting) => outputWords(await client.readLog(id, OUTPUT_LINES, waiting.signal)),
  }
}

async function create(client: EngineClient, settings: ContainerSettings, { name, ...asked }: Start & { name: string }) {
  const { image } = settings
  const { signal } = asked
  const described = async () => containerDescription(settings, await portInside(client, settings, signal), asked)
  const first = await client.createContainer(name, await described(), signal)
  if (first !== undefined) return first
  await client.pullImage(image, signal)
  const second = await client.createContainer(name, await described(), signal)
  if (second === undefined) throw imageMissing(image, 'it is not there after it was fetched')
  return second
}

async function portInside(client: EngineClient, settings: ContainerSettings, signal: AbortSignal): Promise<number> {
  return settings.containerPort ?? (await client.findExposedPort(settings.image, signal)) ?? PORT_WHEN_UNSAID
}

/** As `POST /containers/create` takes it. */
function containerDescription(
  settings: ContainerSettings,
  inside: number,
  { place, arrival, published }: Start,
): object {
  const { image, args, environment = {}, volumes = [], network, limits = {} } = settings
  const bindings = published.map((HostIp) => ({ HostIp, HostPort: String(place.port) }))
  return {
    Image: image,
    ...(args === undefined ? {} : { Cmd: args }),
    Env: Object.entries({ ...environment, PORT: String(inside) }).map(([name, value]) => `${name}=${value}`),
    Labels: labelsOf(place, arrival),
    ExposedPorts: { [`${inside}/tcp`]: {} },
    HostConfig: {
      PortBindings: { [`${inside}/tcp`]: bindings },
      RestartPolicy: { Name: settings.restart ?? 'unless-stopped' },
      Binds: volumes,
      Ulimits: Object.entries(limits).map(([Name, limit]) => ({ Name, Soft: limit, Hard: limit })),
      ...(network === undefined ? {} : { NetworkMode: network }),
    },
  }
}

function labelsOf(place: SlotPlace, { version, token }: Arrival): Readonly<Record<string, string>> {
  return {
    [PORTOLAN_LABELS.claim]: String(place.claimId),
    [PORTOLAN_LABELS.token]: String(token),
    [PORTOLAN_LABELS.project]: place.project,
    [PORTOLAN_LABELS.environment]: place.environment,
    [PORTOLAN_LABELS.slot]: place.half,
    [PORTOLAN_LABELS.version]: version,
  }
}

/** A name of its own, so that a deploy never meets the old container's; the engines take `[a-zA-Z0-9][a-zA-Z0-9_.-]*`. */
function containerName({ project, environment, half }: SlotPlace, { token }: Arrival): string {
  const words = `${project}-${environment}-${half}-${token}`.replaceAll(/[^a-z0-9_.-]/g, '-')
  return `${words}-${randomBytes(2).toString('hex')}`
}

/** Docker and podman both say so in these words alone. */
function explained(place: SlotPlace, error: unknown): unknown {
  const isTaken =
    errorCode(error) === 'DEPLOY_ENGINE_REFUSED' &&
    /port is already allocated|address already in use|ports are not available/i.test(String(error))
  return isTaken ? portTaken(place, 'something on that host', error) : error
}

/** By its restart policy the engine starts it again and again, so that it may seem to run. */
function endOf(state: ContainerState | undefined): string | undefined {
  if (state === undefined) return 'was removed by somebody else'
  if (state.isRunning && state.restartCount === 0) return undefined
  const why = state.wasOutOfMemory ? ' for lack of memory' : ''
  if (state.isRunning) return `ended${why}, and was started again ${state.restartCount} times,`
  return `ended with exit status ${state.exitStatus}${why}`
}

function outputWords(text: string): string {
  const lines = text.trimEnd()
  return lines === '' ? 'It printed nothing.' : `It printed last:\n${lines}\n`
}
