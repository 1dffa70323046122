import type { Waiting } from '@portolan/errors'
import { type Holder, kernelObserver, observe, probeBind, type Sighting } from '@portolan/observe'
import { singlePort } from '@portolan/ports'
import { portForbidden, portTaken } from './errors.ts'
import type { SlotPlace } from './occupant.ts'

const ANY_ADDRESS = ['0.0.0.0', '::'] as const
const LOOK_MS = 5_000

/**
 * Refuses to start where somebody else listens: his answers would pass for health.
 * @param mayListen whether this very user will listen, and not an engine
 * @throws DEPLOY_PORT_TAKEN with who it is, DEPLOY_PORT_FORBIDDEN
 */
export async function refuseTakenPort(place: SlotPlace, { mayListen, signal }: { mayListen: boolean } & Waiting) {
  for (const address of ANY_ADDRESS) {
    const endpoint = { address, range: singlePort(place.port), transport: 'tcp', ipv6Only: address === '::' } as const
    const outcome = await probeBind(endpoint, { signal })
    if (outcome === 'forbidden' && mayListen) throw portForbidden(place)
    if (outcome === 'taken') throw portTaken(place, await holderWords(place.port, { signal }))
  }
}

async function holderWords(port: number, { signal }: Waiting): Promise<string> {
  const seen = await observe(kernelObserver(), { signal, answerTimeoutMs: LOOK_MS })
  if (seen.state === 'unknown') return 'a process that cannot be seen'
  const sighting = seen.sightings.find((one) => one.transport === 'tcp' && one.port === port)
  return sighting === undefined ? 'something that does not listen' : wordsOf(sighting)
}

function wordsOf({ holder, container }: Sighting): string {
  if (container?.name !== undefined) return `container "${container.name}"`
  return holder === undefined ? 'a process of another user' : processWords(holder)
}

function processWords({ pid, command, user }: Holder): string {
  return `process ${pid} ("${command}"${user === undefined ? '' : ` of ${user}`})`
}
