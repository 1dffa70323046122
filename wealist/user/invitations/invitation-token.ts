import { createHash, randomBytes } from 'node:crypto'

/** What opens an invitation: the text goes to who is invited, the hash to the database. */
export interface InvitationToken {
  readonly text: string
  readonly hash: string
}

/** 256 random bits: guessing is hopeless, so a plain SHA-256 is enough to keep. */
export function createInvitationToken(): InvitationToken {
  const text = randomBytes(32).toString('base64url')
  return { text, hash: hashInvitationToken(text) }
}

export function hashInvitationToken(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** Where our pages take it: in the fragment, which no server and no log gets to see. */
export function invitationPath(token: InvitationToken): string {
  return `/invitation#token=${token.text}`
}
