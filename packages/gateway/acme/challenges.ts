import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@portolan/errors'

/** Where an issuer looks for the answer to an HTTP-01 challenge (RFC 8555 §8.3). */
export const CHALLENGE_PATH = '/.well-known/acme-challenge/'

// RFC 8555 §8.3: base64url, and nothing that leads out of a folder.
const TOKEN = /^[A-Za-z0-9_-]{16,256}$/

/*
 * A challenge is a file, because the process that is asked for it is any of the gateway's, and not often the one that
 * orders the certificate.
 */

function fileOf(folder: string, token: string): string {
  return join(folder, 'challenges', token)
}

/** @returns undefined when nobody has such a challenge open */
export async function readChallenge(folder: string, token: string): Promise<string | undefined> {
  if (!TOKEN.test(token)) return undefined
  try {
    return await readFile(fileOf(folder, token), 'latin1')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** @throws TypeError for a token that is none; an issuer that is not what it says */
export async function openChallenge(folder: string, token: string, text: string): Promise<void> {
  if (!TOKEN.test(token)) throw new TypeError(`The token "${token}" of a challenge is malformed.`)
  await mkdir(join(folder, 'challenges'), { recursive: true, mode: 0o700 })
  await writeFile(fileOf(folder, token), text, { encoding: 'latin1', mode: 0o600 })
}

export async function closeChallenge(folder: string, token: string): Promise<void> {
  if (TOKEN.test(token)) await rm(fileOf(folder, token), { force: true })
}
