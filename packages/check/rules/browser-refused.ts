import { BROWSER_REFUSED_PORTS, rangeContains } from '@portolan/ports'
import { GATEWAY, type Protocol } from '@portolan/stack'
import { holdingsOf, isPublic } from '../holding.ts'
import { defineRule } from '../rule.ts'
import { listed, portName } from '../wording.ts'

const CODES = {
  BROWSER_REFUSED: { severity: 'error', title: 'A port that every browser refuses to connect to' },
} as const

const OF_BROWSERS: readonly Protocol[] = ['http', 'https', 'websocket', 'sse']

/**
 * Fetch Standard, "Port blocking": curl works, every page fails with ERR_UNSAFE_PORT. Services that call each other by
 * fetch meet the same list, in Node, Deno and Bun.
 */
export const browserRefused = defineRule(CODES, (resolved, say) =>
  holdingsOf(resolved).flatMap(({ service, port, range, transport, source }) => {
    const isForBrowsers = service.name === GATEWAY || port.speaks.some((protocol) => OF_BROWSERS.includes(protocol))
    if (transport !== 'tcp' || !isForBrowsers) return []
    const refused = [...BROWSER_REFUSED_PORTS].filter((number) => rangeContains(range, number))
    if (refused.length === 0) return []
    if (!isPublic(service, port)) {
      const message =
        `${portName(service, port)} is on ${listed(refused.map(String))}, which fetch refuses, in browsers and in ` +
        'Node (Fetch Standard, "Port blocking"): services that call it so get no answer. Take another number.'
      return [say('BROWSER_REFUSED', { at: source, message, severity: 'warning' })]
    }
    const message =
      `Browsers reach ${portName(service, port)} on ${listed(refused.map(String))}, which all of them refuse ` +
      '(Fetch Standard, "Port blocking"). It answers curl and no page. Take another number.'
    return [say('BROWSER_REFUSED', { at: source, message })]
  }),
)
