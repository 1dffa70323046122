import { CONTRADICTION_CODES } from './contradiction.ts'
import type { Severity } from './finding.ts'
import type { Rule } from './rule.ts'
import { addressLiteral } from './rules/address-literal.ts'
import { browserAddress } from './rules/browser-address.ts'
import { browserRefused } from './rules/browser-refused.ts'
import { capacity } from './rules/capacity.ts'
import { firewall } from './rules/firewall.ts'
import { forwards } from './rules/forwards.ts'
import { healthPort } from './rules/health-port.ts'
import { keptEvicted } from './rules/kept-evicted.ts'
import { livekitPortsRule } from './rules/livekit-ports.ts'
import { livekitSettings } from './rules/livekit-settings.ts'
import { mediaRange } from './rules/media-range.ts'
import { moduleMissing } from './rules/module-missing.ts'
import { needCycle } from './rules/need-cycle.ts'
import { needDatabase } from './rules/need-database.ts'
import { networkUnshared } from './rules/network-unshared.ts'
import { nodePort } from './rules/node-port.ts'
import { patternHost } from './rules/pattern-host.ts'
import { portAutoLiteral } from './rules/port-auto-literal.ts'
import { portDuplicate } from './rules/port-duplicate.ts'
import { portPrivileged } from './rules/port-privileged.ts'
import { portUnknown } from './rules/port-unknown.ts'
import { redirect } from './rules/redirect.ts'
import { relayRange } from './rules/relay-range.ts'
import { routeCollision } from './rules/route-collision.ts'
import { routeMissing } from './rules/route-missing.ts'
import { secretPlain } from './rules/secret-plain.ts'
import { serviceUnknown } from './rules/service-unknown.ts'
import { startUnsupported } from './rules/start-unsupported.ts'

/** Every rule that one stack is held against. A new rule is listed here, and described under docs/rules. */
export const RULES: readonly Rule[] = [
  portDuplicate,
  portUnknown,
  portAutoLiteral,
  portPrivileged,
  browserRefused,
  nodePort,
  healthPort,
  routeCollision,
  routeMissing,
  serviceUnknown,
  needCycle,
  needDatabase,
  moduleMissing,
  startUnsupported,
  networkUnshared,
  addressLiteral,
  browserAddress,
  secretPlain,
  keptEvicted,
  firewall,
  forwards,
  mediaRange,
  relayRange,
  capacity,
  livekitPortsRule,
  livekitSettings,
  redirect,
  patternHost,
]

/** What a finding can be, as `docs/rules` lists it. */
export interface RuleListing {
  readonly code: string
  readonly severity: Severity
  readonly title: string
}

/** Every code that {@link checkStack} and {@link compareStacks} may find, in alphabetical order. */
export function listRules(): readonly RuleListing[] {
  return [...RULES.map(({ codes }) => codes), CONTRADICTION_CODES]
    .flatMap((codes) => Object.entries(codes).map(([code, { severity, title }]) => ({ code, severity, title })))
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))
}
