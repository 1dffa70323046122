import { isIP } from 'node:net'
import { errorMessage } from '@portolan/errors'
import type { GatewayConfiguration } from '../configuration.ts'
import {
  signInRequired,
  workspaceAddressRefused,
  workspacePortDenied,
  workspaceStarting,
  workspaceStopped,
  workspaceUnknown,
} from '../pattern-host/errors.ts'
import { SIGN_IN_PATH } from '../pattern-host/hand-over.ts'
import type { PatternHostConfiguration } from '../pattern-host/pattern-host-configuration.ts'
import { isBelow, type PatternLabel, parsePatternHost } from '../pattern-host/pattern-label.ts'
import { sharingOf } from '../pattern-host/permit.ts'
import { isRefusedAddress } from '../pattern-host/pinned-address.ts'
import type { Sharing } from '../pattern-host/sharing.ts'
import { readWorkspace, type Workspace } from '../pattern-host/workspace.ts'
import type { RequestHead } from '../request-head.ts'
import type { ExplainedOutcome } from './explanation.ts'
import type { Way } from './way.ts'

/** Whether a host is one of workspaces: the platform's own may lie below the same domain. */
export function isPatternHost({ host }: RequestHead, { patternHost }: GatewayConfiguration): boolean {
  if (patternHost === undefined || !isBelow(host, patternHost.domain)) return false
  return host.toLowerCase() !== new URL(patternHost.platformOrigin).host
}

/**
 * As far as it is known without asking anybody: a table is, a directory and who is signed in are not. What is known of a
 * workspace is said in the step `target`, which is not told to whoever sent the request.
 */
export function explainPattern(way: Way, head: RequestHead, configuration: GatewayConfiguration): ExplainedOutcome {
  const { patternHost } = configuration
  if (patternHost === undefined) throw new Error('There is no pattern host to explain.')
  const place = patternLabel(way, head, patternHost)
  const { port, workspace: name, label } = place
  const { sharing, directory, deniedPorts } = patternHost
  if (deniedPorts.includes(port)) way.refuse('host', workspacePortDenied(port))
  way.pass('host', `${head.host} is port ${port} of workspace "${name}"`, [
    `ports that nothing is said of are shared as "${sharing.unlessSaid}", and none more than "${sharing.most}"`,
  ])
  const service = `${name}:${port}`
  if (directory.kind === 'http') {
    way.tell('target', `where the workspace is, and with whom it is shared: ${directory.service} is asked`)
    return { kind: 'forwarded', route: label, service, target: 'the address of the workspace' }
  }
  const workspace = Object.hasOwn(directory.workspaces, name)
    ? readWorkspace(name, directory.workspaces[name], [])
    : undefined
  if (workspace === undefined) {
    return way.refuse('target', workspaceUnknown(name), [
      `its table has ${Object.keys(directory.workspaces).join(', ') || 'no workspace'}`,
      'only who is signed in is told so: others get 401, or 303 to the sign-in for a browser',
    ])
  }
  const target = explainPlace(way, { workspace, place }, configuration)
  explainSharing(way, { head, place, shared: sharingOf(workspace, port, sharing) }, patternHost)
  return { kind: 'forwarded', route: label, service, target }
}

interface AskedPort {
  readonly workspace: Workspace
  readonly place: PatternLabel
}

function explainPlace(way: Way, { workspace, place }: AskedPort, { listeners }: GatewayConfiguration): string {
  const { name, state, address, isLocal } = workspace
  if (state === 'stopped') way.refuse('target', workspaceStopped(place))
  if (state === 'starting') way.refuse('target', workspaceStarting(place))
  if (isLocal && listeners.some((listener) => listener.port === place.port)) {
    way.refuse('target', workspacePortDenied(place.port), ['the gateway itself listens there'])
  }
  const fault = addressFault(workspace)
  if (fault !== undefined) way.refuse('target', workspaceAddressRefused(name, new Error(fault)), [fault])
  const target = `${address ?? 'localhost'}:${place.port}`
  const isName = address !== undefined && isIP(address) === 0
  way.tell('target', target, isName && !isLocal ? ['what that name resolves to is looked at when it is asked'] : [])
  return target
}

function addressFault({ address, isLocal }: Workspace): string | undefined {
  if (isLocal) return undefined
  if (address === undefined) return 'it is registered without an address; one on this machine says "local: true"'
  if (isIP(address) === 0 || !isRefusedAddress(address)) return undefined
  return `it is registered at "${address}", where no workspace may be; one on this machine says "local: true"`
}

interface AskedShare {
  readonly head: RequestHead
  readonly place: PatternLabel
  readonly shared: Sharing
}

const WHO: Readonly<Record<Exclude<Sharing, 'public'>, string>> = {
  owner: 'its owner',
  members: 'its owner and its members',
  'signed-in': 'everybody',
}

function explainSharing(
  way: Way,
  { head, place, shared }: AskedShare,
  { platformOrigin }: PatternHostConfiguration,
): void {
  if (shared === 'public') {
    way.tell('target', 'it is shared as "public": nobody is asked who they are')
    return
  }
  const { protocol } = new URL(platformOrigin)
  way.refuse('target', signInRequired(head.host, `${protocol}//${head.host}${SIGN_IN_PATH}`), [
    `port ${place.port} is shared as "${shared}", so signed-in only: 401, or 303 for a browser`,
    `signed in, it is open to ${WHO[shared]}`,
  ])
}

function patternLabel(way: Way, { host }: RequestHead, { domain }: PatternHostConfiguration): PatternLabel {
  try {
    return parsePatternHost(host, domain)
  } catch (error) {
    way.steps.push({ step: 'host', verdict: 'refused', words: errorMessage(error), reasons: [] })
    throw error
  }
}
