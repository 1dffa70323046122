import { parseGatewayConfiguration } from '../configuration.ts'
import { type Gateway, openGateway } from '../gateway.ts'
import type { GatewayLogger } from '../log.ts'
import { type Answer, faultOf, type Request } from './worker-messages.ts'

export interface WorkerSurroundings {
  readonly logger: GatewayLogger
  /** Takes each line of the access log. */
  readonly writeLine: (line: string) => void
  readonly serviceKey: string | undefined
  readonly send: (answer: Answer) => void
  /** Nothing is left to do. */
  readonly exit: () => void
}

/** What a worker does for its primary. */
export class WorkerSide {
  readonly #surroundings: WorkerSurroundings
  readonly #opening = new AbortController()
  #gateway: Gateway | undefined

  constructor(surroundings: WorkerSurroundings) {
    this.#surroundings = surroundings
  }

  /** Never rejects: what fails is answered. */
  async answer(request: Request): Promise<void> {
    const { id } = request
    try {
      this.#surroundings.send({ id, value: await this.#do(request) })
    } catch (error) {
      this.#surroundings.send({ id, fault: faultOf(error) })
    }
  }

  async #do(request: Request): Promise<unknown> {
    if (request.type === 'open') return this.#open(request.configuration)
    if (request.type === 'configure') return this.#gateway?.configure(parseGatewayConfiguration(request.configuration))
    this.#opening.abort()
    const signal = AbortSignal.timeout(request.graceMs)
    await this.#gateway?.close({ signal, isHandOver: request.type === 'hand-over' })
    return this.#surroundings.exit()
  }

  async #open(configuration: unknown): Promise<unknown> {
    const { logger, writeLine, serviceKey } = this.#surroundings
    const { signal } = this.#opening
    this.#gateway = await openGateway(parseGatewayConfiguration(configuration), {
      logger,
      writeLine,
      signal,
      serviceKey,
    })
    return this.#gateway.addresses
  }
}
