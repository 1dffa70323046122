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

interface Recording {
  text: string
  answeredCount: number
}

/** A service that keeps every byte it is sent, and answers each request that came whole. */
export async function openRecordingUpstream(): Promise<RecordingUpstream> {
  const recordings = new Set<Recording>()
  const open = new Set<Recording>()
  let requests: ReadRequest[] = []
  const server = await openTestSocketServer(createServer(), (socket) => {
    const recording: Recording = { text: '', answeredCount: 0 }
    recordings.add(recording)
    open.add(recording)
    socket.once('close', () => open.delete(recording))
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => {
      recording.text += piece
      const news = readRequests(recording.text).requests.slice(recording.answeredCount)
      recording.answeredCount += news.length
      requests.push(...news)
      for (const { method } of news) {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${method === 'HEAD' ? '' : 'ok'}`)
      }
    })
  })
  return {
    port: server.port,
    texts: () => [...recordings].map(({ text }) => text).filter((text) => text !== ''),
    requests: () => requests,
    forget: () => {
      requests = []
      for (const recording of recordings) {
        if (!open.has(recording)) recordings.delete(recording)
        Object.assign(recording, { text: '', answeredCount: 0 })
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
