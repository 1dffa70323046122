import type { DeclaredPort, DeclaredService, DeclaredStack } from '@portolan/stack'
import { allServices, hostOf, isPublic } from '../holding.ts'
import { livekitPorts } from '../livekit.ts'
import { openPorts } from '../open-port.ts'
import { defineRule } from '../rule.ts'
import { listed, portName } from '../wording.ts'

const CODES = {
  PORT_AUTO_LITERAL: { severity: 'note', title: 'An `auto` port whose number something else needs in writing' },
} as const

/** What reads a number out of a file of its own cannot follow one that a registry chooses when the stack starts. */
export const portAutoLiteral = defineRule(CODES, (resolved, say) =>
  allServices(resolved).flatMap((service) =>
    openPorts(service).flatMap((port) => {
      const needs = neededInWriting(service, port, resolved)
      if (needs.length === 0) return []
      const message =
        `${portName(service, port)} is "auto", so that nobody knows its number before the stack starts, and ` +
        `${listed(needs)} ${needs.length === 1 ? 'needs' : 'need'} it in writing. Nothing here can be checked against ` +
        'it. Write the number where this has to be right, as in the environment that runs there.'
      return [say('PORT_AUTO_LITERAL', { at: port.source, message })]
    }),
  ),
)

function neededInWriting(service: DeclaredService, port: DeclaredPort, resolved: DeclaredStack): readonly string[] {
  const host = hostOf(resolved, service)
  const needs: string[] = []
  const hasSetting = livekitPorts(service).some(({ transport }) => port.transports.includes(transport))
  if (hasSetting) needs.push('"settings.livekit"')
  if (host === undefined) return needs
  const isReached = isPublic(service, port)
  if (isReached && host.open !== undefined) needs.push(`the firewall of host "${host.name}" ("open")`)
  if (isReached && host.forwards !== undefined) needs.push(`what is passed on to host "${host.name}" ("forwards")`)
  // Nothing asks a registry there: a manifest is written before.
  if (host.kind === 'kubernetes') needs.push(`the manifest for host "${host.name}"`)
  return needs
}
