import { BROWSER_REFUSED_PORTS, rangeContains } from '@portolan/ports'
import { GATEWAY, type Protocol } from '@portolan/stack'
import { holdingsOf, isPublic } from '../holding.ts'
import { defineRule } from '../rule.ts'
import { listed, portName } from '../wording.ts'

const CODES = {
  BROWSER_REFUSED: { severity: 'error', title: 'A port that every browser refuses to connect to' },
} as const

const OF_BROWSERS: readonly Protocol[] = ['http', 'https', 'websocket', 'sse']

/** Fetch Standard, "Port blocking": curl works, every page fails with ERR_UNSAFE_PORT. */
export const browserRefused = defineRule(CODES, (resolved, say) =>
  holdingsOf(resolved).flatMap(({ service, port, range, transport, source }) => {
    const isForBrowsers = service.name === GATEWAY || port.speaks.some((protocol) => OF_BROWSERS.includes(protocol))
    if (transport !== 'tcp' || !isForBrowsers || !isPublic(service, port)) return []
    const refused = [...BROWSER_REFUSED_PORTS].filter((number) => rangeContains(range, number))
    if (refused.length === 0) return []
    const message =
      `Browsers reach ${portName(service, port)} on ${listed(refused.map(String))}, which all of them refuse ` +
      '(Fetch Standard, "Port blocking"). It answers curl and no page. Take another number.'
    return [say('BROWSER_REFUSED', { at: source, message })]
  }),
)
