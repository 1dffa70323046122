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

interface Hosted {
  readonly started: Promise<StartedService>
  /** Abandons a start that is under way. */
  readonly abandon: AbortController
  /** Ends a close that is under way. */
  readonly force: AbortController
}

/** The services that share this process, each started from its file and on its own port. */
export class HostedServices {
  readonly #logger: Logger
  readonly #hosted = new Map<string, Hosted>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  async start(module: HostedModule, { signal }: Waiting): Promise<void> {
    const [abandon, force] = [new AbortController(), new AbortController()]
    const started = this.#load(module, { signal: AbortSignal.any([signal, abandon.signal]) })
    const hosted = { started, abandon, force }
    this.#hosted.set(module.service, hosted)
    try {
      await started
    } catch (error) {
      this.#forget(module.service, hosted)
      throw error
    }
  }

  /** Also abandons a start that is under way. Called again: the same close, ended by whichever signal fires first. */
  async stop(service: string, { signal }: Waiting): Promise<void> {
    const hosted = this.#hosted.get(service)
    if (hosted === undefined) return
    hosted.abandon.abort(new DOMException(`Service "${service}" is told to stop.`, 'AbortError'))
    if (signal.aborted) hosted.force.abort()
    signal.addEventListener('abort', () => hosted.force.abort(), { once: true })
    const [started] = await Promise.allSettled([hosted.started])
    // Whoever started it has been told why it did not come up.
    if (started.status === 'fulfilled') await started.value.close({ signal: hosted.force.signal })
    this.#forget(service, hosted)
  }

  async stopAll({ signal }: Waiting): Promise<void> {
    await Promise.allSettled([...this.#hosted.keys()].map((service) => this.stop(service, { signal })))
  }

  async #load({ service, module, environment }: HostedModule, { signal }: Waiting): Promise<StartedService> {
    const definition = await loadDefinition(module)
    // The line's `service` tells the supervisor whose log it belongs to.
    return startService(definition, environment, { logger: this.#logger.child({ service }), signal })
  }

  #forget(service: string, hosted: Hosted): void {
    if (this.#hosted.get(service) === hosted) this.#hosted.delete(service)
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
    throw moduleInvalid(module, `${errorMessage(cause).replace(/\.$/, '')}${placeOf(cause)}.`, cause)
  }
}

/** Where the fault is, which may be in a file that the module imports: the first place of the stack that is not Node's. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const place = /(?:^|\(|at |file:\/\/)(\/[^\n()]+?:\d+)(?::\d+)?\)?$/m.exec(stack)?.[1]
  return place === undefined ? '' : ` (${place})`
}
