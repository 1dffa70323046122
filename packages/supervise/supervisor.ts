import { dirname, resolve } from 'node:path'
import { isAppError, type Waiting } from '@portolan/errors'
import { identifyProcess, type ProcessIdentity } from '@portolan/observe'
import type { ResolvedStack } from '@portolan/stack'
import { openControlServer } from './control-server.ts'
import { type DataFolder, dataFolderOf, prepareDataFolder } from './data-folder.ts'
import { alreadyRunning, portsTaken, serviceUnknown } from './errors.ts'
import { acquireFolderLock } from './folder-lock.ts'
import { LogFile } from './log-file.ts'
import { ModuleHost } from './module-host.ts'
import { endOrphans, MARK_VARIABLE } from './orphans.ts'
import { probePorts } from './port-probe.ts'
import { type RunState, readRunState, type StackStatus, writeRunState } from './run-state.ts'
import { type Programs, type RunnerParts, runnerOf } from './runner-choice.ts'
import { openSecrets } from './secrets.ts'
import { allServices } from './service-environment.ts'
import { serviceStatus, stackStatus } from './stack-status.ts'
import { startOrder } from './start-order.ts'
import { type ServiceTimes, type StateChange, SupervisedService } from './supervised-service.ts'

export interface SupervisorOptions {
  readonly stack: ResolvedStack
  /** The folder that the stack file is in; the file's own unless given. */
  readonly stackFolder?: string
  /** What the services inherit. */
  readonly inherited: Readonly<Record<string, string | undefined>>
  readonly programs: Programs
  readonly onChange?: (change: StateChange) => void
  /** What a person should know and that is no change of a service: orphans ended, an optional service missing. */
  readonly onNote?: (note: string) => void
  readonly times?: Partial<ServiceTimes>
}

/** How long the services of a stack may take to stop before they are ended by force. */
const STOP_GRACE_MS = 15_000
/** The name of the log that the process of the modules itself writes. */
export const MODULES_LOG = 'modules'

/**
 * Brings a stack up: takes its data folder, ends what an earlier run left, looks whether its ports are free, and starts
 * its services in the order of their needs. Resolves when every one works.
 * @throws SUPERVISE_ALREADY_RUNNING, SUPERVISE_PORTS_TAKEN, SUPERVISE_SERVICE_FAILED and others; then nothing of it runs
 */
export async function startStack(options: SupervisorOptions, { signal }: Waiting): Promise<Supervisor> {
  const { stack } = options
  startOrder(allServices(stack))
  const stackFolder = resolve(options.stackFolder ?? dirname(stack.file))
  const folder = dataFolderOf(stackFolder, stack)
  await using releasers = new AsyncDisposableStack()
  await prepareDataFolder(folder)
  const lock = acquireFolderLock(folder.lockFile)
  if (lock === undefined) throw await runningError(stack, folder)
  releasers.use(lock)
  const ended = await endOrphans(folder, { signal })
  if (ended > 0) options.onNote?.(`Ended ${ended} processes that an earlier run had left behind.`)
  const taken = await probePorts(allServices(stack), { signal })
  if (taken.length > 0) throw portsTaken(taken)
  const supervisor = releasers.use(await Supervisor.open({ ...options, stackFolder }, folder))
  releasers.use(await openControlServer(folder.controlSocket, supervisor))
  await supervisor.start({ signal })
  supervisor.own(releasers.move())
  return supervisor
}

async function runningError(stack: ResolvedStack, folder: DataFolder) {
  const state = await readRunState(folder)
  return alreadyRunning(stack.name, { pid: state?.supervisor?.pid, since: state?.startedAt, folder: folder.root })
}

type OpenOptions = SupervisorOptions & { readonly stackFolder: string }

/** A stack that runs on this machine. */
export class Supervisor implements AsyncDisposable {
  readonly folder: DataFolder
  readonly #stack: ResolvedStack
  readonly #services: ReadonlyMap<string, SupervisedService>
  readonly #order: ReadonlyMap<string, readonly string[]>
  readonly #identity: ProcessIdentity | undefined
  readonly #startedAt = new Date().toISOString()
  readonly #onNote: (note: string) => void
  readonly #stopRequest = new AbortController()
  readonly #modulesLog: LogFile
  #saving: Promise<void> = Promise.resolve()
  #owned: AsyncDisposableStack | undefined
  #stopping: Promise<void> | undefined
  #closing: Promise<void> | undefined

  private constructor(
    options: OpenOptions,
    folder: DataFolder,
    parts: { readonly identity: ProcessIdentity | undefined; readonly runners: Omit<RunnerParts, 'moduleHost'> },
  ) {
    this.folder = folder
    this.#stack = options.stack
    this.#identity = parts.identity
    this.#onNote = options.onNote ?? (() => undefined)
    this.#modulesLog = new LogFile(folder.logs, MODULES_LOG)
    const moduleHost = new ModuleHost({
      program: options.programs.moduleHost,
      stackFolder: options.stackFolder,
      environment: { ...options.inherited, [MARK_VARIABLE]: folder.mark },
      log: this.#modulesLog,
    })
    const announce = (change: StateChange) => {
      options.onChange?.(change)
      void this.#save() // never rejects
    }
    const supervised = allServices(options.stack).map((service): readonly [string, SupervisedService] => {
      const log = new LogFile(folder.logs, service.name)
      const runner = runnerOf(service, log, { ...parts.runners, moduleHost })
      return [service.name, new SupervisedService({ service, runner, log, announce, times: options.times ?? {} })]
    })
    this.#services = new Map(supervised)
    this.#order = startOrder(allServices(options.stack))
  }

  static async open(options: OpenOptions, folder: DataFolder): Promise<Supervisor> {
    const { stack, stackFolder, inherited, programs } = options
    const secrets = await openSecrets(folder)
    const runners = { stack, stackFolder, folder, secrets, inherited, programs }
    const supervisor = new Supervisor(options, folder, { identity: await identifyProcess(process.pid), runners })
    await secrets.save()
    await writeRunState(folder, supervisor.#runState())
    return supervisor
  }

  /** Fires when somebody asked over the control socket that the stack be stopped. */
  get stopRequested(): AbortSignal {
    return this.#stopRequest.signal
  }

  /** Every service as soon as what it needs works. @throws what the first service that failed says */
  async start({ signal }: Waiting): Promise<void> {
    const giveUp = new AbortController()
    const starts = new Map<string, Promise<void>>()
    const all = AbortSignal.any([signal, giveUp.signal, this.#stopRequest.signal])
    for (const name of orderedNames(this.#order)) {
      starts.set(name, this.#startAfterNeeds(name, starts, { signal: all }))
    }
    const results = [...starts.values()].map((start) =>
      start.catch((error: unknown) => {
        giveUp.abort(error)
        throw error
      }),
    )
    const settled = await Promise.allSettled(results)
    if (giveUp.signal.aborted) throw giveUp.signal.reason
    const failed = settled.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
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
    return stackStatus(this.#stack, services)
  }

  /** Modules share a process and their code is read when it starts: restarting one restarts them all. */
  async restart(name: string, { signal }: Waiting): Promise<void> {
    const service = this.#services.get(name)
    if (service === undefined) throw serviceUnknown(name, [...this.#services.keys()])
    const isModule = service.service.run.kind === 'module'
    const together = isModule
      ? [...this.#services.values()].filter((one) => one.service.run.kind === 'module')
      : [service]
    const grace = { signal: AbortSignal.timeout(STOP_GRACE_MS) }
    await Promise.all(together.map((one) => one.stop(grace)))
    await Promise.all(together.map((one) => one.start({ signal: AbortSignal.any([signal, this.#stopRequest.signal]) })))
  }

  requestStop(): void {
    this.#stopRequest.abort(new DOMException('The stack is told to stop.', 'AbortError'))
  }

  /** From here on closing the supervisor closes these too. */
  own(owned: AsyncDisposableStack): void {
    this.#owned = owned
  }

  /** Stops everything in reverse, then lets the data folder go. Called again: the same promise. */
  close(waiting: Waiting): Promise<void> {
    this.#closing ??= this.#close(waiting)
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping ??= this.#stopAll({ signal: AbortSignal.timeout(STOP_GRACE_MS) })
    await this.#stopping
  }

  async #close(waiting: Waiting): Promise<void> {
    this.#stopping ??= this.#stopAll(waiting)
    await this.#stopping
    await this.#owned?.disposeAsync()
  }

  async #startAfterNeeds(name: string, starts: ReadonlyMap<string, Promise<void>>, { signal }: Waiting): Promise<void> {
    await Promise.all((this.#order.get(name) ?? []).flatMap((need) => starts.get(need) ?? []))
    const one = this.#services.get(name)
    if (one === undefined) return
    try {
      await one.start({ signal })
    } catch (error) {
      if (!one.service.isOptional || !isAppError(error) || signal.aborted) throw error
      this.#onNote(`The stack starts without "${name}", which is optional: ${firstLine(error.message)}`)
    }
  }

  /** Who needs others stops before them; the gateway first of all, so that no request comes in meanwhile. */
  async #stopAll({ signal }: Waiting): Promise<void> {
    this.requestStop()
    const stops = new Map<string, Promise<void>>()
    const gateway = this.#stack.gateway?.name
    const names = orderedNames(this.#order).toReversed()
    const sorted = gateway === undefined ? names : [gateway, ...names.filter((name) => name !== gateway)]
    for (const name of sorted) {
      const needing = [...this.#order].filter(([, needs]) => needs.includes(name)).map(([other]) => other)
      const before = gateway === undefined || name === gateway ? needing : [...needing, gateway]
      stops.set(
        name,
        this.#stopAfter(
          name,
          before.flatMap((other) => stops.get(other) ?? []),
          { signal },
        ),
      )
    }
    await Promise.all(stops.values())
    await this.#modulesLog.close()
    await this.#save()
  }

  async #stopAfter(name: string, before: readonly Promise<void>[], { signal }: Waiting): Promise<void> {
    await Promise.all(before)
    await this.#services.get(name)?.stop({ signal })
  }

  /** One write after the other. A full disk must not end what runs: the next change writes again. */
  #save(): Promise<void> {
    this.#saving = this.#saving
      .then(() => writeRunState(this.folder, this.#runState()))
      .catch((error: unknown) => this.#onNote(`The state could not be written: ${String(error)}`))
    return this.#saving
  }

  #runState(): RunState {
    const running = [...this.#services.values()].flatMap((one) => one.running?.identity ?? [])
    return {
      supervisor: this.#identity,
      startedAt: this.#startedAt,
      controlSocket: this.folder.controlSocket,
      processes: [...new Map(running.map((identity) => [identity.pid, identity])).values()],
      status: this.status(),
    }
  }
}

/** Needs before those who need them, otherwise as in the file. */
function orderedNames(order: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const names = new Set<string>()
  const add = (name: string): void => {
    for (const need of order.get(name) ?? []) if (!names.has(need)) add(need)
    names.add(name)
  }
  for (const name of order.keys()) add(name)
  return [...names]
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
