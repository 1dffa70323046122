import { bodyOf } from '@portolan/openapi'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { findAccount } from '../accounts/account-repository.ts'
import { parseEmailAddress } from '../accounts/email-address.ts'
import type { AuthParts } from '../auth-parts.ts'
import { inputInvalid, operatorRequired } from '../errors.ts'
import { CountField, EmailField, EmailView, IdField, LocaleField, LocalPathField, TimeField } from '../fields.ts'
import { parseLocalPath } from '../local-path.ts'
import { mailName } from './mail-rendering.ts'
import { addMail, listMailFailures } from './mail-repository.ts'

const FailureView = Type.Object(
  {
    id: IdField,
    template: Type.String(),
    to: EmailView,
    attemptCount: CountField,
    reason: Type.String(),
    createdAt: TimeField,
    nextAttemptAt: Type.Union([TimeField, Type.Null()], { description: 'Null when it was given up.' }),
  },
  { title: 'MailFailure' },
)

const failuresSchema = {
  tags: ['operation'],
  operationId: 'listMailFailures',
  summary: 'Mails that could not be sent yet, or were given up; for operators',
  refusals: ['AUTH_OPERATOR_REQUIRED'],
  response: { 200: Type.Object({ failures: Type.Array(FailureView) }) },
}

const InvitationParameters = bodyOf({
  inviter: Type.String({ minLength: 1, maxLength: 200 }),
  workspace: Type.String({ minLength: 1, maxLength: 200 }),
  /** Where the invitation is shown, within our own pages. */
  path: LocalPathField,
})

const mailSchema = {
  hide: true,
  body: bodyOf({
    template: Type.Literal('invitation'),
    to: EmailField,
    locale: LocaleField,
    parameters: InvitationParameters,
  }),
  response: { 202: Type.Object({ status: Type.Literal('queued') }) },
}

export function addMailOperations(app: App, parts: AuthParts): void {
  const { store, clock, operators, outbox } = parts

  app.get('/api/auth/mail-failures', { config: { access: 'session' }, schema: failuresSchema }, async ({ caller }) => {
    const account = await findAccount(store.db, caller.userId)
    if (account === undefined || !operators.has(account.email)) throw operatorRequired()
    const failures = await listMailFailures(store.db)
    return {
      failures: failures.map(({ recipient, createdAt, nextAttemptAt, ...failure }) => ({
        ...failure,
        to: recipient,
        createdAt: createdAt.toISOString(),
        nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
      })),
    }
  })
  app.post('/internal/mails', { config: { access: 'service' }, schema: mailSchema }, async ({ body }, reply) => {
    const { template, locale } = body
    const { inviter, workspace } = body.parameters
    const recipient = parseEmailAddress(body.to, 'to')
    const path = parseLocalPath(body.parameters.path)
    if (path === undefined) throw inputInvalid('parameters.path', 'is not a path of our own pages')
    const parameters = { inviter: mailName(inviter), workspace: mailName(workspace), path }
    const job = { template, recipient, locale, parameters }
    await store.change((tx) => addMail(tx, job, clock.now()))
    outbox.wake()
    return reply.code(202).send({ status: 'queued' })
  })
}
