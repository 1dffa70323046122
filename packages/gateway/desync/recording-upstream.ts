import { createServer } from 'node:net'
import { openTestSocketServer } from '../testing.ts'
import { type ReadRequest, readRequests } from './strict-reader.ts'

export interface RecordingUpstream extends AsyncDisposable {
  readonly port: number
  /** What came on each connection, to the byte (latin1), in the order in which they were opened. */
  readonly texts: () => readonly string[]
  /** Every request that came whole, in the order of their ends. */
  readonly requests: () => readonly ReadRequest[]
  readonly forget: () => void
}

/** A service that keeps every byte it is sent, and answers each request that came whole. */
export async function openRecordingUpstream(): Promise<RecordingUpstream> {
  let recordings: { text: string }[] = []
  let requests: ReadRequest[] = []
  const server = await openTestSocketServer(createServer(), (socket) => {
    const recording = { text: '' }
    let answeredCount = 0
    recordings.push(recording)
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => {
      recording.text += piece
      const news = readRequests(recording.text).requests.slice(answeredCount)
      answeredCount += news.length
      requests.push(...news)
      for (const { method } of news) {
        const body = method === 'HEAD' ? '' : 'ok'
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${body}`)
      }
    })
  })
  return {
    port: server.port,
    texts: () => recordings.map(({ text }) => text),
    requests: () => requests,
    forget: () => {
      recordings = []
      requests = []
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
