import Type, { type Static } from 'typebox'

const RULE_SCHEMA = Type.Object(
  {
    container: Type.Optional(Type.String({ description: "The container's name; `*` is any text." })),
    image: Type.Optional(Type.String({ description: 'Its image.' })),
    command: Type.Optional(Type.String({ description: "The program's short name." })),
    ports: Type.Optional(Type.String({ description: 'One port, or first and last.' })),
    project: Type.String({ description: 'Whose it is; `$1` is what the first `*` stood for.' }),
    environment: Type.String({ description: 'Such as `production`.' }),
    kind: Type.Optional(Type.String({ description: 'Such as `app`; that of its band unless given.' })),
    purpose: Type.Optional(Type.String({ description: '`main` unless given.' })),
    shape: Type.Optional(Type.Enum(['pair', 'single'])),
  },
  {
    additionalProperties: false,
    title: 'AdoptionRule',
    description: 'Whose something is that carries no labels: every pattern that is given has to fit.',
  },
)
export type RuleInput = Static<typeof RULE_SCHEMA>

export const RULES_FIELD = Type.Array(RULE_SCHEMA, {
  maxItems: 200,
  description: 'Whose what runs is, where its labels do not say it; the first that fits decides.',
})
