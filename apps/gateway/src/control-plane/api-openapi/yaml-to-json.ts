import { Worker } from 'node:worker_threads';
import { badRequest } from '../http/admin-request';

const TIMEOUT_MS = 10_000;
const MEMORY_MB = 256;
/** What aliases may add before it is called a bomb: a document is not written in them. */
const ALIASES_MAX = 1_000;
const JSON_CHARS_MAX = 16 * 1024 * 1024;

/**
 * YAML 1.2 (core schema) as JSON text. It is parsed in a thread of its own, with bounds on time, memory and what aliases grow to:
 * the gateway answers requests meanwhile.
 * @throws SluiceError BAD_REQUEST saying where the text is wrong
 */
export function yamlToJson(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(PARSE, {
      eval: true,
      env: {},
      workerData: { text, yaml: require.resolve('yaml'), ALIASES_MAX, JSON_CHARS_MAX },
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
    });
    const refuse = (problem: string): void => reject(badRequest(`The document is not YAML: ${problem.slice(0, 300)}`));
    const timer = setTimeout(() => {
      refuse(`it took longer than ${TIMEOUT_MS} ms to read.`);
      void worker.terminate();
    }, TIMEOUT_MS);
    worker.once('message', ({ json, problem }: { json?: string; problem?: string }) => {
      if (json === undefined) refuse(problem ?? 'it could not be read.');
      else resolve(json);
    });
    worker.once('error', () => refuse('it is too deep or too large to read.'));
    worker.once('exit', () => {
      clearTimeout(timer);
      refuse('it could not be read.');
    });
  });
}

/** Runs in the thread. As text, because a thread loads its file by itself, and specs have no compiled one. */
const PARSE = `
const { parentPort, workerData } = require('node:worker_threads');
const { parseDocument } = require(workerData.yaml);
const document = parseDocument(workerData.text, { schema: 'core', uniqueKeys: true, prettyErrors: true });
const [error] = document.errors;
let message;
if (error) message = { problem: error.message };
else {
  try {
    const json = JSON.stringify(document.toJS({ maxAliasCount: workerData.ALIASES_MAX }));
    message = json === undefined || json.length > workerData.JSON_CHARS_MAX ? { problem: 'it is empty or too large.' } : { json };
  } catch (error) {
    message = { problem: String(error.message) };
  }
}
parentPort.postMessage(message);
`;
