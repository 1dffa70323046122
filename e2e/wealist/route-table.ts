/** What somebody is answered: what they asked for, or a refusal with that code. */
export type Verdict = 'allowed' | `${'AUTH' | 'USER' | 'IDENTITY'}_${string}`

/** The ids that a call is made with, by the names of the parameters; `self` is the caller's own. */
export type RouteIds = Readonly<Record<string, string>>

/** Who may ask for one operation. */
export interface RouteRule {
  /** `public`, a signed-in person alone, or also a personal access token with this scope. */
  readonly access: 'public' | 'session' | 'read' | 'write' | 'admin'
  /**
   * For what belongs to somebody: what others are answered who ask for it by its ids. A stranger is in no workspace of
   * its owner's; a guest and a member are.
   */
  readonly others?: { readonly stranger: Verdict; readonly guest: Verdict; readonly member: Verdict }
  /** For two ids in a path: what a stranger is answered who puts their own workspace before somebody else's thing. */
  readonly mixed?: Verdict
  /** A body that would work, if it were allowed. */
  readonly body?: (ids: RouteIds) => unknown
}

const PUBLIC = { access: 'public' } as const satisfies RouteRule
const SESSION = { access: 'session' } as const satisfies RouteRule
const READ = { access: 'read' } as const satisfies RouteRule
const WRITE = { access: 'write' } as const satisfies RouteRule
/** What is somebody's alone is not there for others. */
const nobodyElse = (code: Verdict) => ({ stranger: code, guest: code, member: code })
const STRANGER = 'IDENTITY_WORKSPACE_UNKNOWN'
const EVERY_MEMBER = { stranger: STRANGER, guest: 'allowed', member: 'allowed' } as const
const ADMINS = { stranger: STRANGER, guest: 'IDENTITY_ROLE_TOO_LOW', member: 'IDENTITY_ROLE_TOO_LOW' } as const
const BY_RANK = { stranger: STRANGER, guest: 'USER_NOT_ALLOWED', member: 'USER_NOT_ALLOWED' } as const

const WORKSPACE = '/api/users/workspaces/{workspaceId}'
const ENTRY = { email: 'somebody@example.com' } as const

/** Every operation there is. A new one has to be written down here before the tests pass again. */
export const ROUTES: Readonly<Record<string, RouteRule>> = {
  'GET /api/auth/openapi.json': PUBLIC,
  'GET /api/auth/jwks.json': PUBLIC,
  'GET /api/auth/providers': PUBLIC,
  'GET /api/auth/oidc/{provider}/start': PUBLIC,
  'GET /api/auth/oidc/{provider}/callback': PUBLIC,
  'POST /api/auth/sign-up': {
    ...PUBLIC,
    body: () => ({ ...ENTRY, password: 'aye aye captain', name: 'X', locale: 'en' }),
  },
  'POST /api/auth/sign-in': { ...PUBLIC, body: () => ({ ...ENTRY, password: 'aye aye captain' }) },
  'POST /api/auth/second-factor': { ...PUBLIC, body: () => ({ challenge: 'x'.repeat(43), code: '123456' }) },
  'POST /api/auth/refresh': PUBLIC,
  'POST /api/auth/sign-out': PUBLIC,
  'POST /api/auth/email/verify': { ...PUBLIC, body: () => ({ token: 'x'.repeat(43), password: 'not the right one' }) },
  'POST /api/auth/email/resend': { ...PUBLIC, body: () => ENTRY },
  'POST /api/auth/password/forgot': { ...PUBLIC, body: () => ENTRY },
  'POST /api/auth/password/reset': { ...PUBLIC, body: () => ({ token: 'x'.repeat(43), password: 'aye aye captain' }) },
  'POST /api/auth/password/change': { ...SESSION, body: () => ({ current: 'x', next: 'aye aye captain' }) },
  'GET /api/auth/me': READ,
  'GET /api/auth/sessions': SESSION,
  'DELETE /api/auth/sessions': SESSION,
  'DELETE /api/auth/sessions/{id}': { ...SESSION, others: nobodyElse('AUTH_SESSION_UNKNOWN') },
  'POST /api/auth/totp/begin': SESSION,
  'POST /api/auth/totp/confirm': { ...SESSION, body: () => ({ code: '123456' }) },
  'POST /api/auth/totp/disable': { ...SESSION, body: () => ({ code: '123456' }) },
  'POST /api/auth/recovery-codes': { ...SESSION, body: () => ({ code: '123456' }) },
  'GET /api/auth/tokens': SESSION,
  'POST /api/auth/tokens': { ...SESSION, body: () => ({ name: 'mine', scopes: ['admin'] }) },
  'DELETE /api/auth/tokens/{id}': { ...SESSION, others: nobodyElse('AUTH_TOKEN_UNKNOWN') },
  'GET /api/auth/mail-failures': { ...SESSION, others: nobodyElse('AUTH_OPERATOR_REQUIRED') },

  'GET /api/users/openapi.json': PUBLIC,
  'GET /api/users/me': READ,
  'PATCH /api/users/me': { ...WRITE, body: () => ({ name: 'Taken over' }) },
  'DELETE /api/users/me': { ...SESSION, body: () => ({ password: 'x' }) },
  'GET /api/users/me/export': SESSION,
  'POST /api/users/me/avatar': { ...WRITE, body: () => ({ contentType: 'image/png', sizeBytes: 10 }) },
  'DELETE /api/users/me/avatar': WRITE,
  'POST /api/users/me/avatar/{uploadId}/done': { ...WRITE, others: nobodyElse('USER_UPLOAD_UNKNOWN') },
  'GET /api/users/avatars/{userId}/{avatarId}': {
    ...READ,
    others: { stranger: 'USER_AVATAR_UNKNOWN', guest: 'allowed', member: 'allowed' },
  },
  'GET /api/users/workspaces': READ,
  'POST /api/users/workspaces': { ...WRITE, body: () => ({ name: 'Mine' }) },
  [`GET ${WORKSPACE}`]: { ...READ, others: EVERY_MEMBER },
  [`PATCH ${WORKSPACE}`]: { access: 'admin', others: ADMINS, body: () => ({ name: 'Taken over' }) },
  [`DELETE ${WORKSPACE}`]: { ...SESSION, others: ADMINS },
  [`POST ${WORKSPACE}/ownership`]: { ...SESSION, others: ADMINS, body: ({ self }) => ({ userId: self }) },
  [`POST ${WORKSPACE}/leave`]: { ...WRITE, others: EVERY_MEMBER },
  [`GET ${WORKSPACE}/members`]: { ...READ, others: EVERY_MEMBER },
  [`PATCH ${WORKSPACE}/members/{userId}`]: {
    access: 'admin',
    others: BY_RANK,
    mixed: 'USER_MEMBER_UNKNOWN',
    body: () => ({ role: 'admin' }),
  },
  [`DELETE ${WORKSPACE}/members/{userId}`]: { access: 'admin', others: BY_RANK, mixed: 'USER_MEMBER_UNKNOWN' },
  [`GET ${WORKSPACE}/invitations`]: { access: 'admin', others: ADMINS },
  [`POST ${WORKSPACE}/invitations`]: { access: 'admin', others: ADMINS, body: () => ({ role: 'admin' }) },
  [`DELETE ${WORKSPACE}/invitations/{invitationId}`]: {
    access: 'admin',
    others: ADMINS,
    mixed: 'USER_INVITATION_UNKNOWN',
  },
  [`GET ${WORKSPACE}/audit`]: { access: 'admin', others: ADMINS },
  'GET /api/users/invitations/{token}': PUBLIC,
  'POST /api/users/invitations/{token}/accept': {
    ...SESSION,
    others: { stranger: 'USER_INVITATION_FOREIGN', guest: 'allowed', member: 'allowed' },
  },
  'GET /api/users/events': {
    ...SESSION,
    others: { stranger: 'USER_WORKSPACE_UNKNOWN', guest: 'allowed', member: 'allowed' },
  },
}
