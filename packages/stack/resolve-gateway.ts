import { resolveService } from './resolve-service.ts'
import type { DeclaredPort, Gateway } from './resolved-stack.ts'
import type { Resolving } from './resolving.ts'
import type { FullGateway } from './stack-schema.ts'

/** The name of the service that the gateway is to the rest of the stack. */
export const GATEWAY = 'gateway'

export function resolveGateway(written: FullGateway, resolving: Resolving): Gateway<DeclaredPort> {
  return {
    ...resolveService(written, { name: GATEWAY, source: [GATEWAY], resolving }),
    domains: written.domains ?? [],
    trustedProxies: written.trustedProxies ?? [],
    workers: written.workers ?? 1,
  }
}
