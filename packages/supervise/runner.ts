import type { Waiting } from '@portolan/errors'
import type { ProcessIdentity } from '@portolan/observe'
import type { HealthProbe } from './health-probe.ts'

/** A service that was started, in whatever way its run kind starts things. */
export interface Running {
  /** The process that it runs in; undefined where others run it. */
  readonly pid: number | undefined
  readonly identity: ProcessIdentity | undefined
  /** "it ended with exit status 1". Never rejects; stays open as long as the service runs. */
  readonly ended: Promise<string>
  /** Gracefully until the signal fires, then by force. Resolves when it is gone. */
  stop(waiting: Waiting): Promise<void>
  /**
   * Where it can put a new copy of itself in its place without anybody noticing; then a restart by hand is this.
   * @throws why it cannot, and goes on as it was
   */
  readonly renew?: (waiting: Waiting) => Promise<void>
  /** Of what sends requests to others: one of them is being started again, or has been. */
  readonly announceRestart?: (service: string, isUnderWay: boolean) => void
}

/** How one run kind starts a service and knows that it works. One per service, used for every start of it. */
export interface Runner {
  start(waiting: Waiting): Promise<Running>
  readonly probe: HealthProbe
  /** What has to be done once it works and before anything that needs it may start. */
  readonly settle?: (waiting: Waiting) => Promise<void>
}
