import type { App } from '@portolan/service'
import { hostRefused } from './errors.ts'

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** The names that a registry may be asked under, without ports. */
export type HostNames = ReadonlySet<string>

/** @param hosts names beside the loopback ones */
export function hostNames(hosts: readonly string[]): HostNames {
  return new Set([...LOOPBACK_NAMES, ...hosts.map((name) => name.toLowerCase())])
}

/** `Registry.example.com:8080` → `registry.example.com` (RFC 9110 §7.2) */
export function isHostName(names: HostNames, host: string | undefined): boolean {
  return names.has((host ?? '').replace(/:\d+$/, '').toLowerCase())
}

/**
 * Refuses on every route what comes under another name, where only this machine can ask: a page of somebody else's
 * could have pointed its own name here (DNS rebinding), and would read what this machine's browser may.
 */
export function addHostCheck(app: App, names: HostNames): void {
  let isLoopback: boolean | undefined
  app.addHook('onRequest', async ({ headers }) => {
    isLoopback ??= listensOnLoopback(app)
    // No browser leaves the header out.
    if (isLoopback === true && headers.host !== undefined && !isHostName(names, headers.host)) throw hostRefused()
  })
}

/** @returns undefined as long as it does not listen */
function listensOnLoopback(app: App): boolean | undefined {
  const addresses = app.addresses().map((bound) => (typeof bound === 'string' ? '' : bound.address))
  if (addresses.length === 0) return undefined
  return addresses.every((address) => address === '::1' || address.startsWith('127.'))
}
