import { errorCode, errorMessage } from '@portolan/errors'
import type { Door } from '@portolan/operations'
import { thisMachine } from '@portolan/operations/remote'
import type { CliContext } from '../cli-context.ts'
import { visibleLines } from '../terminal.ts'
import { registryDoor } from './registry-door.ts'
import type { RegistryAccess } from './registry-place.ts'
import { thisHost } from './this-host.ts'

const PROJECT = 'portolan-registry'
const ENVIRONMENT = 'local'

/**
 * The ports of this machine's registry are claimed in it like any others, so that nobody takes them for a stranger's. What
 * keeps it from that is said, and keeps it from nothing else.
 */
export async function claimOwnPorts(context: CliContext, { url, sqlPort }: RegistryAccess): Promise<void> {
  try {
    const { door } = await registryDoor(context)
    const { hosts } = await door.call('host_list', {}, { signal: context.stopped })
    const host = thisHost(hosts, thisMachine(context.environment.PORTOLAN_HOST, true))
    const ports = { http: Number(new URL(url).port), ...(sqlPort === undefined ? {} : { sql: sqlPort }) }
    for (const [kind, port] of Object.entries(ports)) await claim(door, { kind, port, host }, context.stopped)
  } catch (error) {
    context.stopped.throwIfAborted()
    context.stderr.write(`Its own ports could not be claimed: ${visibleLines(errorMessage(error))}\n`)
  }
}

interface OwnPort {
  readonly kind: string
  readonly port: number
  readonly host: string
}

async function claim(door: Door, { kind, port, host }: OwnPort, signal: AbortSignal): Promise<void> {
  const naming = { project: PROJECT, environment: ENVIRONMENT, kind, host, actor: 'portolan' }
  const asked = {
    ...naming,
    ports: String(port),
    shape: 'single',
    evenIfOutOfBand: true,
    reason: 'this machine’s registry listens there',
  } as const
  try {
    await door.call('port_register', asked, { signal })
  } catch (error) {
    if (errorCode(error) !== 'REGISTRY_CLAIM_EXISTS') throw error
    await door.call('port_release', { ...naming, reason: 'its port was chosen again' }, { signal })
    await door.call('port_register', asked, { signal })
  }
}
