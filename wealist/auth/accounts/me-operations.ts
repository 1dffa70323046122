import type { App } from '@portolan/service'
import Type from 'typebox'
import type { AuthParts } from '../auth-parts.ts'
import { accountUnknown } from '../errors.ts'
import { CountField, EmailView, IdField } from '../fields.ts'
import { countRecoveryCodes, hasTotp } from '../second-factor/totp-repository.ts'
import { findAccount } from './account-repository.ts'

const ACCOUNT_FIELDS = {
  id: IdField,
  email: EmailView,
  emailVerified: Type.Boolean(),
  hasPassword: Type.Boolean(),
  hasTotp: Type.Boolean(),
  recoveryCodeCount: Type.Integer({ ...CountField, description: 'How many are left.' }),
  isOperator: Type.Boolean({ description: 'May see what went wrong with mails.' }),
  sessionId: Type.Union([IdField, Type.Null()], { description: 'Null for a personal access token.' }),
}

const meSchema = {
  tags: ['session'],
  operationId: 'getAccount',
  summary: 'Who is signed in',
  refusals: ['AUTH_ACCOUNT_UNKNOWN'],
  response: { 200: Type.Object(ACCOUNT_FIELDS, { title: 'Account' }) },
}

export function addMeOperations(app: App, { store, operators }: AuthParts): void {
  app.get('/api/auth/me', { schema: meSchema }, async ({ caller }) => {
    const account = await findAccount(store.db, caller.userId)
    if (account === undefined) throw accountUnknown()
    const { id, email, passwordHash } = account
    return {
      id,
      email,
      emailVerified: true, // an account begins when its address is confirmed
      hasPassword: passwordHash !== undefined,
      hasTotp: await hasTotp(store.db, id),
      recoveryCodeCount: await countRecoveryCodes(store.db, id),
      isOperator: operators.has(email),
      sessionId: caller.by === 'personal-token' ? null : caller.sessionId,
    }
  })
}
