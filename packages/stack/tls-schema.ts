import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false } as const
const FILE = 'A PEM file, from the folder of the stack file.'

/** How the gateway's port that speaks https encrypts. */
export const tls = Type.Object(
  {
    certificates: Type.Optional(
      Type.Array(
        Type.Object(
          {
            certificate: Type.String({ minLength: 1, description: `The certificate and its chain. ${FILE}` }),
            key: Type.String({ minLength: 1, description: `Its private key. ${FILE}` }),
          },
          closed,
        ),
        {
          description:
            'Shown by the name that a client asks for; the first to who names none. Read again when the files change.',
        },
      ),
    ),
    acme: Type.Optional(
      Type.Object(
        {
          directory: Type.String({
            pattern: '^(https://|\\$\\{)',
            examples: ['https://issuer.example.com/directory'],
            description: 'The address of the issuer, such as the directory of a public authority that speaks ACME.',
          }),
          email: Type.Optional(Type.String({ minLength: 3, description: 'Whom the issuer writes to.' })),
          names: Type.Optional(
            Type.Array(Type.String({ pattern: '^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$' }), {
              description: 'What certificates are ordered for; the domains without "*" unless said otherwise.',
            }),
          ),
          directoryAuthorities: Type.Optional(
            Type.String({
              minLength: 1,
              description: `Who vouches for the issuer's own address, if it is yours. ${FILE}`,
            }),
          ),
        },
        {
          ...closed,
          description: 'Has certificates issued and renewed (RFC 8555, HTTP-01); port 80 has to lead here.',
        },
      ),
    ),
    minimumVersion: Type.Optional(
      Type.Union([Type.Literal('TLSv1.2'), Type.Literal('TLSv1.3')], { description: 'TLSv1.2 unless said otherwise.' }),
    ),
    hsts: Type.Optional(
      Type.Object(
        {
          maxAgeSeconds: Type.Integer({ minimum: 0, maximum: 315_360_000 }),
          includesSubdomains: Type.Optional(Type.Boolean()),
        },
        { ...closed, description: 'For how long browsers ask these names for nothing but https.' },
      ),
    ),
    redirect: Type.Optional(
      Type.Boolean({ description: 'Whether what asks for one of the domains in the clear is sent to https (308).' }),
    ),
  },
  { ...closed, description: 'How its port that speaks https encrypts; by "certificates", by "acme", or both.' },
)

export type WrittenTls = Static<typeof tls>
