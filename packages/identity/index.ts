export type { Access, RouteAccess } from './access.ts'
export {
  ACCESS_TOKEN_AUDIENCE,
  ACCESS_TOKEN_LIFETIME_MS,
  type AccessTokenClaims,
  CLOCK_SKEW_MS,
  issueAccessToken,
} from './access-token.ts'
export {
  AccessTokenVerifier,
  type AccessTokenVerifierOptions,
  type EndedSessionSource,
  type VerifiedAccessToken,
} from './access-token-verifier.ts'
export type { Caller } from './caller.ts'
export { challengeOf } from './challenge.ts'
export { type Clock, SYSTEM_CLOCK } from './clock.ts'
export {
  ENDED_SESSION_KEEP_MS,
  type EndedSessions,
  type EndedSessionsOptions,
  openEndedSessions,
} from './ended-sessions.ts'
export { IDENTITY_ERRORS, type IdentityErrorCode, passwordRefused } from './errors.ts'
export { type EventBus, type EventSubscription, MEMBERSHIP_CHANNEL, SESSIONS_CHANNEL } from './event-bus.ts'
export { equalsInFixedTime } from './fixed-time.ts'
export { type Identity, type OpenedIdentity, type OpenIdentityOptions, openIdentity } from './identity.ts'
export {
  type IdentityPluginOptions,
  identityPlugin,
  type Membership,
  type RequireRoleOptions,
  requireRole,
} from './identity-plugin.ts'
export { KEY_ROTATION, type KeyPlan, type KeyRotation, nextKeys } from './key-rotation.ts'
export { openSealedKey, type SealedKey, sealSigningKey } from './key-sealing.ts'
export { type KeySource, localKeys } from './key-source.ts'
export { MembershipClient, type MembershipClientOptions, openMembershipClient } from './membership-client.ts'
export { checkOrigin, isSafeMethod, type OriginVerdict, parsePublicOrigin } from './origin-check.ts'
export { findPasswordFault, normalisePassword, type PasswordFault, type PasswordRule } from './password.ts'
export {
  createPasswordHasher,
  PASSWORD_WORK,
  type PasswordHasher,
  type PasswordVerdict,
  type PasswordWork,
} from './password-hasher.ts'
export {
  createPersonalAccessToken,
  hashPersonalAccessToken,
  isPersonalAccessToken,
  type PersonalAccessToken,
  type PersonalTokenGrant,
  type PersonalTokenSource,
} from './personal-access-token.ts'
export { PersonalTokenClient, type PersonalTokenClientOptions } from './personal-token-client.ts'
export {
  acceptsLeaf,
  type FamilyEnd,
  type FamilyEvent,
  familyExpiresAt,
  nextFamily,
  REFRESH_LIMITS,
  type RefreshFamily,
  startFamily,
} from './refresh-family.ts'
export {
  createRefreshToken,
  formatRefreshToken,
  hashRefreshToken,
  parseRefreshToken,
  type RefreshToken,
  type RefreshTokenHash,
  succeedRefreshToken,
} from './refresh-token.ts'
export { RemoteKeys, type RemoteKeysOptions } from './remote-keys.ts'
export type { RequestHeaders } from './request-headers.ts'
export { hasRole, isRole, ROLES, type Role, type RoleSource } from './role.ts'
export { hasScope, isScope, SCOPES, type Scope } from './scope.ts'
export { type CallingService, ServiceTokens, type ServiceTokensOptions } from './service-token.ts'
export {
  ACCESS_COOKIE,
  type CookieExpiry,
  findSessionCookie,
  formatCookieDeletion,
  formatSessionCookie,
  REFRESH_COOKIE,
  type SessionCookieName,
} from './session-cookie.ts'
export type { SessionEnded } from './session-ended.ts'
export { createSigningKey, type JwksDocument, jwksOf, type PublicJwk, type SigningKey } from './signing-key.ts'
export { authenticateUpgrade, type CallerSources, requireOwnOrigin, verifySession } from './verify-session.ts'
