import type { RequestHead } from './request-head.ts'

/**
 * Whether a request names this gateway: an address, `localhost`, or a declared domain (`*.example.com` stands for every
 * name below it, `*` for any). A page of somebody else's can make its own name lead to this machine (DNS rebinding), but
 * it cannot make the browser send another name than its own.
 */
export function namesGateway({ host }: Pick<RequestHead, 'host'>, domains: readonly string[]): boolean {
  const name = host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
  // Without a name there is nothing to be confused about: only an HTTP/1.0 client may leave it out, and no browser does.
  if (name === '' || name.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(name)) return true
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return domains.some((domain) => matches(name, domain.toLowerCase()))
}

/** Whether a name was declared, so that a certificate for it can be expected; `localhost` and addresses never are. */
export function isDeclaredName(host: string, domains: readonly string[]): boolean {
  const name = host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
  return namesGateway({ host }, domains) && !namesGateway({ host: name }, [])
}

function matches(name: string, domain: string): boolean {
  if (domain === '*' || domain === name) return true
  return domain.startsWith('*.') && name.endsWith(domain.slice(1)) && name.length > domain.length - 1
}

/**
 * Whether the page that opens a WebSocket came from where it connects to. Browsers send cookies with a handshake to
 * anywhere and do not ask before it (RFC 6455 §10.2). Programs send no Origin.
 * @param protocol of the client, as far as it is known: something in front may end TLS without saying so
 */
export function isOwnOrigin(
  origin: string | undefined,
  { host }: Pick<RequestHead, 'host'>,
  protocol: 'http' | 'https',
): boolean {
  if (origin === undefined) return true
  if (protocol === 'https') return URL.parse(origin)?.origin === URL.parse(`https://${host}`)?.origin
  const own = URL.parse(`http://${host}`)
  const asking = URL.parse(origin)
  if (own === null || asking === null || asking.hostname !== own.hostname) return false
  // Something in front may end TLS, so that the schemes differ; a port left out is the scheme's own.
  return asking.port === own.port || own.port === '' || (own.port === '443' && asking.protocol === 'https:')
}
