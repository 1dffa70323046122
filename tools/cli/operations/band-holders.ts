import type { AppError } from '@portolan/errors'
import Type from 'typebox'
import { Check } from 'typebox/value'
import type { CliContext } from '../cli-context.ts'
import { momentWords, tableLines } from '../table-lines.ts'
import { coloursFor, visible } from '../terminal.ts'

export const BAND_FULL = 'REGISTRY_BAND_FULL'

const FULL_BAND = Type.Object({
  band: Type.String(),
  host: Type.String(),
  holders: Type.Array(
    Type.Object({
      claimId: Type.Integer(),
      holder: Type.String(),
      ports: Type.String(),
      since: Type.String(),
      looksDead: Type.Array(Type.String()),
    }),
  ),
})

/** Who holds a band that is full, what looks dead first. */
export function holderLines(context: CliContext, { details }: AppError): readonly string[] {
  if (!Check(FULL_BAND, details)) return []
  const { bold } = coloursFor(context.stderr, context)
  const deadFirst = details.holders.toSorted((a, b) => Number(b.looksDead.length > 0) - Number(a.looksDead.length > 0))
  const rows = deadFirst.map(({ claimId, holder, ports, since, looksDead }) => [
    ports,
    holder,
    String(claimId),
    momentWords(since),
    looksDead.join(', '),
  ])
  const table = { header: ['ports', 'holder', 'claim', 'since', 'looks dead'], rows }
  const lines = tableLines({ environment: context.environment, stdout: context.stderr }, table)
  return [bold(visible(`Who holds ${details.band} of host "${details.host}":`)), ...lines, '']
}
