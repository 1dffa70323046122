export type { Logger } from 'pino'
export type { App } from './app.ts'
export type { ReadinessCheck } from './app-health.ts'
export { type AppOptions, createApp } from './create-app.ts'
export { type EnvironmentVariables, LISTEN_ENVIRONMENT, parseEnvironment } from './environment.ts'
export { SERVICE_ERRORS } from './errors.ts'
export { EventStream, type EventStreamOptions, openEventStream, type StreamEvent } from './event-stream.ts'
export { type ListenOptions, listen } from './listen.ts'
export { outgoingHeaders } from './request-id.ts'
export type { TypeBoxProvider } from './request-validator.ts'
export { type RunServiceOptions, runService } from './run-service.ts'
export {
  defineService,
  isServiceDefinition,
  type RunningService,
  type ServiceAddress,
  type ServiceContext,
  type ServiceDefinition,
} from './service-definition.ts'
export {
  type ServiceState,
  type StartedService,
  type StartServiceOptions,
  startService,
} from './started-service.ts'
