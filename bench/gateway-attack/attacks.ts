import type { Attack } from './attack.ts'
import { HALF_CLOSED, HOSTILE_BYTES, HOSTILE_SERVICES } from './hostile-bytes.ts'
import { GREEDY_ADDRESS, IDLE_CONNECTIONS } from './many-connections.ts'
import { SLOW_CLIENTS } from './slow-clients.ts'

/** In the order of the table. */
export const ATTACKS: readonly Attack[] = [
  { name: 'nothing', run: () => new Promise((resolve) => setTimeout(() => resolve('–'), 5_000)) },
  ...SLOW_CLIENTS,
  HOSTILE_BYTES,
  HALF_CLOSED,
  ...HOSTILE_SERVICES,
  IDLE_CONNECTIONS,
  GREEDY_ADDRESS,
]
