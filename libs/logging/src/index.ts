export {
  compileLineFormat,
  formatTemplate,
  isJsonTemplate,
  type LineFormat,
  type Variable,
  type VariableValue,
} from './access-log/access-log-format';
export { escapeText } from './access-log/escape-text';
export { HttpLineSink } from './access-log/http-line-sink';
export {
  FunctionLogReader,
  type FunctionLogPage,
  type FunctionLogQuery,
  type FunctionLogSummary,
} from './function-log/function-log-reader';
export { type FunctionLogRecord } from './function-log/function-log-record';
export { FunctionLogWriter, type FunctionLogWriterOptions } from './function-log/function-log-writer';
export { enforceLogBudget, type LogBudgetOptions } from './function-log/log-budget';
export { type FunctionLogEvent } from './function-log/render-record';
export { LineWriter, type LineWriterOptions } from './line-writer';
export {
  createLogger,
  LOG_LEVELS,
  redactValue,
  type LogFields,
  type Logger,
  type LoggerOptions,
  type LogLevel,
} from './logger';
export { newRequestId } from './request-id';
