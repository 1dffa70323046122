import type { OutputOf } from '@portolan/operations'
import type { CliContext } from './cli-context.ts'
import { momentWords, tableLines } from './table-lines.ts'

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
