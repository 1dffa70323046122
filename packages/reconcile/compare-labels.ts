import { singlePort } from '@portolan/ports'
import { describeSighting } from './attribution.ts'
import { type Difference, differenceOf } from './difference.ts'
import type { HostLook } from './host-look.ts'
import { readLabels } from './label-reading.ts'

/** Labels that count as missing because nobody can use them, one finding a container. */
export function compareLabels(look: HostLook): readonly Difference[] {
  const { host, observation } = look
  const labelled = look.seen.filter(({ sighting }) => readLabels(sighting.container).faults.length > 0)
  const byContainer = Map.groupBy(labelled, ({ sighting }) => sighting.container?.id)
  const open = [...byContainer.values()].flatMap(([first]) => {
    if (first === undefined) return []
    const { sighting } = first
    const subject = describeSighting(sighting)
    const place = { ports: singlePort(sighting.port), transport: sighting.transport }
    return [unusable({ host, ...place, project: first.owner?.project }, subject, readLabels(sighting.container).faults)]
  })
  const ended = observation.state === 'seen' ? observation.containers.filter(({ isRunning }) => !isRunning) : []
  const wished = ended.flatMap((container) => {
    const { faults } = readLabels(container)
    const place = { host, ports: undefined, transport: 'tcp' } as const
    return faults.length === 0 ? [] : [unusable(place, `container "${container.name}", which has ended`, faults)]
  })
  return [...open, ...wished]
}

type Place = Pick<Difference, 'host' | 'ports' | 'transport'> & Partial<Pick<Difference, 'project'>>

function unusable(place: Place, subject: string, faults: readonly string[]): Difference {
  return differenceOf({
    ...place,
    code: 'RECONCILE_LABEL_UNUSABLE',
    message: `${faults.length === 1 ? 'A label counts' : `${faults.length} labels count`} as missing: ${faults.join('; ')}.`,
    remedy: 'Start it with labels that a registry has given, or without any.',
    evidence: [subject, ...faults],
  })
}
