import type { GatewayLogger } from '../log.ts'
import type { UpstreamEvent } from './upstream-event.ts'

const WORDS: Readonly<Record<UpstreamEvent['type'], string>> = {
  promoted: 'promoted',
  'rolled-back': 'rolled back',
  'rollback-impossible': 'rollback impossible',
  drained: 'drained',
  circuit: 'circuit',
  health: 'health',
  holding: 'holding requests',
  released: 'released requests',
  unreached: 'active half unreached',
}

/** One line for what happens behind the routes: a warning where somebody had better look. */
export function logUpstreamEvent(logger: GatewayLogger, event: UpstreamEvent): void {
  const { type, ...fields } = event
  if (isAlarming(event)) logger.warn(fields, WORDS[type])
  else logger.info(fields, WORDS[type])
}

function isAlarming(event: UpstreamEvent): boolean {
  if (event.type === 'circuit') return event.state === 'open'
  if (event.type === 'health') return !event.isHealthy
  return event.type === 'rolled-back' || event.type === 'rollback-impossible' || event.type === 'unreached'
}
