import type { DeclaredService, KeptThing } from '@portolan/stack'
import { allServices } from '../holding.ts'
import { defineRule } from '../rule.ts'
import { settingAt } from '../settings.ts'
import { listed } from '../wording.ts'

const CODES = {
  KEPT_EVICTED: { severity: 'error', title: 'What must not be lost is kept where it is evicted' },
} as const

const MUST_STAY: readonly KeptThing[] = ['tokens', 'sessions', 'records', 'files']

/** Redis, "Key eviction": `allkeys-*` takes any key under memory pressure, `volatile-*` any key with an expiry. */
export const keptEvicted = defineRule(CODES, (resolved, say) => {
  const services = allServices(resolved)
  return services.flatMap((service) =>
    service.needs.flatMap((need) => {
      const store = services.find(({ name }) => name === need.service)
      const policy = store === undefined ? undefined : evictionPolicyOf(store)
      const kept = need.keeps.filter((thing) => MUST_STAY.includes(thing))
      if (store === undefined || policy === undefined || kept.length === 0) return []
      const takes = policy.startsWith('allkeys-')
        ? 'any key'
        : policy.startsWith('volatile-')
          ? 'keys with an expiry'
          : ''
      if (takes === '') return []
      const message =
        `"${service.name}" keeps ${listed(kept)} in "${store.name}", whose policy "${policy}" takes ${takes} when ` +
        'memory is short: people are logged out, and a revoked token counts as good again. Keep them in a database, ' +
        'or in a Redis of their own with "maxmemory-policy: noeviction".'
      const related = [
        { at: [...store.source, 'settings', 'redis', 'maxmemory-policy'], message: `"${policy}" is set here` },
      ]
      const severity = takes === 'any key' ? 'error' : 'warning'
      return [say('KEPT_EVICTED', { at: [...need.source, 'keeps'], message, severity, related })]
    }),
  )
})

function evictionPolicyOf(store: DeclaredService): string | undefined {
  const stated = settingAt(store, ['redis', 'maxmemory-policy']) ?? settingAt(store, ['redis', 'maxmemory_policy'])
  if (typeof stated === 'string') return stated.toLowerCase()
  const args = 'args' in store.run ? store.run.args : []
  const flag = args.indexOf('--maxmemory-policy')
  return flag === -1 ? undefined : args[flag + 1]?.toLowerCase()
}
