import { formatPortRange } from '@portolan/ports'
import type { MovePlan, PlaceChange, PlannedNeed } from './move-plan.ts'
import { describeNeed, type Place } from './port-entry.ts'

/**
 * The plan as a person reads it: what each need gets and why, and below it every line that has to change, as
 * `file:line:column`, what stands there, and what has to.
 */
export function formatMovePlan(plan: MovePlan): string {
  const { needs, keptCount, movedCount } = plan
  const head = `${count(needs.length, 'need')}: ${keptCount} kept, ${movedCount} moved`
  return [head, ...needs.map(formatNeed)].join('\n')
}

const SIGNS = { held: '=', kept: '=', moved: '>' } as const

function formatNeed({ need, outcome, range, why, changes }: PlannedNeed): string {
  const ports = formatPortRange(range)
  const was = [...new Set(changes.map(({ place }) => formatPortRange(place.ports)))].join(', ')
  const way = outcome === 'moved' ? `${was} → ${ports}` : ports
  const word = outcome === 'moved' ? 'moves' : 'keeps'
  return [`${SIGNS[outcome]} ${describeNeed(need)} ${word} ${way}`, `    ${why}`, ...changes.map(formatChange)].join(
    '\n',
  )
}

function formatChange({ place, to }: PlaceChange): string {
  const [from, wanted] = [formatPortRange(place.ports), formatPortRange(to)]
  if (place.line === undefined) return `  ! ${place.file}  ${place.says} is on ${from}: deploy it again on ${wanted}`
  return `  ~ ${placeText(place)}  ${place.says}: ${from} → ${wanted}`
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
