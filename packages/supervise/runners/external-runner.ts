import type { HealthProbe } from '../health-probe.ts'
import type { Runner, Running } from '../runner.ts'

const NEVER = new Promise<never>(() => undefined)

/** A service that others run: there is nothing to start or to stop, only to ask. */
export function externalRunner(probe: HealthProbe): Runner {
  const running: Running = { pid: undefined, identity: undefined, ended: NEVER, stop: () => Promise.resolve() }
  return { start: () => Promise.resolve(running), probe }
}
