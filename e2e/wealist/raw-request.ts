import { connect } from 'node:net'
import { ApiAnswer } from './api-answer.ts'

/** A request as bytes: clients that are well-behaved tidy up what has to be tried. */
export interface RawRequest {
  readonly method?: string
  /** Sent as it stands, dots, slashes and all. */
  readonly target: string
  readonly headers?: readonly string[]
  readonly body?: string
}

/** Sends it over a connection of its own and reads to the end. @throws when there is no answer within ten seconds */
export async function sendRaw(port: number, request: RawRequest): Promise<ApiAnswer> {
  const { method = 'GET', target, headers = [], body = '' } = request
  const socket = connect({ host: '127.0.0.1', port })
  socket.setTimeout(10_000, () => socket.destroy(new Error(`No answer to "${method} ${target}".`)))
  const fixed = [`host: localhost:${port}`, 'connection: close', `content-length: ${Buffer.byteLength(body)}`]
  socket.write([`${method} ${target} HTTP/1.1`, ...fixed, ...headers, '', body].join('\r\n'))
  const text = Buffer.concat(await socket.toArray()).toString()
  return answerOf(text)
}

function answerOf(text: string): ApiAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = new Headers()
  for (const line of lines) headers.append(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim())
  const raw = text.slice(end + 4)
  const isChunked = headers.get('transfer-encoding') === 'chunked'
  return new ApiAnswer(Number(statusLine.split(' ')[1]), headers, isChunked ? unchunked(raw) : raw)
}

function unchunked(text: string): string {
  const parts: string[] = []
  for (let rest = Buffer.from(text); rest.length > 0; ) {
    const end = rest.indexOf('\r\n')
    const sizeBytes = Number.parseInt(rest.subarray(0, end).toString(), 16)
    if (!(sizeBytes > 0)) break
    parts.push(rest.subarray(end + 2, end + 2 + sizeBytes).toString())
    rest = rest.subarray(end + 2 + sizeBytes + 2)
  }
  return parts.join('')
}
