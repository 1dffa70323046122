import { defineRule } from '../rule.ts'

const CODES = {
  SERVICE_KEY_MISSING: { severity: 'error', title: 'A pattern host without the key that services trust' },
  WORKSPACE_UNREACHABLE: { severity: 'error', title: 'A workspace that does not say where it runs' },
} as const

/** What a gateway that shows workspaces' ports cannot do without. */
export const patternHost = defineRule(CODES, ({ gateway }, say) => {
  if (gateway?.patternHost === undefined) return []
  const source = [...gateway.source, 'patternHost']
  const keyless =
    'The gateway shows ports of workspaces, and asks services who is signed in, but has no SERVICE_KEY to seal what it ' +
    'says with: it does not start. Write SERVICE_KEY: "{secret:service-key}" into its "environment", as its services ' +
    'have it.'
  const placeless = Object.entries(gateway.patternHost.workspaces ?? {}).filter(
    ([, { state = 'running', address, local = false }]) => state === 'running' && address === undefined && !local,
  )
  return [
    ...(gateway.environment.SERVICE_KEY === undefined
      ? [say('SERVICE_KEY_MISSING', { at: source, message: keyless })]
      : []),
    ...placeless.map(([name]) => {
      const message =
        `Workspace "${name}" says neither an "address" nor "local: true": none of its ports can be reached. Say where ` +
        'it runs.'
      return say('WORKSPACE_UNREACHABLE', { at: [...source, 'workspaces', name], message })
    }),
  ]
})
