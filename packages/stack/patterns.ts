/** How names and texts of a stack file are spelled, as regular expressions of JSON Schema. */

export const NAME = '^[a-z][a-z0-9-]{0,39}$'
/** Behind a port of five digits and a hyphen it is one label of a host name. */
export const WORKSPACE_NAME = '^[a-z0-9]([a-z0-9-]{0,55}[a-z0-9])?$'
export const VARIABLE = '^[A-Za-z_][A-Za-z0-9_]*$'
export const RANGE = '^[0-9]{1,5}-[0-9]{1,5}$'
export const OPENING = '^[0-9]{1,5}(-[0-9]{1,5})?/(tcp|udp)$'
export const SQL_NAME = '^[a-z_][a-z0-9_]{0,62}$'
