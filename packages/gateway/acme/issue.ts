import { readFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { errorCode } from '@portolan/errors'
import type { Client } from 'acme-client'
import type { AcmeConfiguration } from '../tls/tls-configuration.ts'
import { closeChallenge, openChallenge } from './challenges.ts'
import { writeSecret } from './secret-file.ts'

/** Between two questions whether the issuer is done. */
const ASK_MS = 1_000
const LONGEST_ASK_MS = 15_000
const MOST_ASKS = 20

/**
 * Has a certificate issued (RFC 8555, HTTP-01).
 * @returns the certificate with its chain, and its key, in PEM
 * @throws whatever the issuer or the way to it says
 */
export async function issueCertificate(acme: AcmeConfiguration, name: string): Promise<string> {
  // Only who orders pays for it: the library is as large as the rest of the gateway.
  const { axios, Client, crypto } = await import('acme-client')
  if (acme.directoryAuthorities !== undefined) {
    axios.defaults.httpsAgent = new Agent({ ca: await readFile(acme.directoryAuthorities) })
  }
  const client = new Client({
    directoryUrl: acme.directory,
    accountKey: await accountKey(acme.folder, () => crypto.createPrivateEcdsaKey()),
    backoffMin: ASK_MS,
    backoffMax: LONGEST_ASK_MS,
    backoffAttempts: MOST_ASKS,
  })
  await register(client, acme.email)
  const [key, csr] = await crypto.createCsr({ altNames: [name] }, await crypto.createPrivateEcdsaKey())
  const chain = await client.auto({
    csr,
    challengePriority: ['http-01'],
    // Whether the name leads here is the issuer's to find out: from inside it may not.
    skipChallengeVerification: true,
    challengeCreateFn: (_authorization, { token }, answer) => openChallenge(acme.folder, token, answer),
    challengeRemoveFn: (_authorization, { token }) => closeChallenge(acme.folder, token),
  })
  return `${chain.trim()}\n${key.toString().trim()}\n`
}

/**
 * Makes the account, or finds it: which of both, its key decides at the issuer. One that is found the library tries to
 * change as well, which an issuer may refuse when nothing is to be changed; then it is known all the same.
 */
async function register(client: Client, email: string | undefined): Promise<void> {
  try {
    const contact = email === undefined ? {} : { contact: [`mailto:${email}`] }
    await client.createAccount({ termsOfServiceAgreed: true, ...contact })
  } catch (error) {
    if (!isRegistered(client)) throw error
  }
}

function isRegistered(client: Client): boolean {
  try {
    return client.getAccountUrl() !== ''
  } catch {
    return false // it throws when there is none
  }
}

/** By which the issuer knows us: made once, and kept. */
async function accountKey(folder: string, make: () => Promise<Buffer>): Promise<Buffer> {
  const file = join(folder, 'account.key')
  try {
    return await readFile(file)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
  const key = await make()
  await writeSecret(file, key)
  return key
}
