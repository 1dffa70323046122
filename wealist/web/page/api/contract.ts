/**
 * What the services answer, by the names that these pages use. All of it is drawn from what the services say of
 * themselves (schema.ts), so that a change there does not compile until it is followed here.
 */
import type { Schemas } from './schema.ts'

export type Locale = Schemas['Locale']
export type Role = Schemas['Role']
/** The owner's role is handed over, never granted. */
export type GrantableRole = Schemas['GrantableRole']
export type Scope = Schemas['Scope']

export type Me = Schemas['Account']
/** How a mail reaches its reader: by mail, or as a line in the server's log. */
export type MailDelivery = Schemas['VerificationSent']['delivery']
export type Profile = Schemas['Profile']
export type SignInAnswer = Schemas['SignInOutcome']
export type EmailVerified = Schemas['EmailVerified']
export type Session = Schemas['Session']
export type TotpSetUp = Schemas['TotpSetUp']
export type RecoveryCodes = Schemas['RecoveryCodes']
export type AccessToken = Schemas['PersonalToken']
export type CreatedAccessToken = Schemas['CreatedPersonalToken']
export type MailFailure = Schemas['MailFailure']

export type Workspace = Schemas['Workspace']
export type Member = Schemas['Member']
export type Invitation = Schemas['Invitation']
export type CreatedInvitation = Schemas['CreatedInvitation']
export type InvitationPreview = Schemas['InvitationPreview']
export type AcceptedInvitation = Schemas['AcceptedInvitation']
export type AuditAction = Schemas['AuditAction']
export type AuditEntry = Schemas['AuditEntry']
export type AvatarUpload = Schemas['AvatarUpload']

/** One thing that is wrong with one field. */
export type Fault = Schemas['Fault']

/** What the event stream at `/api/users/events` tells. */
export type MembershipChanged = Schemas['MembershipChanged']
export type Memberships = Schemas['Memberships']
