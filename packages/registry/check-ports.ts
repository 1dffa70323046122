import type { PortRange, Transport } from '@portolan/ports'
import { type Blocker, describeBlocker, findBlocker } from './blocker.ts'
import type { Claim } from './claim.ts'
import { type HostView, sightedPorts } from './host-view.ts'
import type { Operation } from './operation.ts'
import { RequestCheck } from './request.ts'

export interface CheckRequest {
  readonly host: string
  readonly range: PortRange
  readonly transport?: Transport
  /** Its own quarantines do not stand in its way. */
  readonly project?: string
}

export interface PortObstacle {
  readonly port: number
  readonly reason: Blocker['reason']
  /** Such as `worb (claim 12)`; empty where the reason says all. */
  readonly because: string
  readonly claim?: Claim
}

export interface CheckResult {
  /** `unknown` when an observer did not answer and no claim stands in the way: unknown never means free. */
  readonly state: 'free' | 'taken' | 'unknown'
  readonly obstacles: readonly PortObstacle[]
}

/** @throws REGISTRY_REQUEST_INVALID */
export function checkCheckRequest({ host, range, transport, project }: CheckRequest): void {
  const check = new RequestCheck().name('host', host).range('range', range).transport(transport)
  if (project !== undefined) check.name('project', project)
  check.done()
}

/** Whether ports could be allocated now, and what stands in the way. Claims nothing, so it is true of one moment only. */
export function checkOperation(request: CheckRequest, view: HostView): Operation<CheckResult> {
  const { range, transport = 'tcp', project = '' } = request
  return {
    decide: (ground) => {
      const outlook = { transport, project, now: ground.now, sighted: sightedPorts(view)[transport], reserved: [] }
      const obstacles: PortObstacle[] = []
      for (let port = range.first; port <= range.last; port += 1) {
        const blocker = findBlocker(ground.picture, port, outlook)
        if (blocker === undefined) continue
        const claim = 'claim' in blocker ? { claim: ground.settled(blocker.claim) } : {}
        obstacles.push({ port, reason: blocker.reason, because: describeBlocker(blocker), ...claim })
      }
      const whenClear = view.state === 'unknown' ? 'unknown' : 'free'
      const result: CheckResult = { state: obstacles.length > 0 ? 'taken' : whenClear, obstacles }
      return { changes: [], subject: undefined, wasChanged: false, answer: () => result }
    },
  }
}
