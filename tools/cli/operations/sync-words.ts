import type { OutputOf } from '@portolan/operations'
import type { CliContext } from '../cli-context.ts'
import { type Colours, coloursFor } from '../terminal.ts'

type Finding = OutputOf<'port_sync'>['findings'][number]

/**
 * What differs between the claims of a host and the host, each with what was seen and what to do about it. Of ports outside
 * of every band, which every machine has, there is one line for all.
 * @param output as a terminal may see it
 */
export function syncLines(
  output: OutputOf<'port_sync'>,
  context: Pick<CliContext, 'environment' | 'stdout'>,
  isWhole: boolean,
): readonly string[] {
  const { findings, adopted, left, isKnown, host } = output
  const colours = coloursFor(context.stdout, context)
  const claimed = adopted.map(({ ports, project, id }) => `Claimed ${ports} for ${project} (claim ${id}).`)
  const others = left.map(({ ports, project, reason }) => `Left ${ports} of ${project}: ${reason}`)
  const outside = isWhole ? [] : findings.filter(isOutside)
  const told = findings.filter((finding) => !outside.includes(finding)).flatMap((one) => findingLines(one, colours))
  const silent = isKnown ? [] : ['An observer was silent: what is closed there is not known.']
  const none = told.length === 0 ? [`The claims of host "${host}" and what is open there agree.`] : []
  return [...claimed, ...others, ...silent, ...told, ...none, ...outsideLines(outside, colours)]
}

function isOutside({ code, severity }: Finding): boolean {
  return code === 'RECONCILE_PORT_UNCLAIMED' && severity === 'note'
}

function findingLines(finding: Finding, { bold, dim, red, yellow }: Colours): readonly string[] {
  const { severity, code, ports = '', message, remedy, evidence } = finding
  const paint = { error: red, warning: yellow, note: dim }[severity]
  const place = message.startsWith(ports) ? [] : [bold(ports)]
  return [
    [paint(severity), ...place, message].join(' '),
    ...new Set(evidence.map((line) => `  seen: ${line}`)),
    `  ${remedy}  ${dim(code)}`,
  ]
}

function outsideLines(outside: readonly Finding[], { dim }: Colours): readonly string[] {
  if (outside.length === 0) return []
  const places = outside.map(({ ports = '', transport }) => (transport === 'tcp' ? ports : `${ports}/${transport}`))
  const what = outside.length === 1 ? 'port outside of every band is' : 'ports outside of every band are'
  return [`${dim('note')} ${outside.length} ${what} open and unclaimed: ${places.join(', ')} (--all: who holds each)`]
}
