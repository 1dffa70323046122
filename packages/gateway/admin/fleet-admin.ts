import type { Waiting } from '@portolan/errors'
import type { AdminAddress, GatewayConfiguration } from '../configuration.ts'
import { askedRequest } from '../explain/asked-request.ts'
import { explain } from '../explain/explain.ts'
import type { GatewayAddress } from '../listener.ts'
import type { WorkerFleet } from '../workers/worker-fleet.ts'
import { type Admin, type AdminSource, openAdmin } from './admin-server.ts'

/** The place where all workers of a gateway are looked at together: where the configuration says, if it does. */
export class FleetAdmin {
  readonly #fleet: WorkerFleet
  readonly #source: AdminSource
  #admin: Admin | undefined
  #declared: AdminAddress | undefined

  constructor(fleet: WorkerFleet) {
    this.#fleet = fleet
    this.#source = {
      snapshot: () => fleet.snapshot(),
      explain: async (asked) => {
        const { upstreams } = await fleet.snapshot()
        return explain(fleet.configuration, askedRequest(asked), upstreams)
      },
      isReady: () => fleet.workers.length > 0,
    }
  }

  get address(): GatewayAddress | undefined {
    return this.#admin?.address
  }

  /**
   * Moves it to where a configuration says.
   * @throws GATEWAY_PORT_TAKEN, GATEWAY_LISTEN_FAILED; it stays where it was then
   */
  async follow({ admin }: GatewayConfiguration, waiting: Waiting): Promise<void> {
    if (admin?.address === this.#declared?.address && admin?.port === this.#declared?.port) return
    const next = admin === undefined ? undefined : await openAdmin(admin, this.#source, waiting)
    // No worker is to lead a workspace there.
    await this.#fleet.reserve(next === undefined ? [] : [next.address.port])
    await this.close()
    this.#admin = next
    this.#declared = admin
  }

  async close(): Promise<void> {
    await this.#admin?.[Symbol.asyncDispose]()
    this.#admin = undefined
    this.#declared = undefined
  }
}
