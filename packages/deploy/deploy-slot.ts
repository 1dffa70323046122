import { randomUUID } from 'node:crypto'
import { errorCode, errorMessage, isAppError, type Waiting } from '@portolan/errors'
import { pause } from '@portolan/observe'
import type { Door, OutputOf } from '@portolan/operations'
import { hostsOfMachine, OPERATIONS, type ThisMachine, thisMachine } from '@portolan/operations/remote'
import type { Half } from '@portolan/registry'
import { stopOccupants } from './clear-half.ts'
import { hostElsewhere, outcomeUnknown, overtaken } from './errors.ts'
import type { HealthCheck, HealthTimes } from './health.ts'
import { untilHealthy } from './health-wait.ts'
import { idleHalf } from './idle-half.ts'
import type { Home, Occupant, Runner, SlotPlace } from './occupant.ts'
import { getPair, otherHalf, type Pair, type PairNaming, placeOf, takePairOver } from './pair.ts'
import { refuseTakenPort } from './port-guard.ts'
import type { OnProgress } from './progress.ts'

export interface DeployRequest extends PairNaming {
  /** Such as `1.4.0` or a commit. */
  readonly version: string
  /** For machines: only if this is still the claim's token. */
  readonly token?: number
  readonly health: HealthCheck
  readonly healthTimes?: HealthTimes
  /** How long what was active goes on, as the way back; an hour unless said otherwise. */
  readonly graceMs?: number
  /** Put it in place of what is still in its grace. */
  readonly endGrace?: boolean
  /** False leaves it deployed beside the active one, for somebody to look at and to promote. */
  readonly promote?: boolean
  readonly reason?: string
  readonly actor?: string
}

export interface Surroundings {
  readonly door: Door
  readonly runner: Runner
  /** Everywhere that something of the pair may run; the runner's own home comes by itself. */
  readonly homes?: readonly Home[]
  /** The claim's host is this machine, whatever its name and addresses say. */
  readonly isHere?: boolean
  /** What is known of this machine, where that is more than its name and its addresses. */
  readonly machine?: ThisMachine
  readonly onProgress?: OnProgress
  readonly now?: () => Date
  /** How long a registry that is lost while it promotes is asked again; 15 seconds unless said otherwise. */
  readonly outageMs?: number
}

export interface DeployResult extends Required<PairNaming> {
  readonly claimId: number
  readonly half: Half
  readonly port: number
  readonly version: string
  /** The new one: whoever shows an older one is refused. */
  readonly token: number
  readonly occupant: string
  readonly isActive: boolean
  /** The way back; missing where nothing was active. */
  readonly previous?: {
    readonly half: Half
    readonly port: number
    readonly version: string
    readonly graceUntil?: string
  }
}

/** What a failed deploy may take to clean up after itself. */
const CLEANUP_MS = 40_000
const OUTAGE_MS = 15_000
const PROMOTE_PAUSE_MS = 500
/** What leaves it open whether the registry did as it was told. */
const OUTAGES = [
  'REGISTRY_OUTCOME_UNKNOWN',
  'REGISTRY_STORE_UNAVAILABLE',
  'REGISTRY_CLOSED',
  'OPERATIONS_OUTCOME_UNKNOWN',
  'OPERATIONS_SERVER_UNREACHABLE',
]

/**
 * Runs a version in the idle half of a pair, waits until it is healthy, and promotes it. What is active goes on through
 * all of it, and for its grace after it. Whatever fails, and wherever the deployer is killed, the active half is left as it
 * was, and the next deploy takes away what this one left.
 * @throws DEPLOY_*, among them DEPLOY_OVERTAKEN; REGISTRY_TOKEN_STALE when another deployer was there first; what the door
 *   throws
 */
export async function deploySlot(
  request: DeployRequest,
  surroundings: Surroundings,
  { signal }: Waiting,
): Promise<DeployResult> {
  const deploy = new Deploy(request, surroundings)
  const pair = await deploy.begin({ signal })
  await deploy.makeRoom(pair, { signal })
  return deploy.run(pair, { signal })
}

interface Idle extends Pair {
  readonly half: Half
  readonly place: SlotPlace
}

class Deploy {
  readonly #request: DeployRequest
  readonly #door: Door
  readonly #runner: Runner
  readonly #homes: readonly Home[]
  readonly #isHere: boolean | undefined
  readonly #machine: ThisMachine
  readonly #onProgress: OnProgress
  readonly #now: () => Date
  readonly #outageMs: number

  constructor(request: DeployRequest, surroundings: Surroundings) {
    const { door, runner, homes = [], isHere, machine = thisMachine(), onProgress = () => undefined } = surroundings
    this.#request = request
    this.#door = door
    this.#runner = runner
    this.#homes = [runner.home, ...homes]
    this.#isHere = isHere
    this.#machine = machine
    this.#onProgress = onProgress
    this.#now = surroundings.now ?? (() => new Date())
    this.#outageMs = surroundings.outageMs ?? OUTAGE_MS
  }

  /** Looks first, so that a deploy which cannot be does not stop another that is under way. */
  async begin({ signal }: Waiting): Promise<Idle> {
    const { version, token, actor, reason = `deploy of ${version}` } = this.#request
    this.#checkRequest()
    const seen = await getPair(this.#door, namingOf(this.#request), { signal })
    this.#choose(seen)
    await this.#refuseElsewhere(seen.naming.host, { signal })
    const author = { reason, ...(actor === undefined ? {} : { actor }), ...(token === undefined ? {} : { token }) }
    const pair = await takePairOver(this.#door, seen, { ...author, signal })
    const half = this.#choose(pair)
    const place = placeOf(pair, half)
    this.#onProgress({ type: 'chosen', half, port: place.port, token: pair.token })
    return { ...pair, half, place }
  }

  /** What the registry would refuse later is refused before anything has been taken over or stopped. */
  #checkRequest(): void {
    const { version, token, actor, reason, graceMs } = this.#request
    const change = {
      ...namingOf(this.#request),
      ...(token === undefined ? {} : { token }),
      ...(actor === undefined ? {} : { actor }),
      ...(reason === undefined ? {} : { reason }),
    }
    OPERATIONS.slot_deploy.parseInput({ ...change, version })
    OPERATIONS.slot_promote.parseInput({ ...change, ...(graceMs === undefined ? {} : { graceMs }) })
  }

  /** The registry first, which refuses a deployer whose token is stale; then what runs there. */
  async makeRoom(pair: Idle, { signal }: Waiting): Promise<void> {
    const { half } = pair
    if (pair.slots[half].state !== 'empty') await this.#change('slot_clear', pair, { half, signal })
    // In an empty half, too, a deployer that was killed may have left something.
    const other = otherHalf(half)
    for (const idle of pair.slots[other].state === 'empty' ? [half, other] : [half])
      await this.#stop(pair, idle, { signal })
    await this.#change('slot_deploy', pair, { half, version: this.#request.version, signal })
  }

  async run(pair: Idle, { signal }: Waiting): Promise<DeployResult> {
    const { version, promote = true } = this.#request
    const occupant = await this.#orTakeBack(pair, () => this.#start(pair, { signal }))
    if (!promote) return { ...this.#resultOf(pair, occupant), isActive: false }
    const slots = await this.#orTakeBack(pair, () => this.#promote(pair, occupant, { signal }))
    this.#onProgress({ type: 'promoted', half: pair.half, version })
    const previous = await this.#leavePrevious(pair, slots, { signal })
    return { ...this.#resultOf(pair, occupant), isActive: true, ...(previous === undefined ? {} : { previous }) }
  }

  async #start({ place, half, token }: Idle, { signal }: Waiting): Promise<Occupant> {
    const { version, health, healthTimes = {} } = this.#request
    const { isLocal, addresses } = this.#runner
    if (isLocal) await refuseTakenPort(place, { mayListen: this.#runner.kind === 'command', signal })
    const started = await this.#runner.start(place, { version, token }, { signal })
    this.#onProgress({ type: 'started', half, occupant: started.occupant })
    const target = { addresses, port: place.port }
    await untilHealthy(started, { ...healthTimes, check: health, target, onProgress: this.#onProgress }, { signal })
    return started.occupant
  }

  /**
   * Asked again while the registry cannot be reached: by its key it is done once.
   * @throws DEPLOY_OUTCOME_UNKNOWN, what the registry refuses with
   */
  async #promote(pair: Idle, occupant: Occupant, { signal }: Waiting): Promise<OutputOf<'slot_promote'>> {
    signal.throwIfAborted()
    const { graceMs } = this.#request
    const grace = graceMs === undefined ? {} : { graceMs }
    const asked = { half: pair.half, ...grace, idempotencyKey: `promote-${randomUUID()}` }
    // Not the caller's signal: once it is asked, it has to be known what became of it.
    const limited = AbortSignal.timeout(this.#outageMs)
    let cause: unknown
    while (!limited.aborted) {
      try {
        return await this.#door.call('slot_promote', { ...this.#changeOf(pair), ...asked }, { signal: limited })
      } catch (error) {
        if (isAppError(error) && !OUTAGES.includes(error.code)) throw error
        cause = error
      }
      await pause(PROMOTE_PAUSE_MS, { signal: limited })
    }
    throw outcomeUnknown({ occupant, half: pair.half, cause })
  }

  /** What was active stays for its grace; without any it is stopped. */
  async #leavePrevious(pair: Idle, { blue, green }: OutputOf<'slot_promote'>, { signal }: Waiting) {
    const half = otherHalf(pair.half)
    const { state, version, port, graceUntil } = half === 'blue' ? blue : green
    if (state !== 'grace' || version === undefined) return undefined
    if (this.#request.graceMs === 0) {
      await this.#change('slot_clear', pair, { half, signal })
      await this.#stop(pair, half, { signal })
      return undefined
    }
    return { half, port, version, ...(graceUntil === undefined ? {} : { graceUntil }) }
  }

  /** Takes back what was started when a step fails; what may be the active one by now is left alone. */
  async #orTakeBack<Result>(pair: Idle, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (errorCode(error) === 'DEPLOY_OUTCOME_UNKNOWN') throw error
      const wasOvertaken = await this.#takeBack(pair)
      // What the registry itself has refused says so already.
      const isTold = !isAppError(error) || error.code === 'REGISTRY_TOKEN_STALE'
      throw wasOvertaken && !isTold ? overtaken(this.#request.version, error) : error
    }
  }

  /** @returns whether another has taken over, and what stands in the registry is his to change */
  async #takeBack(pair: Idle): Promise<boolean> {
    const { half } = pair
    const signal = AbortSignal.timeout(CLEANUP_MS)
    try {
      await this.#stop(pair, half, { signal })
      await this.#change('slot_clear', pair, { half, signal })
    } catch (error) {
      if (errorCode(error) === 'REGISTRY_TOKEN_STALE') return true
      this.#onProgress({ type: 'left', half, reason: errorMessage(error) })
    }
    return false
  }

  async #stop(pair: Pair, half: Half, { signal }: Waiting): Promise<void> {
    const options = { homes: this.#homes, onProgress: this.#onProgress, highestToken: pair.token, signal }
    await stopOccupants(pair, half, options)
  }

  async #change(
    name: 'slot_clear' | 'slot_deploy',
    pair: Pair,
    { signal, half, version = '' }: { readonly half: Half; readonly version?: string } & Waiting,
  ): Promise<void> {
    const input = { ...this.#changeOf(pair), half }
    if (name === 'slot_clear') await this.#door.call(name, input, { signal })
    else await this.#door.call(name, { ...input, version }, { signal })
  }

  #changeOf({ naming, token }: Pair) {
    const { actor, reason } = this.#request
    return { ...naming, token, ...(actor === undefined ? {} : { actor }), ...(reason === undefined ? {} : { reason }) }
  }

  #choose(pair: Pair): Half {
    return idleHalf(pair, { now: this.#now(), endGrace: this.#request.endGrace === true })
  }

  async #refuseElsewhere(host: string, { signal }: Waiting): Promise<void> {
    if (!this.#runner.isLocal || this.#isHere === true) return
    const { hosts } = await this.#door.call('host_list', {}, { signal })
    if (!hostsOfMachine(hosts, this.#machine).some(({ name }) => name === host)) throw hostElsewhere(host)
  }

  #resultOf({ naming, claimId, half, place, token }: Idle, { words }: Occupant) {
    return { ...naming, claimId, half, port: place.port, version: this.#request.version, token, occupant: words }
  }
}

function namingOf({ project, environment, kind, purpose, host }: DeployRequest): PairNaming {
  return {
    project,
    environment,
    ...(kind === undefined ? {} : { kind }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(host === undefined ? {} : { host }),
  }
}
