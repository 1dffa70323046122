import type { OutputOf } from '@portolan/operations'
import type { CliContext } from './cli-context.ts'
import { coloursFor, visible, visibleLines } from './terminal.ts'

/** What differs between the claims of a host and the host, each with what to do about it. */
export function syncLines(output: OutputOf<'port_sync'>, context: CliContext): readonly string[] {
  const { findings, adopted, left, isKnown, host } = output
  const { bold, dim, red, yellow } = coloursFor(context.stdout, context)
  const paint = { error: red, warning: yellow, note: dim }
  const claimed = adopted.map(({ ports, project, id }) => visible(`Claimed ${ports} for ${project} (claim ${id}).`))
  const others = left.map(({ ports, project, reason }) => visible(`Left ${ports} of ${project}: ${reason}`))
  const told = findings.flatMap(({ severity, code, ports = '', message, remedy }) => [
    [
      paint[severity](severity),
      ...(message.startsWith(ports) ? [] : [bold(visible(ports))]),
      visibleLines(message),
    ].join(' '),
    `  ${visibleLines(remedy)}  ${dim(code)}`,
  ])
  const silent = isKnown ? [] : ['An observer was silent: what is closed there is not known.']
  const none = told.length === 0 ? [`The claims of host "${visible(host)}" and what is open there agree.`] : []
  return [...claimed, ...others, ...silent, ...told, ...none]
}
