import { STACK_FILE } from './overlay-schema.ts'

/** The JSON Schema that editors complete stack files with, as the text of `portolan.schema.json`. */
export function stackFileSchema(): string {
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Portolan stack file',
    description: 'One stack: its services, their ports, routes and needs, and what differs between environments.',
    ...STACK_FILE,
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
