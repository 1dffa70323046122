import type { Waiting } from '@portolan/errors'
import { Child, type ChildPlan } from '../child.ts'
import type { HealthProbe } from '../health-probe.ts'
import type { LogFile } from '../log-file.ts'
import type { Runner, Running } from '../runner.ts'

/** A service that is a program of its own. The plan is made anew for each start. */
export function childRunner(
  plan: (waiting: Waiting) => Promise<ChildPlan>,
  { log, probe }: { readonly log: LogFile; readonly probe: HealthProbe },
): Runner {
  const start = async (waiting: Waiting): Promise<Running> => Child.start(await plan(waiting), log)
  return { start, probe }
}
