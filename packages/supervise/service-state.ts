import { unreachable } from '@portolan/errors'

export const SERVICE_STATES = ['waiting', 'starting', 'healthy', 'unhealthy', 'stopping', 'stopped', 'failed'] as const
export type StateName = (typeof SERVICE_STATES)[number]

/** Where a service is in its life. `waiting` is for what it needs; `failed` is dead, and perhaps about to be restarted. */
export type ServiceState =
  | { readonly state: 'waiting' | 'starting' | 'healthy' | 'stopping' | 'stopped' }
  | { readonly state: 'unhealthy' | 'failed'; readonly reason: string }

export type ServiceEvent =
  | { readonly type: 'start' | 'pass' | 'stop' | 'end' }
  | { readonly type: 'fail' | 'die'; readonly reason: string }

/**
 * The one place where a service changes its state. Events that a state has no use for leave it as it is: a health check
 * may well come back after the process that it asked has died.
 */
export function nextState(from: ServiceState, event: ServiceEvent): ServiceState {
  switch (event.type) {
    case 'start':
      return isOneOf(from, ['waiting', 'stopped', 'failed']) ? { state: 'starting' } : from
    case 'pass':
      return isOneOf(from, ['starting', 'unhealthy']) ? { state: 'healthy' } : from
    case 'fail':
      return isOneOf(from, ['healthy', 'unhealthy']) ? { state: 'unhealthy', reason: event.reason } : from
    case 'die':
      return isOneOf(from, ['starting', 'healthy', 'unhealthy']) ? { state: 'failed', reason: event.reason } : from
    case 'stop':
      return isOneOf(from, ['starting', 'healthy', 'unhealthy']) ? { state: 'stopping' } : from
    case 'end':
      return isOneOf(from, ['waiting', 'stopping', 'failed']) ? { state: 'stopped' } : from
    default:
      return unreachable(event)
  }
}

function isOneOf({ state }: ServiceState, names: readonly StateName[]): boolean {
  return names.includes(state)
}
