import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { errorMessage, type Waiting } from '@portolan/errors'
import { identifyProcess, isRunning } from '@portolan/observe'
import type { ResolvedStack } from '@portolan/stack'
import { openControlServer } from './control-server.ts'
import { type DataFolder, dataFolderOf, prepareDataFolder } from './data-folder.ts'
import { alreadyRunning, portsTaken } from './errors.ts'
import { acquireFolderLock } from './folder-lock.ts'
import { LogFile } from './log-file.ts'
import { MARK_VARIABLE } from './marked-processes.ts'
import { ModuleHost } from './module-host.ts'
import { endOrphans } from './orphans.ts'
import { probePorts } from './port-probe.ts'
import { readRunState } from './run-state.ts'
import { type Programs, runnerOf } from './runner-choice.ts'
import { openSecrets, type Secrets } from './secrets.ts'
import { allServices } from './service-environment.ts'
import { startOrder } from './start-order.ts'
import { type ServiceTimes, type StateChange, SupervisedService } from './supervised-service.ts'
import { type SupervisedTell, Supervisor } from './supervisor.ts'

export interface SupervisorOptions {
  readonly stack: ResolvedStack
  /** The folder that the stack file is in; the file's own unless given. */
  readonly stackFolder?: string
  /** What the services inherit. */
  readonly inherited: Readonly<Record<string, string | undefined>>
  readonly programs: Programs
  /** What the gateway alone is told beside that: how the registry is asked whose slots it follows. */
  readonly gatewayEnvironment?: Readonly<Record<string, string>>
  readonly onChange?: (change: StateChange) => void
  /** What a person should know and that is no change of a service: orphans ended, an optional service missing. */
  readonly onNote?: (note: string) => void
  readonly times?: Partial<ServiceTimes>
  /** Fires when a start that was told to end is to end at once, by force. */
  readonly hurried?: AbortSignal
}

/** The name of the log that the process of the modules itself writes. No service can be called so. */
export const MODULES_LOG = '_modules'

/** How long what has been started may take to stop again when the rest does not start. */
const UNDO_GRACE_MS = 15_000

/**
 * Brings a stack up: takes its data folder, ends what an earlier run left, looks whether its ports are free, and starts
 * its services in the order of their needs. Resolves when every one works.
 * @throws SUPERVISE_ALREADY_RUNNING, SUPERVISE_PORTS_TAKEN, SUPERVISE_SERVICE_FAILED and others; then nothing of it runs
 */
export async function startStack(options: SupervisorOptions, { signal }: Waiting): Promise<Supervisor> {
  const services = allServices(options.stack)
  startOrder(services)
  const stackFolder = resolve(options.stackFolder ?? dirname(options.stack.file))
  const folder = dataFolderOf(stackFolder, options.stack)
  await using releasers = new AsyncDisposableStack()
  await prepareDataFolder(folder)
  releasers.use(await lockFolder(options.stack, folder))
  const ended = await endOrphans(folder, { signal })
  if (ended === 1) options.onNote?.('Ended a process that an earlier run had left behind.')
  if (ended > 1) options.onNote?.(`Ended ${ended} processes that an earlier run had left behind.`)
  const taken = await probePorts(services, { signal })
  if (taken.length > 0) throw portsTaken(taken)
  const supervisor = await makeSupervisor({ ...options, stackFolder }, folder)
  releasers.use(await openControlServer(folder.controlSocket, supervisor))
  supervisor.own(releasers.move())
  try {
    await supervisor.start({ signal })
    return supervisor
  } catch (error) {
    const limits = [AbortSignal.timeout(UNDO_GRACE_MS), ...(options.hurried === undefined ? [] : [options.hurried])]
    await supervisor.close({ signal: AbortSignal.any(limits) }).catch((second: unknown) => {
      // Why it did not start matters more.
      options.onNote?.(`Not everything could be stopped: ${errorMessage(second)}`)
    })
    throw error
  }
}

async function lockFolder(stack: ResolvedStack, folder: DataFolder): Promise<Disposable> {
  const lock = acquireFolderLock(folder.lockFile)
  if (lock !== undefined) return lock
  throw alreadyRunning(stack.name, { holder: await findHolder(folder), folder: folder.root })
}

/** Who has the lock. What stands in the state may be the run before: the one that has it now writes later. */
async function findHolder(folder: DataFolder): Promise<{ readonly pid: number; readonly since: string } | undefined> {
  const state = await readRunState(folder)
  if (state?.supervisor === undefined || !(await isRunning(state.supervisor))) return undefined
  return { pid: state.supervisor.pid, since: state.startedAt }
}

type PlacedOptions = SupervisorOptions & { readonly stackFolder: string }

async function makeSupervisor(options: PlacedOptions, folder: DataFolder): Promise<Supervisor> {
  const secrets = await openSecrets(folder)
  const modulesLog = new LogFile(folder.logs, MODULES_LOG)
  const parts = { folder, secrets, modulesLog }
  const supervisor = new Supervisor({
    stack: options.stack,
    folder,
    identity: await identifyProcess(process.pid),
    onChange: options.onChange ?? (() => undefined),
    onNote: options.onNote ?? (() => undefined),
    supervise: (tell) => superviseServices(options, parts, tell),
    modulesLog,
  })
  await secrets.save() // made while the services were put together
  await makeServiceFolders(options.stack, folder)
  return supervisor
}

/** What `DATA_FOLDER` promises. PostgreSQL makes its own, with an owner of its own. */
async function makeServiceFolders(stack: ResolvedStack, folder: DataFolder): Promise<void> {
  const told = stack.services.filter(({ run }) => run.kind === 'command' || run.kind === 'module')
  for (const { name } of told) await mkdir(folder.serviceFolder(name), { recursive: true, mode: 0o700 })
}

function superviseServices(
  options: PlacedOptions,
  parts: { readonly folder: DataFolder; readonly secrets: Secrets; readonly modulesLog: LogFile },
  { announce, onProcess }: SupervisedTell,
): readonly SupervisedService[] {
  const { stack, stackFolder, inherited, programs, gatewayEnvironment = {}, times = {} } = options
  const { folder, secrets, modulesLog } = parts
  const moduleHost = new ModuleHost({
    program: programs.moduleHost,
    stackFolder,
    environment: { ...inherited, NODE_COMPILE_CACHE: folder.compiled, [MARK_VARIABLE]: folder.mark },
    log: modulesLog,
  })
  return allServices(stack).map((service) => {
    const log = new LogFile(folder.logs, service.name)
    const given = { stack, stackFolder, folder, secrets, inherited, programs, moduleHost, gatewayEnvironment }
    const runner = runnerOf(service, log, given)
    const findTakenPorts = (waiting: Waiting) => probePorts([service], waiting)
    return new SupervisedService({ service, runner, log, announce, onProcess, findTakenPorts, times })
  })
}
