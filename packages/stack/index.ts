export { faultsOf, STACK_ERRORS } from './errors.ts'
export { FAULT_CODES, type Fault, type FaultCode, faultText, formatFault } from './fault.ts'
export type { OutsideValues } from './interpolation.ts'
export { stackFileSchema } from './json-schema.ts'
export { nearestSpelling } from './nearest-spelling.ts'
export type { PatternHost } from './pattern-host-schema.ts'
export { mainPort, portMeant } from './port-choice.ts'
export { formatPath, type Path, type Position, Positions } from './position.ts'
export { type Addressing, fillReferences, type Reference } from './reference.ts'
export { LOCAL_HOST, type OpenOptions, type ResolveOptions, resolveStack } from './resolve.ts'
export { GATEWAY } from './resolve-gateway.ts'
export type {
  Capacity,
  DeclaredPort,
  DeclaredService,
  DeclaredStack,
  Forward,
  Health,
  Host,
  Metrics,
  Need,
  Opening,
  OpenPort,
  Port,
  ResolvedStack,
  Route,
  Run,
  Service,
  SlotsRun,
  Span,
} from './resolved-stack.ts'
export { type PortNumbers, portKey } from './resolving.ts'
export { type Environment, environmentNames, parseStack, type Stack } from './stack.ts'
export type { Setting } from './stack-schema.ts'
export {
  EMBEDDED_PARTS,
  type EmbeddedPart,
  KEPT_THINGS,
  type KeptThing,
  PROTOCOLS,
  type Protocol,
  REACHES,
  type Reach,
  RUN_KINDS,
  type RunKind,
} from './vocabulary.ts'
