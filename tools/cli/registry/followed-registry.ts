import type { ResolvedStack } from '@portolan/stack'
import type { CliContext } from '../cli-context.ts'
import { registryDoor } from './registry-door.ts'
import { statePlace } from './registry-place.ts'

/**
 * How the gateway of a stack asks the registry whose slots it follows, as its environment; nothing where it follows none.
 * @throws what `registryDoor` throws
 */
export async function followedRegistry(
  context: CliContext,
  { services }: ResolvedStack,
): Promise<Readonly<Record<string, string>>> {
  if (!services.some(({ run }) => run.kind === 'slots')) return {}
  const { access, isOwn } = await registryDoor(context)
  return {
    PORTOLAN_REGISTRY: access.url,
    PORTOLAN_REGISTRY_KEY: access.key,
    ...(isOwn ? { PORTOLAN_REGISTRY_SOCKET: statePlace(context).socketFile } : {}),
  }
}
