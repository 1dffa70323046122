import { MARK_VARIABLE } from '@portolan/supervise'
import type { CliContext } from './cli-context.ts'

/**
 * For what is started to go on by itself: without the marks by which a slot and a stack find all that belongs to them. Who
 * types this command inside of either does not want it to end with them.
 */
export async function unmarkedEnvironment({
  environment,
}: Pick<CliContext, 'environment'>): Promise<CliContext['environment']> {
  // Loaded when it is needed: with it comes the registry, and most commands start nothing that goes on by itself.
  const { OCCUPANT_VARIABLE } = await import('@portolan/deploy')
  const { [OCCUPANT_VARIABLE]: _, [MARK_VARIABLE]: __, ...rest } = environment
  return rest
}
