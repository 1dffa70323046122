import { createHash, randomBytes } from 'node:crypto'

// RFC 6455 §1.3.
const SALT = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** What asks a service for a WebSocket on behalf of a client whose protocol has no such key (RFC 8441 §5). */
export function newWebSocketKey(): string {
  return randomBytes(16).toString('base64')
}

/** What a service must answer to that key, which shows that it understood (RFC 6455 §4.2.2). */
export function webSocketAccept(key: string): string {
  return createHash('sha1').update(`${key}${SALT}`, 'latin1').digest('base64')
}
