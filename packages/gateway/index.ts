export {
  type GatewayConfiguration,
  type GatewayListener,
  parseGatewayConfiguration,
} from './configuration.ts'
export { GATEWAY_ERRORS } from './errors.ts'
export { type AskedRequest, askedRequest } from './explain/asked-request.ts'
export { explain } from './explain/explain.ts'
export { type Explanation, explanationLines } from './explain/explanation.ts'
export { type Gateway, type GatewayOptions, openGateway } from './gateway.ts'
export type { LimitsSetting, ShareLimits } from './limits/limits-configuration.ts'
export type { GatewayAddress } from './listener.ts'
export { type GatewayLogger, jsonLines } from './log.ts'
export { normalisePath } from './path.ts'
export { DENIED_PORTS } from './pattern-host/denied-ports.ts'
export type { PatternHostConfiguration } from './pattern-host/pattern-host-configuration.ts'
export { previewHost } from './pattern-host/pattern-label.ts'
export type { GatewayRoute } from './route.ts'
export { DEFAULT_TIMEOUTS, type GatewayTimeouts } from './timeouts.ts'
export type { UpstreamDeclaration } from './upstreams/upstream-declaration.ts'
export type { UpstreamEvent } from './upstreams/upstream-event.ts'
export type { TargetState, UpstreamState } from './upstreams/upstream-state.ts'
