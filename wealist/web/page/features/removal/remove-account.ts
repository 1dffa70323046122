import { request } from '../../api/request.ts'

/** One of the account's factors: the password, or else a code; neither for who signs in by a provider alone. */
export interface OwnerProof {
  readonly password?: string
  readonly code?: string
}

/** Answers with the last of the data, which has been downloaded before. */
export async function removeAccount(proof: OwnerProof): Promise<void> {
  await request('DELETE /api/users/me', { body: proof })
}
