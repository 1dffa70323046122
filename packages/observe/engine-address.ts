import { once } from 'node:events'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { Waiting } from '@portolan/errors'

/** PEM texts: whom to trust, and who we are. */
export interface EngineTls {
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/** Where a container engine serves the Docker API. */
export type EngineAddress =
  | { readonly type: 'socket'; readonly path: string }
  /** Without `tls` whoever is on the way can read and forge the answers: for loopback and trusted networks only. */
  | { readonly type: 'tcp'; readonly host: string; readonly port: number; readonly tls?: EngineTls }
  /** Any other stream to it, such as one through SSH. */
  | { readonly type: 'stream'; readonly place: string; readonly open: (waiting: Waiting) => Promise<Duplex> }

/** What a person reads. */
export function formatEngineAddress(address: EngineAddress): string {
  if (address.type === 'socket') return address.path
  if (address.type === 'stream') return address.place
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  return `${host}:${address.port}`
}

/** A stream of its own to the engine, which the caller destroys. */
export async function openEngineStream(address: EngineAddress, { signal }: Waiting): Promise<Duplex> {
  if (address.type === 'stream') return address.open({ signal })
  const stream = connectTo(address)
  try {
    await once(stream, address.type === 'tcp' && address.tls !== undefined ? 'secureConnect' : 'connect', { signal })
    return stream
  } catch (error) {
    stream.destroy()
    throw error
  }
}

function connectTo(address: Exclude<EngineAddress, { type: 'stream' }>): Duplex {
  if (address.type === 'socket') return connect(address.path)
  const { host, port, tls } = address
  if (tls === undefined) return connect(port, host)
  return connectTls({ host, port, ca: tls.ca, cert: tls.certificate, key: tls.key })
}
