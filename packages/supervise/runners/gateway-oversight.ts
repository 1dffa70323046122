import type { GatewayConfiguration, LimitsSetting, ShareLimits } from '@portolan/gateway'
import type { Port, ResolvedStack } from '@portolan/stack'
import { bindAddress } from '../place.ts'

type Written = NonNullable<ResolvedStack['gateway']>

/** The port of the gateway that is for whoever runs it: it is no listener, and no route leads to it. */
export const ADMIN_PORT = 'admin'

/** Where the whole says why a request goes where it goes. */
const EXPLAINING_ENVIRONMENT = 'development'

/** What of the gateway is limited, what is written down, and where that can be looked at. */
export function gatewayOversight({ gateway, environment }: ResolvedStack): Partial<GatewayConfiguration> {
  if (gateway === undefined) return {}
  const { log, tracing, ports } = gateway
  const limits = limitsOf(gateway.limits)
  const admin = ports.find(({ name }) => name === ADMIN_PORT)
  return {
    ...(limits === undefined ? {} : { limits }),
    ...(log === undefined ? {} : { log: logOf(log) }),
    ...(tracing?.madePercent === undefined ? {} : { tracing: { madeRatio: tracing.madePercent / 100 } }),
    ...(admin === undefined ? {} : { admin: addressOf(admin) }),
    ...(environment === EXPLAINING_ENVIRONMENT ? { explainsErrors: true } : {}),
  }
}

/** Numbers as they are, "off" as `false`. */
export function shareLimitsOf(
  written: NonNullable<ResolvedStack['services'][number]['routes'][number]['limits']>,
): Partial<ShareLimits> {
  return withoutOff(written)
}

function addressOf(port: Port): { readonly address: string; readonly port: number } {
  return { address: bindAddress(port), port: port.range.first }
}

function logOf({ sharePercent, slowMs }: NonNullable<Written['log']>) {
  return {
    ...(sharePercent === undefined ? {} : { shareRatio: sharePercent / 100 }),
    ...(slowMs === undefined ? {} : { slowMs }),
  }
}

function limitsOf(written: Written['limits']): LimitsSetting | false | undefined {
  if (written === undefined) return undefined
  if (written === 'off') return false
  const { client, workspace, route, whole, slow, head, shedding, exempt } = written
  return {
    ...(client === undefined ? {} : { client: withoutOff(client) }),
    ...(workspace === undefined ? {} : { workspace: withoutOff(workspace) }),
    ...(route === undefined ? {} : { route: withoutOff(route) }),
    ...(whole === undefined ? {} : { whole: wholeOf(whole) }),
    ...(slow === undefined ? {} : { slow: slowOf(slow) }),
    ...(head === undefined ? {} : { head }),
    ...(shedding === undefined ? {} : { shedding: sheddingOf(shedding) }),
    ...(exempt === undefined ? {} : { exempt }),
  }
}

type Sections = Exclude<NonNullable<Written['limits']>, 'off'>

function wholeOf({ waiting, waitMs, ...limits }: NonNullable<Sections['whole']>) {
  return {
    ...withoutOff(limits),
    ...(waiting === undefined ? {} : { waiting }),
    ...(waitMs === undefined ? {} : { waitMs }),
  }
}

function slowOf({ graceMs, ...limits }: NonNullable<Sections['slow']>) {
  return { ...withoutOff(limits), ...(graceMs === undefined ? {} : { graceMs }) }
}

function sheddingOf({ lagMs, memoryPercent }: NonNullable<Sections['shedding']>) {
  const memoryRatio = memoryPercent === undefined || memoryPercent === 'off' ? memoryPercent : memoryPercent / 100
  return withoutOff({
    ...(lagMs === undefined ? {} : { lagMs }),
    ...(memoryRatio === undefined ? {} : { memoryRatio }),
  })
}

type Limits<Key extends string> = { readonly [K in Key]?: number | false }

function withoutOff<Key extends string>(written: { readonly [K in Key]?: number | 'off' }): Limits<Key> {
  const limits: { [K in Key]?: number | false } = {}
  for (const key in written) {
    const value: number | 'off' | undefined = written[key]
    if (value !== undefined) limits[key] = value === 'off' ? false : value
  }
  return limits
}
