import { badRequest } from '../errors.ts'
import { parseRequestLines } from '../http1/request-lines.ts'
import type { ExplainedRequest } from './explain.ts'

/** A request as a person describes it. */
export interface AskedRequest {
  /** `http://app.example.com/api/boards`, the same without `http://`, or a path alone, which is asked of `localhost`. */
  readonly url: string
  readonly method?: string | undefined
  /** `Name: value` each. */
  readonly headers?: readonly string[] | undefined
  /** The address of the client. */
  readonly from?: string | undefined
}

const DOCUMENTATION_CLIENT = '192.0.2.1'

/**
 * The request that would come: written as a client writes it, and read as the gateway reads it, so that nothing is
 * forgiven here that is not forgiven there.
 * @throws GATEWAY_BAD_REQUEST for what is no request
 */
export function askedRequest({
  url,
  method = 'GET',
  headers = [],
  from = DOCUMENTATION_CLIENT,
}: AskedRequest): ExplainedRequest {
  const { scheme, authority, target } = urlParts(url)
  const isHandshake = /^ws/i.test(scheme)
  const written = isHandshake ? ['Connection: Upgrade', 'Upgrade: websocket', ...headers] : headers
  const hasHost = headers.some((line) => /^host\s*:/i.test(line))
  const lines = [...(hasHost ? [] : [`Host: ${authority}`]), ...written]
  const faulty = lines.find((line) => !/^[^:\r\n]+:[^\r\n]*$/.test(line))
  if (faulty !== undefined) throw badRequest(`the header "${faulty}" is not written as "Name: value"`)
  const text = `${method} ${target.startsWith('/') ? target : `/${target}`} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}`
  return {
    request: parseRequestLines(text),
    from,
    protocol: /s$/i.test(scheme) && scheme.length > 2 ? 'https' : 'http',
    port: portOf(authority),
  }
}

function urlParts(url: string) {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url) && !/^(https?|wss?):/i.test(url)) {
    throw badRequest(`"${url}" is neither an http, https, ws or wss URL nor a path that begins with "/"`)
  }
  const isWhole = /^(https?|wss?):\/\//i.test(url)
  const isPath = url === '' || /^[/?#]/.test(url)
  // What begins with neither is a URL as browsers let people write it.
  const [, scheme = 'http', authority = 'localhost', target = ''] =
    /^(?:(https?|wss?):\/\/([^/?#]*))?([^#]*)/i.exec(isWhole || isPath ? url : `http://${url}`) ?? []
  return { scheme, authority, target }
}

function portOf(authority: string): number | undefined {
  const digits = /:(\d{1,5})$/.exec(authority)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
