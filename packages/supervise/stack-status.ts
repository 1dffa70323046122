import type { ResolvedStack, Service } from '@portolan/stack'
import { placeOf, urlOf } from './place.ts'
import type { PortStatus, ServiceStatus, StackStatus } from './run-state.ts'
import type { StateName } from './service-state.ts'

/** What is known of one service beside its declaration. */
export interface ServiceFacts {
  readonly state: StateName
  readonly pid: number | undefined
  readonly restarts: number
  readonly since: Date
  readonly reason: string | undefined
}

export function stackStatus(stack: ResolvedStack, services: readonly ServiceStatus[]): StackStatus {
  return { stack: stack.name, environment: stack.environment, services }
}

export function serviceStatus(service: Service, facts: ServiceFacts): ServiceStatus {
  return {
    name: service.name,
    state: facts.state,
    pid: facts.pid ?? null,
    ports: portsOf(service),
    restarts: facts.restarts,
    since: facts.since.toISOString(),
    ...(facts.reason === undefined ? {} : { reason: facts.reason }),
  }
}

/** One row for each transport: TCP and UDP of one number are two ports. */
function portsOf(service: Service): readonly PortStatus[] {
  return service.ports.flatMap((port) =>
    port.transports.map((transport) => ({
      name: port.name,
      port: placeOf(service, port).port,
      transport,
      url: urlOf(service, { ...port, transports: [transport] }),
    })),
  )
}
