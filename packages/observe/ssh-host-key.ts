import { readFile } from 'node:fs/promises'
import { type AppError, errorCode, type Waiting } from '@portolan/errors'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { hostKeyChanged, hostKeyRevoked, hostKeyUnknown, sshKeyUnreadable } from './errors.ts'
import {
  fingerprintOf,
  judgeHostKey,
  type KnownHost,
  knownHostsName,
  knownKeyTypes,
  parseKnownHosts,
  typeOfKey,
} from './known-hosts.ts'

// Strongest first. `ssh-rsa`, which signs with SHA-1, is left out: RSA keys sign with SHA-2 (RFC 8332).
const ALGORITHMS_BY_TYPE: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

interface Server {
  readonly host: string
  readonly port: number
}

/** Every entry of the files that exist. @throws OBSERVE_SSH_KEY_UNREADABLE, OBSERVE_KNOWN_HOSTS_MALFORMED */
export async function readKnownHosts(paths: readonly string[], { signal }: Waiting): Promise<readonly KnownHost[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      try {
        return parseKnownHosts(await readFile(path, { encoding: 'utf8', signal }), path)
      } catch (error) {
        signal.throwIfAborted()
        if (errorCode(error) === 'ENOENT') return [] // a file that is not there knows nobody
        if (errorCode(error)?.startsWith('OBSERVE_')) throw error
        throw sshKeyUnreadable(path, error)
      }
    }),
  )
  return files.flat()
}

/** In which order a host is asked for its keys: those that are known first, else it may show another one. */
export function hostKeyAlgorithms(known: readonly KnownHost[], { host, port }: Server): ServerHostKeyAlgorithm[] {
  const types = [...knownKeyTypes(known, host, port), ...Object.keys(ALGORITHMS_BY_TYPE)]
  return [...new Set(types)].flatMap((type) => ALGORITHMS_BY_TYPE[type] ?? [])
}

/** Why a host's key is refused, with the way out; undefined for the key that is known. */
export function findHostKeyProblem(
  known: readonly KnownHost[],
  { host, port, key }: Server & { readonly key: Buffer },
  paths: readonly string[],
): AppError | undefined {
  const name = knownHostsName(host, port)
  const keyType = typeOfKey(key)
  const refused = { host: name, keyType, fingerprint: fingerprintOf(key) }
  const verdict = judgeHostKey(known, { host, port, key })
  switch (verdict.state) {
    case 'trusted':
      return undefined
    case 'revoked':
      return hostKeyRevoked(refused, { path: verdict.entry.path, line: verdict.entry.line })
    case 'changed': {
      const { path, line, key: expected } = verdict.entry
      return hostKeyChanged(refused, { path, line, fingerprint: fingerprintOf(Buffer.from(expected, 'base64')) })
    }
    case 'unknown': {
      const line = `${name} ${keyType} ${key.toString('base64')}`
      return hostKeyUnknown(refused, { line, paths, otherTypes: verdict.otherTypes })
    }
    default:
      return verdict satisfies never
  }
}
