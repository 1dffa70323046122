import type { OutputOf } from '@portolan/operations'
import type { CliContext } from '../cli-context.ts'
import { momentWords, tableLines } from '../table-lines.ts'

type SlotsAnswer = OutputOf<'slot_list'>['slots'][number]

const HALVES = ['blue', 'green'] as const

/** Both halves of each pair, a line each. */
export function slotsTable(all: readonly SlotsAnswer[], context: CliContext): readonly string[] {
  if (all.length === 0) return ['There is no pair.']
  const rows = all.flatMap((pair) =>
    HALVES.map((half) => {
      const { state, port, version = '', since, changedBy = '', graceUntil } = pair[half]
      const { project, environment, kind, purpose, host } = pair
      const what = purpose === 'main' ? kind : `${kind} ${purpose}`
      const until = graceUntil === undefined ? '' : `, over ${momentWords(graceUntil)}`
      return [
        project,
        environment,
        what,
        host,
        half,
        String(port),
        `${state}${until}`,
        version,
        momentWords(since),
        changedBy,
      ]
    }),
  )
  const header = ['project', 'environment', 'kind', 'host', 'half', 'port', 'state', 'version', 'since', 'by']
  return tableLines(context, { header, rows })
}

export function changedSlots(pair: SlotsAnswer, context: CliContext): readonly string[] {
  return slotsTable([pair], context)
}

/**
 * What a change of slots has led to: `promote: blue active 1.4, green grace 1.3`.
 * @param details of the event in the history; missing where the caller may not see them
 */
export function slotChangeWords(details: unknown): string | undefined {
  const halves = HALVES.flatMap((half) => {
    const slot = partOf(details, half)
    const words = [half, partOf(slot, 'state'), partOf(slot, 'version')].filter((word) => typeof word === 'string')
    return words.length > 1 ? [words.join(' ')] : []
  })
  const event = partOf(details, 'event')
  return halves.length === 0 || typeof event !== 'string' ? undefined : `${event}: ${halves.join(', ')}`
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
