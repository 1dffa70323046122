import { parseGatewayConfiguration } from '../configuration.ts'
import { gatewayClosing } from '../errors.ts'
import { type Gateway, openGateway } from '../gateway.ts'
import type { GatewayAddress } from '../listener.ts'
import type { GatewayLogger } from '../log.ts'
import { type Answer, faultOf, type Notice, type Outcome, type Request } from './worker-messages.ts'

export interface WorkerSurroundings {
  readonly logger: GatewayLogger
  /** Takes each line of the access log. */
  readonly writeLine: (line: string) => void
  readonly serviceKey: string | undefined
  /** Resolves when the answer is on its way. */
  readonly send: (answer: Answer | Notice) => Promise<void>
  /** Nothing is left to do. */
  readonly exit: () => void
}

/** What a worker does for its primary. */
export class WorkerSide {
  readonly #surroundings: WorkerSurroundings
  readonly #opening = new AbortController()
  #gateway: Gateway | undefined
  #isEnded = false

  constructor(surroundings: WorkerSurroundings) {
    this.#surroundings = surroundings
  }

  /** Never rejects: what fails is answered. */
  async answer(request: Request): Promise<void> {
    const { id } = request
    const outcome = await this.#do(request).catch((error: unknown) => ({ fault: faultOf(error) }))
    await this.#surroundings.send({ id, ...outcome })
    if (this.#isEnded) this.#surroundings.exit()
  }

  async #do(request: Request): Promise<Outcome> {
    switch (request.type) {
      case 'open':
        return { addresses: await this.#open(request.configuration, request.reserved) }
      case 'reserve':
        this.#opened.reserve(request.ports)
        return {}
      case 'configure':
        await this.#opened.configure(parseGatewayConfiguration(request.configuration))
        return {}
      case 'announce-restart':
        this.#opened.announceRestart(request.upstream, request.isUnderWay)
        return {}
      case 'snapshot':
        return { snapshot: this.#opened.snapshot() }
      case 'spend':
        this.#opened.charge(request.others)
        return { spent: this.#opened.spent() }
      case 'hand-over':
      case 'close':
        return this.#end(request)
    }
  }

  get #opened(): Gateway {
    if (this.#gateway === undefined) throw gatewayClosing()
    return this.#gateway
  }

  async #open(configuration: unknown, reserved: readonly number[]): Promise<readonly GatewayAddress[]> {
    const { logger, writeLine, serviceKey, send } = this.#surroundings
    const { signal } = this.#opening
    this.#gateway = await openGateway(parseGatewayConfiguration(configuration), {
      logger,
      writeLine,
      signal,
      serviceKey,
      onUpstreamEvent: (event) => void send({ type: 'upstream-event', event }), // never rejects
    })
    this.#gateway.reserve(reserved)
    return this.#gateway.addresses
  }

  /** What it has counted is told last of all, so that the counts of the whole never go back. */
  async #end({ type, graceMs }: Extract<Request, { type: 'hand-over' | 'close' }>): Promise<Outcome> {
    this.#opening.abort(gatewayClosing())
    await this.#gateway?.close({ signal: AbortSignal.timeout(graceMs), isHandOver: type === 'hand-over' })
    this.#isEnded = true
    return this.#gateway === undefined ? {} : { snapshot: this.#gateway.snapshot() }
  }
}
