import type { ClaimAnswer, HolderAnswer, OutputOf } from '@portolan/operations'
import type { CliContext } from '../cli-context.ts'
import { momentWords, tableLines } from '../table-lines.ts'
import { alignColumns, coloursFor, visible } from '../terminal.ts'

/** Ports that a project has got. */
export function portsLines({ blue, green, claim }: OutputOf<'port_get'>, context: CliContext): readonly string[] {
  const { bold, blue: blueInk, green: greenInk } = coloursFor(context.stdout, context)
  const halves = [
    ...(blue === undefined ? [] : [['blue', blueInk(bold(String(blue))), slotWords(claim, 'blue')]]),
    ...(green === undefined ? [] : [['green', greenInk(bold(String(green))), slotWords(claim, 'green')]]),
  ]
  const ports = halves.length > 0 ? halves : [['ports', bold(claim.ports), claim.transport]]
  return [holderWords(claim), ...alignColumns(ports).map((line) => `  ${line}`), `  ${claimFacts(claim)}`]
}

/** One claim, in a line. */
export function claimLines(claim: ClaimAnswer, context: CliContext): readonly string[] {
  const { bold } = coloursFor(context.stdout, context)
  return [`${holderWords(claim)}: ${bold(claim.ports)}`, `  ${claimFacts(claim)}`]
}

function holderWords({ project, environment, kind, purpose, host }: ClaimAnswer): string {
  const what = purpose === 'main' ? kind : `${kind}, ${purpose}`
  return visible(`${project} ${environment} (${what}) on host "${host}"`)
}

function claimFacts({ id, token, leaseUntil }: ClaimAnswer): string {
  const lease = leaseUntil === undefined ? '' : `, leased: over ${momentWords(leaseUntil)}`
  return `claim ${id}, token ${token}${lease}`
}

function slotWords({ slots }: ClaimAnswer, half: 'blue' | 'green'): string {
  const { state = 'empty', version = '' } = slots?.[half] ?? {}
  return visible(`${state} ${version}`.trim())
}

/** Claims, and those of others that may be seen in part. */
export function claimTable(
  claims: readonly ClaimAnswer[],
  others: readonly HolderAnswer[],
  context: CliContext,
): readonly string[] {
  const own = claims.map((claim) => {
    const { ports, project, environment, kind, purpose, host, transport, id, createdAt } = claim
    const what = purpose === 'main' ? kind : `${kind} ${purpose}`
    const shown = transport === 'tcp' ? ports : `${ports}/${transport}`
    return [shown, project, environment, what, host, stateWords(claim), momentWords(createdAt), String(id)]
  })
  const foreign = others.map(({ ports, project, host, transport, claimId }) => {
    const shown = transport === 'tcp' ? ports : `${ports}/${transport}`
    return [shown, project, '', '', host, '', '', String(claimId)]
  })
  const rows = [...own, ...foreign].toSorted(([a = ''], [b = '']) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  if (rows.length === 0) return ['Nobody holds any ports there.']
  const header = ['ports', 'project', 'environment', 'kind', 'host', 'state', 'since', 'claim']
  return tableLines(context, { header, rows })
}

function stateWords({ state, leaseUntil, slots }: ClaimAnswer): string {
  if (state === 'leased') return `leased, over ${momentWords(leaseUntil)}`
  if (state === 'released') return state
  const active = (['blue', 'green'] as const).find((half) => slots?.[half].state === 'active')
  return active === undefined ? state : `${active} ${slots?.[active].version ?? ''}`
}

/** What an allocation passed over, runs of ports in one line. */
export function skipLines(skips: OutputOf<'port_allocate'>['skips'], context: CliContext): readonly string[] {
  if (skips === undefined) return []
  if (skips.length === 0) return ['Nothing was passed over.', '']
  const rows = skips.map(({ ports, reason, candidateCount, because }) => [
    ports,
    reason,
    String(candidateCount),
    because.join(', '),
  ])
  const header = ['passed over', 'why', 'candidates', 'who or what']
  return [...tableLines(context, { header, rows }), '']
}
