import { isAppError, type Waiting } from '@portolan/errors'
import type { ProcessIdentity } from '@portolan/observe'
import type { ResolvedStack } from '@portolan/stack'
import type { Controlled } from './control-server.ts'
import type { DataFolder } from './data-folder.ts'
import { serviceUnknown, stopping } from './errors.ts'
import type { LogFile } from './log-file.ts'
import { endStrays } from './orphans.ts'
import type { RunState, StackStatus } from './run-state.ts'
import { RunStateFile } from './run-state-file.ts'
import { allServices } from './service-environment.ts'
import { serviceStatus, stackStatus } from './stack-status.ts'
import { type Order, orderAmong, startOrder, stopOrder, takeSteps } from './start-order.ts'
import type { StateChange, SupervisedService } from './supervised-service.ts'

export interface SupervisorParts {
  readonly stack: ResolvedStack
  readonly folder: DataFolder
  /** The process that it runs in. */
  readonly identity: ProcessIdentity | undefined
  readonly onChange: (change: StateChange) => void
  readonly onNote: (note: string) => void
  /** The services, made with what they have to tell. */
  readonly supervise: (tell: SupervisedTell) => readonly SupervisedService[]
  /** The log of the process that the modules share, which no service owns. */
  readonly modulesLog: LogFile
}

export interface SupervisedTell {
  readonly announce: (change: StateChange) => void
  readonly onProcess: () => void
}

/** How long the services of a stack may take to stop before they are ended by force. */
const STOP_GRACE_MS = 15_000

/** A stack that runs on this machine. Made by `startStack`. */
export class Supervisor implements AsyncDisposable, Controlled {
  readonly folder: DataFolder
  readonly #parts: SupervisorParts
  readonly #services: ReadonlyMap<string, SupervisedService>
  readonly #order: Order
  readonly #startedAt = new Date().toISOString()
  readonly #stopRequest = new AbortController()
  readonly #state: RunStateFile
  readonly #owned = new AsyncDisposableStack()
  /** Starts and restarts have their turn one after the other; never rejects. */
  #turn: Promise<void> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(parts: SupervisorParts) {
    this.folder = parts.folder
    this.#parts = parts
    this.#state = new RunStateFile(parts.folder, () => this.#runState(), parts.onNote)
    const announce = (change: StateChange) => {
      this.#state.save()
      parts.onChange(change)
      this.#tellGateway(change)
    }
    const services = parts.supervise({ announce, onProcess: () => this.#state.save() })
    this.#services = new Map(services.map((one) => [one.service.name, one]))
    this.#order = startOrder(allServices(parts.stack))
  }

  /** Fires when somebody asked over the control socket that the stack be stopped. */
  get stopRequested(): AbortSignal {
    return this.#stopRequest.signal
  }

  /**
   * Every service as soon as what it needs works. When one fails the others are told to give up, and nobody of them
   * starts any more; those that work already are left to `close`.
   * @throws what the first service that failed says
   */
  start({ signal }: Waiting): Promise<void> {
    this.#state.save()
    return this.#inTurn(async () => {
      const giveUp = new AbortController()
      const all = AbortSignal.any([signal, giveUp.signal, this.#stopRequest.signal])
      try {
        await takeSteps(this.#order, (name) =>
          this.#startOne(name, { signal: all }).catch((error: unknown) => {
            giveUp.abort(error)
            throw error
          }),
        )
      } catch (error) {
        throw giveUp.signal.aborted ? giveUp.signal.reason : error
      }
    })
  }

  status(): StackStatus {
    const services = [...this.#services.values()].map((one) =>
      serviceStatus(one.service, {
        state: one.state.state,
        pid: one.running?.pid,
        restarts: one.restarts,
        since: one.since,
        reason: 'reason' in one.state ? one.state.reason : undefined,
      }),
    )
    return stackStatus(this.#parts.stack, services)
  }

  /**
   * Stops a service and starts it again, or lets it renew itself where it can; waits its turn while others start or restart. Modules share a process and
   * their code is read when it starts: restarting one restarts them all. What does not come up again stays as `failed`.
   * @throws SUPERVISE_SERVICE_UNKNOWN, SUPERVISE_NOT_RUNNING when the stack is being stopped, SUPERVISE_SERVICE_FAILED
   */
  async restart(name: string, { signal }: Waiting): Promise<void> {
    const service = this.#services.get(name)
    if (service === undefined) throw serviceUnknown(name, [...this.#services.keys()])
    if (service.isRenewable) return this.#inTurn(() => service.renew({ signal }))
    const { kind } = service.service.run
    const together =
      kind === 'module' ? [...this.#services.values()].filter((one) => one.service.run.kind === kind) : [service]
    const order = orderAmong(this.#order, new Set(together.map((one) => one.service.name)))
    await this.#inTurn(() => this.#restartAll(order, { signal }))
  }

  requestStop(): void {
    this.#stopRequest.abort(stopping(this.#parts.stack.name))
  }

  /** From here on closing the supervisor closes these too, last of all. */
  own(owned: AsyncDisposableStack): void {
    this.#owned.use(owned)
  }

  /** Stops everything in reverse, then lets the data folder go. Called again: the same promise. */
  close(waiting: Waiting): Promise<void> {
    this.#closing ??= this.#close(waiting)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ signal: AbortSignal.timeout(STOP_GRACE_MS) })
  }

  async #close(waiting: Waiting): Promise<void> {
    await using releasers = new AsyncDisposableStack()
    releasers.use(this.#owned)
    releasers.defer(() => this.#state.close())
    releasers.defer(() => this.#parts.modulesLog.close())
    releasers.defer(() => this.#endStrays(waiting))
    releasers.defer(() => this.#turn)
    await this.#stopAll(waiting)
  }

  /** What left its service's process group would otherwise outlive the stack, and hold its ports. */
  async #endStrays(waiting: Waiting): Promise<void> {
    const count = await endStrays(this.folder, waiting)
    if (count === 1) this.#parts.onNote('Ended a process that had left the group of its service.')
    if (count > 1) this.#parts.onNote(`Ended ${count} processes that had left the groups of their services.`)
  }

  /** Who needs others stops before them; the gateway first of all. One that cannot be stopped does not keep the others. */
  async #stopAll(waiting: Waiting): Promise<void> {
    this.requestStop()
    const failures: unknown[] = []
    await takeSteps(stopOrder(this.#order, this.#parts.stack.gateway?.name), async (name) => {
      try {
        await this.#services.get(name)?.stop(waiting)
      } catch (error) {
        failures.push(error)
      }
    })
    if (failures.length === 1) throw failures[0]
    if (failures.length > 1) throw new AggregateError(failures, 'Some services could not be stopped.')
  }

  async #restartAll(order: Order, { signal }: Waiting): Promise<void> {
    if (this.#stopRequest.signal.aborted) throw stopping(this.#parts.stack.name)
    signal.throwIfAborted()
    const grace = AbortSignal.timeout(STOP_GRACE_MS)
    await takeSteps(stopOrder(order, undefined), async (name) => {
      await this.#services.get(name)?.note('restarted by hand')
      await this.#services.get(name)?.stop({ signal: grace })
    })
    const until = AbortSignal.any([signal, this.#stopRequest.signal])
    const failures: unknown[] = []
    await takeSteps(order, async (name) => {
      // One that needs another which did not come up again is started all the same, as when that one had died.
      await this.#services
        .get(name)
        ?.start({ signal: until })
        .catch((error: unknown) => failures.push(error))
    })
    if (failures.length > 0) throw failures[0]
  }

  async #startOne(name: string, { signal }: Waiting): Promise<void> {
    const one = this.#services.get(name)
    try {
      await one?.start({ signal })
    } catch (error) {
      if (one?.service.isOptional !== true || !isAppError(error) || signal.aborted) throw error
      this.#parts.onNote(`The stack starts without "${name}", which is optional: ${firstLine(error.message)}`)
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => undefined) // said to whoever asked for it
    return turn
  }

  /** So that requests wait for a service that is restarted, where the gateway lets them. */
  #tellGateway({ service, to }: StateChange): void {
    const { gateway } = this.#parts.stack
    if (gateway === undefined || service === gateway.name || to === 'unhealthy') return
    this.#services.get(gateway.name)?.running?.announceRestart?.(service, to !== 'healthy')
  }

  #runState(): RunState {
    const running = [...this.#services.values()].flatMap((one) => one.running?.identity ?? [])
    return {
      supervisor: this.#parts.identity,
      startedAt: this.#startedAt,
      controlSocket: this.folder.controlSocket,
      processes: [...new Map(running.map((identity) => [identity.pid, identity])).values()],
      status: this.status(),
    }
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
