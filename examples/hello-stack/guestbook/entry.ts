import Type, { type Static } from 'typebox'

export const NAME_LENGTH = 40
export const MESSAGE_LENGTH = 280

// Something to read, and no control characters; only a message may have line breaks. The look-ahead keeps it linear.
const NAME = '^(?=.*\\S)[^\\u0000-\\u001f\\u007f]+$'
const MESSAGE = '^(?=[\\s\\S]*\\S)[^\\u0000-\\u0009\\u000b-\\u001f\\u007f]+$'

export const EntryDraft = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: NAME_LENGTH, pattern: NAME }),
    message: Type.String({ minLength: 1, maxLength: MESSAGE_LENGTH, pattern: MESSAGE }),
  },
  { additionalProperties: false },
)
export type EntryDraft = Readonly<Static<typeof EntryDraft>>

/** What somebody wrote into the guestbook. */
export interface Entry {
  readonly id: number
  readonly name: string
  readonly message: string
  readonly writtenAt: Date
}
