import type { Waiting } from '@portolan/errors'
import type { Logger } from 'pino'
import { type EnvironmentVariables, parseEnvironment } from './environment.ts'
import { closeOverrun } from './errors.ts'
import type { RunningService, ServiceAddress, ServiceDefinition } from './service-definition.ts'

/** How long a service may still take to let go after the signal of `close` has fired. */
const OVERRUN_MS = 1_000
const DEFAULT_GRACE_MS = 10_000

export type ServiceState =
  | { readonly state: 'running' }
  | { readonly state: 'stopping' }
  | { readonly state: 'stopped' }
  | { readonly state: 'failed'; readonly cause: unknown }

/** A service that is up, in the hands of its host. */
export class StartedService {
  readonly name: string
  readonly addresses: readonly ServiceAddress[]
  readonly #running: RunningService
  readonly #life: AbortController
  #state: ServiceState = { state: 'running' }
  #closed: Promise<void> | undefined

  constructor(name: string, running: RunningService, life: AbortController) {
    this.name = name
    this.addresses = Object.freeze([...(running.addresses ?? [])])
    this.#running = running
    this.#life = life
  }

  get state(): ServiceState {
    return this.#state
  }

  /**
   * Ends gracefully until the signal fires, then at once. Called again: the same promise.
   * @throws SERVICE_CLOSE_OVERRUN when the service does not even let go after the signal; its state is then `failed`
   */
  close(waiting: Waiting): Promise<void> {
    this.#closed ??= this.#close(waiting)
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ signal: AbortSignal.timeout(DEFAULT_GRACE_MS) })
  }

  async #close(waiting: Waiting): Promise<void> {
    this.#state = { state: 'stopping' }
    this.#life.abort(new DOMException(`Service "${this.name}" is told to stop.`, 'AbortError'))
    try {
      using overrun = afterSignal(waiting.signal, OVERRUN_MS)
      await Promise.race([this.#running.close(waiting), overrun.fails(closeOverrun(this.name))])
      this.#state = { state: 'stopped' }
    } catch (cause) {
      this.#state = { state: 'failed', cause }
      throw cause
    }
  }
}

/** A limit that begins to run only when the signal fires. */
function afterSignal(signal: AbortSignal, delayMs: number) {
  const done = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const fails = (error: Error) =>
    new Promise<never>((_resolve, reject) => {
      const arm = () => {
        timer = setTimeout(reject, delayMs, error)
      }
      if (signal.aborted) arm()
      else signal.addEventListener('abort', arm, { once: true, signal: done.signal })
    })
  const dispose = () => {
    done.abort()
    clearTimeout(timer)
  }
  return { fails, [Symbol.dispose]: dispose }
}

export interface StartServiceOptions extends Waiting {
  readonly logger: Logger
}

/**
 * Parses the environment, starts the service and hands it to the host. The signal only abandons the start; a service
 * that comes up after it was abandoned is closed again.
 * @throws SERVICE_ENVIRONMENT_INVALID, or whatever the service's `start` throws
 */
export async function startService(
  definition: ServiceDefinition,
  environment: EnvironmentVariables,
  { logger, signal }: StartServiceOptions,
): Promise<StartedService> {
  signal.throwIfAborted()
  const life = new AbortController()
  const settled = new AbortController()
  const context = {
    name: definition.name,
    environment: parseEnvironment(definition.environment, environment),
    logger,
    signal: life.signal,
  }
  const abandoned = new Promise<never>((_resolve, reject) => {
    const abandon = () => {
      life.abort(signal.reason)
      reject(signal.reason)
    }
    signal.addEventListener('abort', abandon, { once: true, signal: settled.signal })
  })
  const starting = definition.start(context)
  try {
    return new StartedService(definition.name, await Promise.race([starting, abandoned]), life)
  } catch (error) {
    life.abort(error)
    if (signal.aborted) closeLate(starting, logger)
    throw error
  } finally {
    settled.abort()
  }
}

/** Nobody waits for an abandoned start any more, so its outcome goes to the log. */
function closeLate(starting: Promise<RunningService>, logger: Logger): void {
  starting.then(
    (running) =>
      running.close({ signal: AbortSignal.abort() }).catch((error: unknown) => {
        logger.warn({ err: error }, 'a service that came up too late did not close')
      }),
    (error: unknown) => logger.debug({ err: error }, 'an abandoned start ended'),
  )
}
