import { pathToFileURL } from 'node:url'
import type { Waiting } from '@portolan/errors'
import { errorMessage } from '@portolan/errors'
import { isServiceDefinition, type ServiceDefinition, type StartedService, startService } from '@portolan/service'
import type { Logger } from 'pino'
import { moduleInvalid } from '../errors.ts'

export interface HostedModule {
  readonly service: string
  /** An absolute path. */
  readonly module: string
  readonly environment: Readonly<Record<string, string>>
}

/** The services that share this process, each started from its file and on its own port. */
export class HostedServices {
  readonly #logger: Logger
  readonly #started = new Map<string, StartedService>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  async start({ service, module, environment }: HostedModule, { signal }: Waiting): Promise<void> {
    const definition = await loadDefinition(module)
    // The line's `service` tells the supervisor whose log it belongs to.
    const logger = this.#logger.child({ service })
    this.#started.set(service, await startService(definition, environment, { logger, signal }))
  }

  async stop(service: string, { signal }: Waiting): Promise<void> {
    const started = this.#started.get(service)
    this.#started.delete(service)
    await started?.close({ signal })
  }

  async stopAll({ signal }: Waiting): Promise<void> {
    await Promise.allSettled([...this.#started.keys()].map((service) => this.stop(service, { signal })))
  }
}

/** @throws SUPERVISE_MODULE_INVALID when the file cannot be loaded or exports no service */
async function loadDefinition(module: string): Promise<ServiceDefinition> {
  const exported = await importModule(module)
  const candidate: unknown = 'service' in exported ? exported.service : undefined
  if (isServiceDefinition(candidate)) return candidate
  throw moduleInvalid(module, 'it has no export "service" that is a service definition.')
}

async function importModule(module: string): Promise<object> {
  try {
    const exported: unknown = await import(pathToFileURL(module).href)
    return typeof exported === 'object' && exported !== null ? exported : {}
  } catch (cause) {
    throw moduleInvalid(module, `${errorMessage(cause)}.`.replace(/\.\.$/, '.'), cause)
  }
}
