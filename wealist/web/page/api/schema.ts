// Written by generate-client.ts from what the services say of themselves, and never by hand:
// after a change of a service, `npm run generate -w wealist/web`. A test holds it against the services.
// biome-ignore-all format: it is as it was generated
/* oxlint-disable max-lines */

/** What the services answer and take, by name. */
export interface Schemas {
  readonly Account: {
    readonly id: string
    readonly email: string
    readonly emailVerified: boolean
    readonly hasPassword: boolean
    readonly hasTotp: boolean
    /** How many are left. */
    readonly recoveryCodeCount: number
    /** May see what went wrong with mails. */
    readonly isOperator: boolean
    /** Null for a personal access token. */
    readonly sessionId: string | null
  }
  readonly CreatedPersonalToken: {
    readonly id: string
    readonly name: string
    /** Its last four characters. */
    readonly hint: string
    readonly scopes: readonly Schemas['Scope'][]
    readonly createdAt: string
    readonly expiresAt: string | null
    readonly lastUsedAt: string | null
    /** Shown once. */
    readonly token: string
  }
  readonly EmailVerified: {
    readonly status: 'verified'
    readonly email: string
    /** What the sign-up asked for. */
    readonly next?: string
  }
  /** One thing that is wrong with one field. */
  readonly Fault: {
    /** Dotted path, such as `entries.0.name`; `''` for the whole. */
    readonly field: string
    /** English, for developers: `is missing`. */
    readonly reason: string
    /** Stable; pages translate it. */
    readonly rule?: string
  }
  /** RFC 7517 and RFC 8037. */
  readonly JsonWebKeySet: {
    readonly keys: readonly {
      readonly kty: string
      readonly crv: string
      readonly x: string
      readonly kid: string
      readonly alg: string
      readonly use: string
    }[]
  }
  readonly Locale: 'ko' | 'en'
  readonly MailFailure: {
    readonly id: string
    readonly template: string
    readonly to: string
    readonly attemptCount: number
    readonly reason: string
    readonly createdAt: string
    /** Null when it was given up. */
    readonly nextAttemptAt: string | null
  }
  /** OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.1 */
  readonly OpenApiDocument: {
    readonly openapi: string
    readonly info: {
      readonly title: string
      readonly version: string
    }
    readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  }
  readonly PersonalToken: {
    readonly id: string
    readonly name: string
    /** Its last four characters. */
    readonly hint: string
    readonly scopes: readonly Schemas['Scope'][]
    readonly createdAt: string
    readonly expiresAt: string | null
    readonly lastUsedAt: string | null
  }
  /** Why a request was refused, or what failed (RFC 9457). */
  readonly Problem: {
    readonly type: string
    readonly title: string
    readonly status: number
    /** What happened, what was expected and what to do, in English. */
    readonly detail: string
    /** Stable: decide by it. There may be new ones. */
    readonly code: string
    /** The log has the request under it. */
    readonly requestId: string
    readonly details?: {
      readonly faults?: readonly Schemas['Fault'][]
      readonly retryAfterSeconds?: number
    }
  }
  readonly Provider: {
    readonly id: string
    readonly name: string
  }
  readonly RecoveryCodes: {
    /** Shown once. */
    readonly recoveryCodes: readonly string[]
  }
  /** Each includes those before it. */
  readonly Scope: 'read' | 'write' | 'admin'
  readonly SecondFactorAsked: {
    readonly status: 'second-factor'
    /** To be sent with the code within five minutes. */
    readonly challenge: string
  }
  readonly Session: {
    readonly id: string
    /** Empty when it did not say. */
    readonly device: string
    readonly address: string
    readonly createdAt: string
    readonly lastUsedAt: string
    /** The one that asks. */
    readonly isCurrent: boolean
  }
  readonly SignInOutcome: Schemas['SignedIn'] | Schemas['SecondFactorAsked']
  readonly SignedIn: {
    readonly status: 'signed-in'
  }
  readonly TotpSetUp: {
    /** Base32, for who types it. */
    readonly secret: string
    /** For the QR code. */
    readonly uri: string
  }
  readonly VerificationSent: {
    readonly status: 'verification-sent'
    /** `log`: this server sends no mail; the link is a line in the log of auth. */
    readonly delivery: 'mail' | 'log'
  }
  readonly AcceptedInvitation: {
    /** In lower case. */
    readonly workspaceId: string
    readonly role: Schemas['Role']
    /** False for who was a member before: then nothing has changed. */
    readonly hasJoined: boolean
  }
  readonly AccountExport: {
    readonly format: 'wealist-account'
    readonly version: 1
    readonly exportedAt: string
    readonly account: {
      /** In lower case. */
      readonly id: string
      readonly email: string
      readonly emailVerified: boolean
    }
    readonly profile: Schemas['Profile']
    readonly avatar: {
      readonly contentType: string
      readonly base64: string
    } | null
    readonly workspaces: readonly {
      /** In lower case. */
      readonly id: string
      readonly name: string
      readonly role: Schemas['Role']
    }[]
    readonly invitations: readonly {
      /** In lower case. */
      readonly id: string
      /** In lower case. */
      readonly workspaceId: string
      readonly role: Schemas['GrantableRole']
      readonly email: string | null
      readonly createdAt: string
    }[]
    readonly activity: readonly Schemas['AuditEntry'][]
  }
  readonly AuditAction: 'workspace-created' | 'workspace-renamed' | 'member-joined' | 'member-left' | 'member-removed' | 'role-changed' | 'ownership-transferred' | 'invitation-created' | 'invitation-revoked'
  readonly AuditEntry: {
    readonly id: string
    /** In lower case. */
    readonly workspaceId: string
    readonly at: string
    readonly action: Schemas['AuditAction']
    readonly actor: {
      /** In lower case. */
      readonly userId: string
      /** Null for an account that was removed. */
      readonly name: string | null
    }
    readonly user: {
      /** In lower case. */
      readonly userId: string
      /** Null for an account that was removed. */
      readonly name: string | null
    } | null
    readonly invitation: {
      /** In lower case. */
      readonly id: string
      /** Null for a link, and when the invited account was removed. */
      readonly email: string | null
    } | null
    /** `role`, `by`, or `from` and `to`. */
    readonly details: Readonly<Record<string, string>>
  }
  readonly AuditPage: {
    readonly entries: readonly Schemas['AuditEntry'][]
    /** What to ask the next page with; null at the end. */
    readonly before: string | null
  }
  readonly AvatarUpload: {
    /** Good for ten minutes and one upload. */
    readonly uploadUrl: string
    readonly method: 'PUT'
    /** To be sent with the file. */
    readonly headers: Readonly<Record<string, string>>
    /** In lower case. */
    readonly uploadId: string
  }
  readonly CreatedInvitation: {
    /** In lower case. */
    readonly id: string
    /** Null: anybody who has the link. */
    readonly email: string | null
    readonly role: Schemas['GrantableRole']
    readonly state: 'open' | 'used' | 'revoked' | 'expired'
    readonly createdBy: {
      /** In lower case. */
      readonly userId: string
      /** Null for an account that was removed. */
      readonly name: string | null
    }
    readonly createdAt: string
    readonly expiresAt: string
    readonly useLimit: number
    readonly useCount: number
    /** Shown only this once. */
    readonly url: string
  }
  /** The owner's role is handed over, never granted. */
  readonly GrantableRole: 'admin' | 'member' | 'guest'
  readonly Invitation: {
    /** In lower case. */
    readonly id: string
    /** Null: anybody who has the link. */
    readonly email: string | null
    readonly role: Schemas['GrantableRole']
    readonly state: 'open' | 'used' | 'revoked' | 'expired'
    readonly createdBy: {
      /** In lower case. */
      readonly userId: string
      /** Null for an account that was removed. */
      readonly name: string | null
    }
    readonly createdAt: string
    readonly expiresAt: string
    readonly useLimit: number
    readonly useCount: number
  }
  readonly InvitationPreview: {
    readonly workspaceName: string
    /** Null for an account that was removed. */
    readonly inviterName: string | null
    readonly role: Schemas['GrantableRole']
    /** True: only the account of the invited address may accept. */
    readonly isForOneAddress: boolean
    readonly expiresAt: string
  }
  readonly Member: {
    /** In lower case. */
    readonly userId: string
    readonly name: string
    /** Takes `?size=` 64, 192 or 512 (pixels); null without an avatar. */
    readonly avatarUrl: string | null
    readonly role: Schemas['Role']
    /** Only for admins and the owner; null for the others. */
    readonly email: string | null
    readonly joinedAt: string
  }
  readonly MembershipChanged: {
    /** In lower case. */
    readonly workspaceId: string
    /** In lower case. */
    readonly userId: string
    /** Null: no member any more. */
    readonly role: Schemas['Role'] | null
  }
  /** What I am in: at the beginning, and when something may have been missed. */
  readonly Memberships: {
    readonly memberships: readonly {
      /** In lower case. */
      readonly workspaceId: string
      readonly role: Schemas['Role']
    }[]
  }
  readonly Profile: {
    /** In lower case. */
    readonly id: string
    readonly name: string
    /** Takes `?size=` 64, 192 or 512 (pixels); null without an avatar. */
    readonly avatarUrl: string | null
    readonly locale: Schemas['Locale']
    /** A name of the IANA database; null for that of the device. */
    readonly timeZone: string | null
  }
  /** Each may do what those before it may. */
  readonly Role: 'guest' | 'member' | 'admin' | 'owner'
  /** A workspace that I am in; the role is mine. */
  readonly Workspace: {
    /** In lower case. */
    readonly id: string
    readonly name: string
    readonly role: Schemas['Role']
    readonly memberCount: number
    readonly createdAt: string
  }
}

/** What can be asked of the services. */
export interface Operations {
  /** This description of the service */
  readonly 'GET /api/auth/openapi.json': {
    readonly answer: Schemas['OpenApiDocument']
  }
  /** Sign up; the answer is the same for an address that has an account */
  readonly 'POST /api/auth/sign-up': {
    readonly body: {
      /** Compared in lower case. */
      readonly email: string
      readonly password: string
      readonly name: string
      readonly locale: Schemas['Locale']
      /** A path of our own pages, from "/" on. */
      readonly next?: string
    }
    readonly answer: Schemas['VerificationSent']
  }
  /** Send the mail of a sign-up again */
  readonly 'POST /api/auth/email/resend': {
    readonly body: {
      /** Compared in lower case. */
      readonly email: string
    }
    readonly answer: Schemas['VerificationSent']
  }
  /** Confirm an address by the token of a mail and the password of the sign-up; it signs nobody in */
  readonly 'POST /api/auth/email/verify': {
    readonly body: {
      readonly token: string
      readonly password: string
    }
    readonly answer: Schemas['EmailVerified']
  }
  /** Sign in by e-mail and password; the session comes as cookies */
  readonly 'POST /api/auth/sign-in': {
    readonly body: {
      /** Compared in lower case. */
      readonly email: string
      readonly password: string
    }
    readonly answer: Schemas['SignInOutcome']
  }
  /** The second half of a sign-in: the code of the app, or a recovery code */
  readonly 'POST /api/auth/second-factor': {
    readonly body: {
      readonly challenge: string
      /** Six digits, or a recovery code. */
      readonly code: string
    }
    readonly answer: Schemas['SignedIn']
  }
  /** Rotate the tokens of the session; one tab at a time, please */
  readonly 'POST /api/auth/refresh': {
    readonly answer: {
      readonly status: 'refreshed'
    }
  }
  /** End the session, if there is one, and forget its cookies */
  readonly 'POST /api/auth/sign-out': {
    readonly answer: undefined
  }
  /** Send a link for a new password; the answer is the same for an address without an account */
  readonly 'POST /api/auth/password/forgot': {
    readonly body: {
      /** Compared in lower case. */
      readonly email: string
    }
    readonly answer: {
      readonly status: 'reset-sent'
      /** `log`: this server sends no mail; the link is a line in the log of auth. */
      readonly delivery: 'mail' | 'log'
    }
  }
  /** Set a new password by the token of a mail; all sessions end */
  readonly 'POST /api/auth/password/reset': {
    readonly body: {
      readonly token: string
      readonly password: string
    }
    readonly answer: undefined
  }
  /** Change the password; all other sessions end */
  readonly 'POST /api/auth/password/change': {
    readonly body: {
      readonly current: string
      readonly next: string
    }
    readonly answer: undefined
  }
  /** Who is signed in */
  readonly 'GET /api/auth/me': {
    readonly answer: Schemas['Account']
  }
  /** Where the caller is signed in */
  readonly 'GET /api/auth/sessions': {
    readonly answer: {
      readonly sessions: readonly Schemas['Session'][]
    }
  }
  /** Sign out everywhere else */
  readonly 'DELETE /api/auth/sessions': {
    readonly answer: {
      readonly endedCount: number
    }
  }
  /** Sign out there */
  readonly 'DELETE /api/auth/sessions/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: undefined
  }
  /** Begin to set up an app; it counts once a code of it was confirmed */
  readonly 'POST /api/auth/totp/begin': {
    readonly answer: Schemas['TotpSetUp']
  }
  /** Turn the second factor on */
  readonly 'POST /api/auth/totp/confirm': {
    readonly body: {
      /** Six digits, or a recovery code. */
      readonly code: string
    }
    readonly answer: Schemas['RecoveryCodes']
  }
  /** Turn the second factor off */
  readonly 'POST /api/auth/totp/disable': {
    readonly body: {
      readonly password?: string
      /** Six digits, or a recovery code. */
      readonly code: string
    }
    readonly answer: undefined
  }
  /** New recovery codes instead of the old ones */
  readonly 'POST /api/auth/recovery-codes': {
    readonly body: {
      /** Six digits, or a recovery code. */
      readonly code: string
    }
    readonly answer: Schemas['RecoveryCodes']
  }
  /** The caller's personal access tokens */
  readonly 'GET /api/auth/tokens': {
    readonly answer: {
      readonly tokens: readonly Schemas['PersonalToken'][]
    }
  }
  /** Make a personal access token */
  readonly 'POST /api/auth/tokens': {
    readonly body: {
      readonly name: string
      readonly scopes: readonly Schemas['Scope'][]
      /** Never, if left out. */
      readonly expiresInDays?: number
    }
    readonly answer: Schemas['CreatedPersonalToken']
  }
  /** Remove a personal access token; it stops working within half a minute everywhere */
  readonly 'DELETE /api/auth/tokens/{id}': {
    readonly path: {
      readonly id: string
    }
    readonly answer: undefined
  }
  /** By whom one may sign in besides a password */
  readonly 'GET /api/auth/providers': {
    readonly answer: {
      readonly providers: readonly Schemas['Provider'][]
    }
  }
  /** Send the browser to a provider */
  readonly 'GET /api/auth/oidc/{provider}/start': {
    readonly path: {
      readonly provider: string
    }
    readonly query?: {
      /** A path of our own pages. */
      readonly next?: string
    }
    readonly answer: undefined
  }
  /** Where a provider sends the browser back to */
  readonly 'GET /api/auth/oidc/{provider}/callback': {
    readonly path: {
      readonly provider: string
    }
    readonly query?: {
      readonly state?: string
    }
    readonly answer: undefined
  }
  /** Mails that could not be sent yet, or were given up; for operators */
  readonly 'GET /api/auth/mail-failures': {
    readonly answer: {
      readonly failures: readonly Schemas['MailFailure'][]
    }
  }
  /** The keys that access tokens are signed with */
  readonly 'GET /api/auth/jwks.json': {
    readonly answer: Schemas['JsonWebKeySet']
  }
  /** This description of the service */
  readonly 'GET /api/users/openapi.json': {
    readonly answer: Schemas['OpenApiDocument']
  }
  /** What I say of myself */
  readonly 'GET /api/users/me': {
    readonly answer: Schemas['Profile']
  }
  /** Change what I say of myself */
  readonly 'PATCH /api/users/me': {
    readonly body: {
      /** Shown to other people. */
      readonly name?: string
      readonly locale?: Schemas['Locale']
      /** A name of the IANA database; null for that of the device. */
      readonly timeZone?: string | null
    }
    readonly answer: Schemas['Profile']
  }
  /** Remove my account; the answer is all my data */
  readonly 'DELETE /api/users/me': {
    readonly body: {
      readonly password?: string
      /** Of the second factor. */
      readonly code?: string
    }
    readonly answer: Schemas['AccountExport']
  }
  /** Begin to upload an avatar */
  readonly 'POST /api/users/me/avatar': {
    readonly body: {
      readonly contentType: 'image/jpeg' | 'image/png' | 'image/webp' | 'image/gif' | 'image/avif'
      readonly sizeBytes: number
    }
    readonly answer: Schemas['AvatarUpload']
  }
  /** Remove my avatar */
  readonly 'DELETE /api/users/me/avatar': {
    readonly answer: undefined
  }
  /** Show what was uploaded */
  readonly 'POST /api/users/me/avatar/{uploadId}/done': {
    readonly path: {
      /** In lower case. */
      readonly uploadId: string
    }
    readonly answer: Schemas['Profile']
  }
  /** The avatar of somebody I share a workspace with */
  readonly 'GET /api/users/avatars/{userId}/{avatarId}': {
    readonly path: {
      /** In lower case. */
      readonly userId: string
      /** In lower case. */
      readonly avatarId: string
    }
    readonly query?: {
      readonly size?: 64 | 192 | 512
    }
    readonly answer: Blob
  }
  /** All my data */
  readonly 'GET /api/users/me/export': {
    readonly answer: Schemas['AccountExport']
  }
  /** The workspaces I am in */
  readonly 'GET /api/users/workspaces': {
    readonly answer: {
      readonly workspaces: readonly Schemas['Workspace'][]
    }
  }
  /** Make a workspace that I own */
  readonly 'POST /api/users/workspaces': {
    readonly body: {
      /** Shown to other people. */
      readonly name: string
    }
    readonly answer: Schemas['Workspace']
  }
  /** One workspace */
  readonly 'GET /api/users/workspaces/{workspaceId}': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
    }
    readonly answer: Schemas['Workspace']
  }
  /** Rename a workspace */
  readonly 'PATCH /api/users/workspaces/{workspaceId}': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
    }
    readonly body: {
      /** Shown to other people. */
      readonly name: string
    }
    readonly answer: Schemas['Workspace']
  }
  /** Remove a workspace and everything in it */
  readonly 'DELETE /api/users/workspaces/{workspaceId}': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
    }
    readonly answer: undefined
  }
  /** Hand the workspace over; I become an admin */
  readonly 'POST /api/users/workspaces/{workspaceId}/ownership': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
    }
    readonly body: {
      /** In lower case. */
      readonly userId: string
    }
    readonly answer: Schemas['Workspace']
  }
  /** Who is in the workspace */
  readonly 'GET /api/users/workspaces/{workspaceId}/members': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
    }
    readonly answer: {
      readonly members: readonly Schemas['Member'][]
    }
  }
  /** Give a member another role */
  readonly 'PATCH /api/users/workspaces/{workspaceId}/members/{userId}': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
      /** In lower case. */
      readonly userId: string
    }
    readonly body: {
      readonly role: Schemas['GrantableRole']
    }
    readonly answer: undefined
  }
  /** Remove a member */
  readonly 'DELETE /api/users/workspaces/{workspaceId}/members/{userId}': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
      /** In lower case. */
      readonly userId: string
    }
    readonly answer: undefined
  }
  /** Leave the workspace */
  readonly 'POST /api/users/workspaces/{workspaceId}/leave': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
    }
    readonly answer: undefined
  }
  /** Invitations into the workspace, the newest first */
  readonly 'GET /api/users/workspaces/{workspaceId}/invitations': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
    }
    readonly answer: {
      readonly invitations: readonly Schemas['Invitation'][]
    }
  }
  /** Invite by link, or by mail */
  readonly 'POST /api/users/workspaces/{workspaceId}/invitations': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
    }
    readonly body: {
      /** Absent: a link that anybody may use. */
      readonly email?: string
      readonly role: Schemas['GrantableRole']
      readonly expiresInDays?: number
      /** By mail it is always 1. */
      readonly useLimit?: number
    }
    readonly answer: Schemas['CreatedInvitation']
  }
  /** Withdraw an invitation */
  readonly 'DELETE /api/users/workspaces/{workspaceId}/invitations/{invitationId}': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
      /** In lower case. */
      readonly invitationId: string
    }
    readonly answer: undefined
  }
  /** What an invitation is for */
  readonly 'GET /api/users/invitations/{token}': {
    readonly path: {
      readonly token: string
    }
    readonly answer: Schemas['InvitationPreview']
  }
  /** Join the workspace */
  readonly 'POST /api/users/invitations/{token}/accept': {
    readonly path: {
      readonly token: string
    }
    readonly answer: Schemas['AcceptedInvitation']
  }
  /** Who did what, the newest first */
  readonly 'GET /api/users/workspaces/{workspaceId}/audit': {
    readonly path: {
      /** In lower case. */
      readonly workspaceId: string
    }
    readonly query?: {
      readonly before?: string
      readonly limit?: number
    }
    readonly answer: Schemas['AuditPage']
  }
  /** What changes for me, as it happens */
  readonly 'GET /api/users/events': {
    readonly query?: {
      /** Also what changes for others in this workspace; the stream ends with my membership. */
      readonly workspaceId?: string
    }
    readonly answer: Blob
  }
}
