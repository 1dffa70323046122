import { defineRule } from '../rule.ts'

const CODES = {
  REDIRECT_NAMELESS: { severity: 'error', title: 'A redirect to https that holds for no name' },
  REDIRECT_NOWHERE: { severity: 'error', title: 'A redirect to https without a port that speaks it' },
} as const

/** `tls.redirect` sends declared names, and no others, to the gateway's port that speaks https. */
export const redirect = defineRule(CODES, ({ gateway }, say) => {
  if (gateway?.tls?.redirect !== true) return []
  const at = [...gateway.source, 'tls', 'redirect']
  const isEncrypted = gateway.ports.some(({ speaks }) => speaks.includes('https'))
  const isNamed = gateway.domains.length > 0 || gateway.patternHost !== undefined
  const nowhere =
    'Requests in the clear are to be sent to https, but no port of the gateway speaks it: everything stays in the ' +
    'clear. Give it one, such as "https: 443".'
  const nameless =
    'Requests in the clear are to be sent to https, but the gateway has no name to which that could apply: addresses ' +
    'and localhost are never sent on. Say its names in "domains".'
  return [
    ...(isEncrypted ? [] : [say('REDIRECT_NOWHERE', { at, message: nowhere })]),
    ...(isNamed ? [] : [say('REDIRECT_NAMELESS', { at, message: nameless })]),
  ]
})
