import { join } from 'node:path'
import { pingPostgres } from '@portolan/postgres'
import type { ResolvedStack, Service } from '@portolan/stack'
import { Child, type ChildPlan } from './child.ts'
import { type DataFolder, writeAtomically } from './data-folder.ts'
import { runKindUnsupported } from './errors.ts'
import { type HealthProbe, healthProbe } from './health-probe.ts'
import type { LogFile } from './log-file.ts'
import { MARK_VARIABLE } from './marked-processes.ts'
import type { ModuleHost } from './module-host.ts'
import { objectStoreUrls, objectStoreVariables } from './objects-need.ts'
import { databasesOf, databaseUrls, embeddedBusUrl, externalAdminUrl, isPostgres } from './postgres-need.ts'
import type { Runner, Running } from './runner.ts'
import { childRunner } from './runners/child-runner.ts'
import { externalRunner } from './runners/external-runner.ts'
import { gatewayConfiguration } from './runners/gateway-runner.ts'
import { externalPostgresRunner, postgresRunner } from './runners/postgres-runner.ts'
import { renewableGateway } from './runners/renewable-gateway.ts'
import type { Secrets } from './secrets.ts'
import { filledArguments, serviceEnvironment } from './service-environment.ts'

/** Programs of ours that run as processes of their own: source files here, bundles in the published package. */
export interface Programs {
  readonly gateway: string
  readonly moduleHost: string
  /** A module: the object store. */
  readonly objects: string
}

export interface RunnerParts {
  readonly stack: ResolvedStack
  readonly stackFolder: string
  readonly folder: DataFolder
  readonly secrets: Secrets
  readonly inherited: Readonly<Record<string, string | undefined>>
  readonly programs: Programs
  readonly moduleHost: ModuleHost
  readonly gatewayEnvironment: Readonly<Record<string, string>>
}

/**
 * The runner of a service, by its run kind. One that is optional and cannot be run fails when it is started, as it
 * would for any other reason.
 * @throws SUPERVISE_RUN_KIND_UNSUPPORTED, SUPERVISE_NEED_UNSUPPORTED
 */
export function runnerOf(service: Service, log: LogFile, parts: RunnerParts): Runner {
  try {
    return requiredRunner(service, log, parts)
  } catch (error) {
    if (!service.isOptional) throw error
    return { start: () => Promise.reject(error), probe: () => Promise.reject(error) }
  }
}

function requiredRunner(service: Service, log: LogFile, parts: RunnerParts): Runner {
  const { run } = service
  const probe = healthProbe(service)
  switch (run.kind) {
    case 'command': {
      // Made now and not at each start: the secrets that it names are written down before anything is told them.
      const plan = commandPlan(service, parts)
      return childRunner(() => Promise.resolve(plan), { log, probe })
    }
    case 'module':
      return hostedRunner(service, run.module, { log, parts })
    case 'embedded':
      if (run.part === 'gateway') return gatewayRunner(service, parts, { log, probe })
      if (run.part === 'bus') return busRunner(service, parts)
      if (run.part === 'objects') return hostedRunner(service, parts.programs.objects, { log, parts })
      return postgresRunner({
        service,
        log,
        dataFolder: parts.folder.serviceFolder(service.name),
        mark: { [MARK_VARIABLE]: parts.folder.mark },
        databases: databasesOf(service, parts.stack, parts.secrets),
      })
    case 'slots':
      // Whoever deploys it sees to its health; the gateway does when it sends requests there.
      return externalRunner(() => Promise.resolve())
    case 'external':
      return externalService(service, parts)
    case 'container':
      throw runKindUnsupported(service.name, run.kind)
  }
}

/** A service definition, in the process that all modules of the stack share. */
function hostedRunner(
  service: Service,
  module: string,
  { log, parts }: { readonly log: LogFile; readonly parts: RunnerParts },
): Runner {
  const environment = environmentOf(service, parts)
  const start: Runner['start'] = (waiting) =>
    parts.moduleHost.start({ service: service.name, module, environment, log }, waiting)
  return { start, probe: healthProbe(service) }
}

/** Everything a process of the stack is given, its mark included. */
function environmentOf(service: Service, parts: RunnerParts): Readonly<Record<string, string | undefined>> {
  const { stack, folder, secrets, inherited } = parts
  const needUrls = new Map([...databaseUrls(service, stack, secrets), ...objectStoreUrls(service, stack, secrets)])
  const dataFolder = folder.serviceFolder(service.name)
  return {
    ...objectStoreVariables(service, secrets),
    ...serviceEnvironment(service, { stack, inherited, dataFolder, needUrls, secretOf: secretOf(secrets) }),
    [MARK_VARIABLE]: folder.mark,
  }
}

/** Secrets of a stack's own stand apart from the passwords that Portolan makes for itself. */
function secretOf(secrets: Secrets): (name: string) => string {
  return (name) => secrets.get(`secret/${name}`)
}

function commandPlan(service: Service, parts: RunnerParts): ChildPlan {
  const { run } = service
  if (run.kind !== 'command') throw runKindUnsupported(service.name, run.kind)
  const folder = join(parts.stackFolder, run.folder ?? '.')
  // A path is from the folder it runs in, as in a shell; a bare name is looked up on the PATH.
  const command = run.command.includes('/') && !run.command.startsWith('/') ? join(folder, run.command) : run.command
  return {
    command,
    args: filledArguments(service, parts.stack),
    folder,
    environment: environmentOf(service, parts),
  }
}

function gatewayRunner(
  service: Service,
  parts: RunnerParts,
  { log, probe }: { readonly log: LogFile; readonly probe: HealthProbe },
): Runner {
  const file = join(parts.folder.root, 'gateway.json')
  const environment = {
    ...environmentOf(service, parts),
    NODE_COMPILE_CACHE: parts.folder.compiled,
    PORTOLAN_GATEWAY_CONFIGURATION: file,
    ...parts.gatewayEnvironment,
  }
  const configuration = gatewayConfiguration(parts.stack, {
    stackFolder: parts.stackFolder,
    dataFolder: parts.folder.root,
  })
  const start = async (): Promise<Running> => {
    await writeAtomically(file, `${JSON.stringify(configuration, null, 2)}\n`, 0o600)
    const args = ['--disable-warning=ExperimentalWarning', parts.programs.gateway]
    const plan = { command: process.execPath, args, folder: parts.stackFolder, environment, hasChannel: true }
    return renewableGateway(await Child.start(plan, log), configuration)
  }
  return { start, probe }
}

/** The bus is a database of the stack's PostgreSQL: nothing of its own runs. */
function busRunner(service: Service, { stack, secrets }: RunnerParts): Runner {
  const url = embeddedBusUrl(service, stack, secrets)
  return externalRunner((waiting) => pingPostgres(url, waiting))
}

function externalService(service: Service, parts: RunnerParts): Runner {
  const plain = externalRunner(healthProbe(service))
  const adminUrl = externalAdminUrl(service)
  if (adminUrl === undefined || !isPostgres(service)) return plain
  return externalPostgresRunner(adminUrl, {
    databases: databasesOf(service, parts.stack, parts.secrets),
    start: (waiting) => plain.start(waiting),
  })
}
