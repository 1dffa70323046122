import type { MailWords } from './mail.ts'

const NOT_YOU = 'If this was not you, you can ignore this mail: nothing happens without the link.'

export const ENGLISH_WORDS: MailWords = {
  'verify-email': ({ name, url }) => ({
    subject: 'Confirm your e-mail address for weAlist',
    lines: [`Hello ${name},`, 'welcome to weAlist. Confirm that this address is yours, then you can sign in.'],
    action: { label: 'Confirm address', url },
    footnotes: ['The link works for 24 hours.', NOT_YOU],
  }),
  'address-taken': ({ name, url, resetUrl }) => ({
    subject: 'You already have a weAlist account',
    lines: [
      `Hello ${name},`,
      'somebody has just signed up to weAlist with this address, which has an account already.',
      'If it was you, simply sign in.',
    ],
    action: { label: 'Sign in', url },
    footnotes: [`Password forgotten? Set a new one: ${resetUrl}`, 'If it was not you, there is nothing to do.'],
  }),
  'password-reset': ({ name, url }) => ({
    subject: 'Set a new password for weAlist',
    lines: [`Hello ${name},`, 'a new password was asked for. Choose one by this link.'],
    action: { label: 'Set a new password', url },
    footnotes: ['The link works for one hour and only once.', NOT_YOU],
  }),
  'password-changed': ({ name, url }) => ({
    subject: 'Your weAlist password was changed',
    lines: [`Hello ${name},`, 'the password of your account was changed, and other devices were signed out.'],
    action: { label: 'Set a new password', url },
    footnotes: ['If this was not you, set a new password at once.'],
  }),
  'totp-enabled': ({ name, url }) => ({
    subject: 'Two-step sign-in is on',
    lines: [`Hello ${name},`, 'signing in to your account now also asks for a code from your app.'],
    action: { label: 'Security settings', url },
    footnotes: ['Keep your recovery codes in a safe place.', 'If this was not you, set a new password at once.'],
  }),
  'totp-disabled': ({ name, url }) => ({
    subject: 'Two-step sign-in is off',
    lines: [`Hello ${name},`, 'signing in to your account no longer asks for a code from your app.'],
    action: { label: 'Security settings', url },
    footnotes: ['If this was not you, set a new password at once.'],
  }),
  invitation: ({ inviter, workspace, url }) => ({
    subject: `${inviter} invites you to “${workspace}”`,
    lines: ['Hello,', `${inviter} invites you to the workspace “${workspace}” on weAlist.`],
    action: { label: 'See the invitation', url },
    footnotes: ['If you do not know who invites you, you can ignore this mail.'],
  }),
}
