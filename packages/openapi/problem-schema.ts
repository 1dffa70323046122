import Type from 'typebox'

const FAULT_SCHEMA = Type.Object(
  {
    field: Type.String({ description: "Dotted path, such as `entries.0.name`; `''` for the whole." }),
    reason: Type.String({ description: 'English, for developers: `is missing`.' }),
    rule: Type.Optional(Type.String({ description: 'Stable; pages translate it.' })),
  },
  { title: 'Fault', description: 'One thing that is wrong with one field.' },
)

/** RFC 9457 §3 with our extensions, as every refusal is answered. */
export const PROBLEM_SCHEMA = Type.Object(
  {
    type: Type.String({ format: 'uri-reference' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What happened, what was expected and what to do, in English.' }),
    code: Type.String({ pattern: '^[A-Z][A-Z0-9_]*$', description: 'Stable: decide by it. There may be new ones.' }),
    requestId: Type.String({ description: 'The log has the request under it.' }),
    details: Type.Optional(
      Type.Object(
        {
          faults: Type.Optional(Type.Array(FAULT_SCHEMA)),
          retryAfterSeconds: Type.Optional(Type.Integer({ minimum: 0 })),
        },
        { additionalProperties: true },
      ),
    ),
  },
  { title: 'Problem', description: 'Why a request was refused, or what failed (RFC 9457).' },
)

export const PROBLEM_TYPE = 'application/problem+json'
