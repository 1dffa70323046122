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

/**
 * Asks a container engine for one document, on a stream of its own that is closed afterwards.
 * @throws OBSERVE_ENGINE_UNREACHABLE, OBSERVE_ENGINE_REFUSED for any status but 200, OBSERVE_ENGINE_MALFORMED,
 * OBSERVE_ANSWER_TOO_LONG, what the stream's opener throws, and the signal's reason
 */
export async function askEngine(address: EngineAddress, question: EngineQuestion): Promise<EngineAnswer> {
  const place = formatEngineAddress(address)
  try {
    const stream = await openEngineStream(address, question)
    try {
      return await askOn(stream, place, question)
    } finally {
      stream.destroy()
    }
  } catch (error) {
    question.signal.throwIfAborted()
    throw isAppError(error) ? error : engineUnreachable(place, error, wayOutOf(error))
  }
}

async function askOn(stream: Duplex, place: string, { path, answerLimitBytes, signal }: EngineQuestion) {
  // `Host` must be there (RFC 9112 §3.2), and says nothing on a socket.
  const headers = { host: 'localhost', accept: 'application/json', connection: 'close' }
  const asked = request({ createConnection: () => stream, path, headers, signal })
  const response = await responseTo(asked)
  if (response.statusCode !== 200) throw engineRefused(place, response.statusCode ?? 0)
  const text = await readText(response, { place, limitBytes: answerLimitBytes })
  return { headers: response.headers, body: parseJson(text, place) }
}

async function responseTo(asked: ClientRequest): Promise<IncomingMessage> {
  const answered = once(asked, 'response')
  asked.end()
  const [response]: readonly IncomingMessage[] = await answered
  if (response === undefined) throw new Error('there was no answer')
  // A later error, such as a chunk that is none, comes on the request: whoever reads the answer has to hear of it.
  asked.on('error', (error) => response.destroy(error))
  return response
}

async function readText(
  response: IncomingMessage,
  { place, limitBytes }: { readonly place: string; readonly limitBytes: number },
): Promise<string> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response) {
    const bytes: Buffer = chunk
    sizeBytes += bytes.length
    if (sizeBytes > limitBytes) throw answerTooLong(place, limitBytes)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
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
