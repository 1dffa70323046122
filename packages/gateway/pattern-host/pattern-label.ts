import { patternHostInvalid, previewHostRefused } from './errors.ts'

/** A port of a workspace, as a host names it. */
export interface PatternLabel {
  readonly port: number
  readonly workspace: string
  /** `{port}-{workspace}`, as it stands in the host. */
  readonly label: string
}

/** What is wrong with a label. */
export type LabelFault = 'form' | 'port' | 'workspace' | 'long'

const LOWEST_PORT = 1_024
const HIGHEST_PORT = 65_535
/** RFC 1035 §2.3.4. */
const LONGEST_LABEL = 63
const LONGEST_NAME = 253
const WORKSPACE = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/
const PORT = /^[1-9][0-9]{3,4}$/

/**
 * Whether a host is one below the domain, whatever stands in front: then nothing else may answer to it. The dot at the
 * end of a name and the case of its letters make no difference here, so that neither leads past this.
 * @param host an authority, with its port if it has one
 * @param domain in lower case
 */
export function isBelow(host: string, domain: string): boolean {
  if (host.length <= domain.length) return false
  const name = host.replace(/:\d*$/, '').replace(/\.+$/, '').toLowerCase()
  return name.endsWith(domain) && name.charCodeAt(name.length - domain.length - 1) === DOT
}

const DOT = 0x2e

/**
 * Reads `{port}-{workspace}.domain`: one label, anchored at both ends. Letters may be in either case, as in any host
 * name; the name itself has no dot at its end, for a cookie of `a.` is none of `a`.
 * @throws GATEWAY_PATTERN_HOST_INVALID
 */
export function parsePatternHost(host: string, domain: string): PatternLabel {
  const name = host.replace(/:\d*$/, '').toLowerCase()
  const label = name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : ''
  const read = readLabel(label)
  if (typeof read === 'string') throw patternHostInvalid(host, { fault: read, domain })
  return read
}

function readLabel(label: string): PatternLabel | LabelFault {
  const hyphen = label.indexOf('-')
  if (hyphen < 1 || label.includes('.')) return 'form'
  if (label.length > LONGEST_LABEL) return 'long'
  const number = label.slice(0, hyphen)
  const port = PORT.test(number) ? Number(number) : 0
  if (port < LOWEST_PORT || port > HIGHEST_PORT) return 'port'
  const workspace = label.slice(hyphen + 1)
  return WORKSPACE.test(workspace) ? { port, workspace, label } : 'workspace'
}

/**
 * The host under which a port of a workspace is shown. Ask for it when a workspace is made: a label that is too long
 * fails at every name server later, and silently.
 * @param workspace of `a-z`, `0-9` and inner hyphens
 * @param domain such as `hub.example.com`
 * @throws GATEWAY_PREVIEW_HOST_REFUSED
 */
export function previewHost(port: number, workspace: string, domain: string): string {
  const label = `${port}-${workspace}`
  const read = readLabel(label)
  if (typeof read === 'string') throw previewHostRefused(label, read)
  const host = `${label}.${domain}`
  if (host.length > LONGEST_NAME) throw previewHostRefused(label, 'domain')
  return host
}

/** Whether a workspace may have that name, whatever port of it is shown. */
export function isWorkspaceName(name: string): boolean {
  return WORKSPACE.test(name) && `${HIGHEST_PORT}-${name}`.length <= LONGEST_LABEL
}
