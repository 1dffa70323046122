import type { Attack } from './attack.ts'
import { HALF_CLOSED, HOSTILE_BYTES, HOSTILE_SERVICES } from './hostile-bytes.ts'
import { HTTP2_FLOODS } from './http2-floods.ts'
import { GREEDY_ADDRESS, IDLE_CONNECTIONS } from './many-connections.ts'
import { SLOW_CLIENTS } from './slow-clients.ts'
import { CLOCK_JUMPS, FULL_DISK } from './surroundings.ts'

/** In the order of the table. */
export const ATTACKS: readonly Attack[] = [
  { name: 'nothing', run: () => new Promise((resolve) => setTimeout(() => resolve('–'), 5_000)) },
  ...SLOW_CLIENTS,
  HOSTILE_BYTES,
  HALF_CLOSED,
  ...HOSTILE_SERVICES,
  ...HTTP2_FLOODS,
  IDLE_CONNECTIONS,
  GREEDY_ADDRESS,
  FULL_DISK,
  CLOCK_JUMPS,
]
