import { AppError, type ErrorCatalogue } from '@portolan/errors'
import type { LabelFault } from './pattern-label.ts'

export const PATTERN_HOST_ERRORS = {
  GATEWAY_PATTERN_HOST_INVALID: { status: 421, title: 'The host names no port of a workspace' },
  GATEWAY_PREVIEW_HOST_REFUSED: { status: 400, title: 'No host can be made for that port and workspace' },
  GATEWAY_WORKSPACE_PORT_DENIED: { status: 403, title: 'That port of a workspace is never shown' },
  GATEWAY_WORKSPACE_UNKNOWN: { status: 404, title: 'There is no such workspace' },
  GATEWAY_WORKSPACE_REFUSED: { status: 403, title: 'The port is not shared with whoever asks' },
  GATEWAY_WORKSPACE_STOPPED: { status: 503, title: 'The workspace is stopped' },
  GATEWAY_WORKSPACE_STARTING: { status: 503, title: 'The workspace is starting' },
  GATEWAY_WORKSPACE_PORT_SILENT: { status: 502, title: 'Nothing listens on that port of the workspace' },
  GATEWAY_WORKSPACE_ADDRESS_REFUSED: { status: 502, title: 'The workspace lies where no workspace may be' },
  GATEWAY_SIGN_IN_REQUIRED: { status: 401, title: 'Nobody is signed in on this host' },
  GATEWAY_COOKIE_AMBIGUOUS: { status: 401, title: 'The cookie of this host was sent more than once' },
  GATEWAY_HAND_OVER_INVALID: { status: 403, title: 'The sign-in on this host cannot be completed' },
  GATEWAY_FOREIGN_PAGE_REFUSED: { status: 403, title: 'A page of another host may not ask here' },
  GATEWAY_SESSIONS_UNKNOWN: { status: 503, title: 'It is not known which sessions have ended' },
  GATEWAY_DIRECTORY_UNREACHABLE: { status: 503, title: 'The workspaces cannot be looked up' },
  GATEWAY_DIRECTORY_BUSY: { status: 503, title: 'Too many workspaces are being looked up' },
  GATEWAY_SERVICE_KEY_MISSING: { status: 500, title: 'The gateway was given no service key' },
} as const satisfies ErrorCatalogue

/** How long a client that asks again by itself should wait. */
export const RETRY_AFTER_SECONDS = 2

interface Circumstances {
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

function patternHostError(code: keyof typeof PATTERN_HOST_ERRORS, message: string, more: Circumstances = {}): AppError {
  return new AppError(code, message, { status: PATTERN_HOST_ERRORS[code].status, ...more })
}

const FAULTS = {
  form: 'it has not the form {port}-{workspace}',
  port: 'its port is no number from 1024 to 65535 without a sign and without zeros in front',
  workspace: 'the name of its workspace has other characters than a-z, 0-9 and inner hyphens',
  long: 'its first label is longer than 63 characters',
} as const satisfies Record<LabelFault, string>

export function patternHostInvalid(host: string, { fault, domain }: { fault: LabelFault; domain: string }): AppError {
  const example = `5173-alpha.${domain}${/:\d+$/.exec(host)?.[0] ?? ''}`
  const message =
    `The host "${host}" leads to no workspace: ${FAULTS[fault]}. ` +
    `Expected was a host such as "${example}". Correct the address.`
  return patternHostError('GATEWAY_PATTERN_HOST_INVALID', message, { details: { host, fault, example } })
}

export function previewHostRefused(label: string, fault: LabelFault | 'domain'): AppError {
  const why = fault === 'domain' ? 'the whole would be longer than 253 characters' : FAULTS[fault]
  const message =
    `No host can be made of "${label}": ${why}. Expected were a port from 1024 to 65535 and a workspace whose name ` +
    `fits with it into 63 characters (RFC 1035 §2.3.4). Give the workspace a shorter name.`
  return patternHostError('GATEWAY_PREVIEW_HOST_REFUSED', message, { details: { label, fault } })
}

export function workspacePortDenied(port: number): AppError {
  const message =
    `Port "${port}" of a workspace is never shown: databases, caches, debuggers and control ports usually listen there. ` +
    `Expected was the port of a web server. Let it listen on another one, or ask an administrator to allow this one.`
  return patternHostError('GATEWAY_WORKSPACE_PORT_DENIED', message, { details: { port } })
}

export function stackPortDenied(port: number): AppError {
  const message =
    `Port "${port}" of the gateway's own machine is that of a service of the stack. Expected was one of the workspace's ` +
    `own. Let its server listen on another port, or have the port listed in the workspace's "stackPorts".`
  return patternHostError('GATEWAY_WORKSPACE_PORT_DENIED', message, { details: { port } })
}

export function workspaceUnknown(workspace: string): AppError {
  const message =
    `There is no workspace "${workspace}". Expected was the name of one that exists. ` +
    `Check the address: it may have been deleted or renamed.`
  return patternHostError('GATEWAY_WORKSPACE_UNKNOWN', message, { details: { workspace, service: workspace } })
}

/** @param audience whom the port is shared with */
export function workspaceRefused({ workspace, port }: Spot, audience: string): AppError {
  const message =
    `Port "${port}" of workspace "${workspace}" is not shared with you: it is shared with "${audience}". ` +
    `Ask the owner of the workspace to share it, or sign in as somebody else.`
  return patternHostError('GATEWAY_WORKSPACE_REFUSED', message, { details: { workspace, port, sharing: audience } })
}

/** A port of a workspace. */
export interface Spot {
  readonly workspace: string
  readonly port: number
}

export function workspaceStopped({ workspace, port }: Spot): AppError {
  const message = `Workspace "${workspace}" is stopped. Expected was one that runs. Start it, and this address answers.`
  const details = { workspace, port, service: workspace, retryAfterSeconds: RETRY_AFTER_SECONDS }
  return patternHostError('GATEWAY_WORKSPACE_STOPPED', message, { details })
}

export function workspaceStarting({ workspace, port }: Spot): AppError {
  const message = `Workspace "${workspace}" is starting. Try again in a moment.`
  const details = { workspace, port, service: workspace, retryAfterSeconds: RETRY_AFTER_SECONDS }
  return patternHostError('GATEWAY_WORKSPACE_STARTING', message, { details })
}

export function workspacePortSilent({ workspace, port }: Spot, cause: unknown): AppError {
  const message =
    `Nothing listens on port "${port}" of workspace "${workspace}". Expected was a server that listens on every address ` +
    `of the workspace (for Vite: --host). Start it, or see on which address it listens.`
  const details = { workspace, port, service: `${workspace}:${port}`, retryAfterSeconds: RETRY_AFTER_SECONDS }
  return patternHostError('GATEWAY_WORKSPACE_PORT_SILENT', message, { cause, details })
}

/** Without the address itself: whoever asks learns nothing of the network. @param why for the log alone */
export function workspaceAddressRefused(workspace: string, why: Error): AppError {
  const message =
    `Workspace "${workspace}" is registered at a place where no workspace may be. Expected was an address of its own. ` +
    `See the log of the gateway, and correct the registration.`
  return patternHostError('GATEWAY_WORKSPACE_ADDRESS_REFUSED', message, { cause: why, details: { workspace } })
}

export function signInRequired(host: string, signInUrl: string): AppError {
  const message =
    `Nobody is signed in on "${host}". Expected was the cookie of this host. ` +
    `Open "${signInUrl}" in the browser, then send the request again.`
  return patternHostError('GATEWAY_SIGN_IN_REQUIRED', message, { details: { signInUrl } })
}

export function cookieAmbiguous(name: string): AppError {
  const message =
    `The cookie "${name}" was sent more than once, so that it is not clear who asks. One was expected. ` +
    `Delete the cookies of this site in the browser, and sign in again.`
  return patternHostError('GATEWAY_COOKIE_AMBIGUOUS', message, { details: { name } })
}

/** Why a hand-over was refused, in words that tell a forger nothing new. */
export type HandOverFault = 'code' | 'state' | 'used' | 'host'

const HAND_OVER_FAULTS = {
  code: 'its code is not valid or has expired',
  state: 'it did not begin in this browser, or the browser kept no cookie (it needs https or a name below localhost)',
  used: 'its code was used before',
  host: 'it was made for another host',
} as const satisfies Record<HandOverFault, string>

export function handOverInvalid(fault: HandOverFault): AppError {
  const message =
    `The sign-in on this host cannot be completed: ${HAND_OVER_FAULTS[fault]}. ` +
    `Expected was one that began here a moment ago. Open the address once more.`
  return patternHostError('GATEWAY_HAND_OVER_INVALID', message, { details: { fault } })
}

export function foreignPageRefused(requester: string): AppError {
  const message =
    `A page of "${requester}" may not ask here: this host is signed in by a cookie, which browsers send along. ` +
    `Expected was a page of this host, or of a port that the workspace declares as its sibling. Declare it there.`
  return patternHostError('GATEWAY_FOREIGN_PAGE_REFUSED', message, { details: { requester } })
}

export function sessionsUnknown(): AppError {
  const message =
    'It is not known which sessions have ended, because the service that signs people in does not answer. ' +
    'Nobody is let in on an old word: try again in a moment.'
  const details = { service: 'sign-in', retryAfterSeconds: RETRY_AFTER_SECONDS }
  return patternHostError('GATEWAY_SESSIONS_UNKNOWN', message, { details })
}

export function directoryUnreachable(cause: unknown): AppError {
  const message =
    'The workspaces cannot be looked up, because the directory did not answer as agreed. Try again in a moment, and ' +
    'see the log of the service that knows the workspaces.'
  const details = { service: 'workspaces', retryAfterSeconds: RETRY_AFTER_SECONDS }
  return patternHostError('GATEWAY_DIRECTORY_UNREACHABLE', message, { cause, details })
}

export function directoryBusy(): AppError {
  const message =
    'Too many workspaces that are not known yet are being looked up at the same time. Expected were fewer. ' +
    'Try again in a moment.'
  const details = { service: 'workspaces', retryAfterSeconds: RETRY_AFTER_SECONDS }
  return patternHostError('GATEWAY_DIRECTORY_BUSY', message, { details })
}

export function serviceKeyMissing(): AppError {
  const message =
    'The gateway shows ports of workspaces, and was given no SERVICE_KEY of at least 32 characters. Expected was the ' +
    `secret that the stack's services share. Write environment: { SERVICE_KEY: "{secret:service-key}" } at the gateway.`
  return patternHostError('GATEWAY_SERVICE_KEY_MISSING', message)
}
