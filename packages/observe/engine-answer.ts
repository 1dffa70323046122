import { once } from 'node:events'
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorCode, isAppError, type Waiting } from '@portolan/errors'
import { type EngineAddress, formatEngineAddress, openEngineStream } from './engine-address.ts'
import { answerTooLong, engineMalformed, engineRefused, engineUnreachable } from './errors.ts'

export interface EngineAnswer {
  readonly headers: IncomingHttpHeaders
  /** Parsed JSON, which nothing has checked. */
  readonly body: unknown
}

export interface EngineQuestion extends Waiting {
  readonly path: string
  readonly answerLimitBytes: number
}

/** Anything that an engine is asked to do, and what it answers, of whatever status. */
export interface EngineCall extends EngineQuestion {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Sent as JSON. */
  readonly body?: object
}

export interface EngineReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * Asks a container engine for one document, on a stream of its own that is closed afterwards.
 * @throws OBSERVE_ENGINE_UNREACHABLE, OBSERVE_ENGINE_REFUSED for any status but 200, OBSERVE_ENGINE_MALFORMED,
 * OBSERVE_ANSWER_TOO_LONG, what the stream's opener throws, and the signal's reason
 */
export async function askEngine(address: EngineAddress, question: EngineQuestion): Promise<EngineAnswer> {
  const place = formatEngineAddress(address)
  const { status, headers, body } = await callEngine(address, { ...question, method: 'GET' })
  if (status !== 200) throw engineRefused(place, status)
  return { headers, body: parseJson(body.toString('utf8'), place) }
}

/**
 * The same for whatever else an engine does, such as starting a container: what the status means is the caller's to say.
 * @throws OBSERVE_ENGINE_UNREACHABLE, OBSERVE_ANSWER_TOO_LONG, what the stream's opener throws, and the signal's reason
 */
export async function callEngine(address: EngineAddress, call: EngineCall): Promise<EngineReply> {
  const place = formatEngineAddress(address)
  try {
    const stream = await openEngineStream(address, call)
    try {
      return await callOn(stream, place, call)
    } finally {
      stream.destroy()
    }
  } catch (error) {
    call.signal.throwIfAborted()
    throw isAppError(error) ? error : engineUnreachable(place, error, wayOutOf(error))
  }
}

async function callOn(stream: Duplex, place: string, call: EngineCall): Promise<EngineReply> {
  const { method, path, body, answerLimitBytes, signal } = call
  const content = body === undefined ? '' : JSON.stringify(body)
  // `Host` must be there (RFC 9112 §3.2), and says nothing on a socket.
  const headers = {
    host: 'localhost',
    accept: 'application/json',
    connection: 'close',
    ...(method === 'GET' ? {} : { 'content-length': Buffer.byteLength(content) }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const asked = request({ createConnection: () => stream, method, path, headers, signal })
  const response = await responseTo(asked, content)
  const answered = await readBytes(response, { place, limitBytes: answerLimitBytes })
  return { status: response.statusCode ?? 0, headers: response.headers, body: answered }
}

async function responseTo(asked: ClientRequest, content: string): Promise<IncomingMessage> {
  const answered = once(asked, 'response')
  asked.end(content)
  const [response]: readonly IncomingMessage[] = await answered
  if (response === undefined) throw new Error('there was no answer')
  // A later error, such as a chunk that is none, comes on the request: whoever reads the answer has to hear of it.
  asked.on('error', (error) => response.destroy(error))
  return response
}

async function readBytes(
  response: IncomingMessage,
  { place, limitBytes }: { readonly place: string; readonly limitBytes: number },
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response) {
    const bytes: Buffer = chunk
    sizeBytes += bytes.length
    if (sizeBytes > limitBytes) throw answerTooLong(place, limitBytes)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw engineMalformed(place, 'it is no JSON', error)
  }
}

function wayOutOf(error: unknown): string {
  switch (errorCode(error)) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return 'Start it (systemctl start docker, or podman.socket), or give the path of its socket.'
    case 'EACCES':
      return 'Let the user use the socket (for Docker: the group "docker", which is as good as root).'
    default:
      return 'Check that the engine runs and answers "docker ps" or "podman ps" there.'
  }
}
