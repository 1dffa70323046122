import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds } from '../../cpu-time.ts'
import { headerLines, type StartedProxy } from '../proxies/proxy.ts'
import type { Figures, Part } from './figures.ts'
import { openWebSockets } from './open-sockets.ts'

export const ECHO_PART: Part = {
  name: 'websocket',
  title: 'WebSocket: small messages, echoed, 64 connections',
  columns: [
    { key: 'perCpuSecond', title: 'echoes per CPU second', best: 'highest', digits: 0 },
    { key: 'perSecond', title: 'echoes per second', best: 'highest', digits: 0 },
  ],
}

export const EVENTS_PART: Part = {
  name: 'events',
  title: 'Server-sent events: 500 streams, 20 events a second to each',
  columns: [
    { key: 'perCpuSecond', title: 'events per CPU second', best: 'highest', digits: 0 },
    { key: 'deliveredShare', title: 'delivered, %', best: 'highest', digits: 1 },
  ],
}

const SOCKETS = 64
const STREAMS = 500
const EVENTS_PER_SECOND = 20

export async function measureEcho(proxy: StartedProxy, seconds: number): Promise<Figures> {
  const { name, pid } = proxy
  const sockets = await openWebSockets(proxy, SOCKETS)
  let count = 0
  for (const socket of sockets) {
    socket.on('message', () => {
      count += 1
      socket.send('ahoy')
    })
    socket.send('ahoy')
  }
  const spent = await spentWithin(pid, seconds, () => {
    count = 0
  })
  const echoed = count
  for (const socket of sockets) socket.terminate()
  return { part: ECHO_PART.name, proxy: name, values: { perCpuSecond: echoed / spent, perSecond: echoed / seconds } }
}

export async function measureEvents(proxy: StartedProxy, seconds: number): Promise<Figures> {
  const { name, pid, port } = proxy
  let count = 0
  const sockets = await Promise.all(
    Array.from({ length: STREAMS }, async () => {
      const socket = connect({ port, host: '127.0.0.1' })
      socket.setEncoding('latin1')
      socket.write(`GET /live/events HTTP/1.1\r\n${headerLines(proxy, '/live/events')}\r\n`)
      socket.on('data', (text: string) => {
        count += text.split('data: ').length - 1
      })
      await once(socket, 'data')
      return socket
    }),
  )
  const spent = await spentWithin(pid, seconds, () => {
    count = 0
  })
  const delivered = count
  for (const socket of sockets) socket.destroy()
  const deliveredShare = (100 * delivered) / (STREAMS * EVENTS_PER_SECOND * seconds)
  return { part: EVENTS_PART.name, proxy: name, values: { perCpuSecond: delivered / spent, deliveredShare } }
}

/** Processor time of the seconds after the first one. */
async function spentWithin(pid: number, seconds: number, begin: () => void): Promise<number> {
  await delay(1_000)
  const before = await cpuSeconds([pid])
  begin()
  await delay(seconds * 1_000)
  return (await cpuSeconds([pid])) - before
}
