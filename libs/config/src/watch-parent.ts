import { Socket } from 'node:net';
import { type Environment } from './read-settings';

/** Set by the process that starts us: which inherited descriptor is the pipe it holds the other end of. */
export const PARENT_PIPE_VARIABLE = 'SLUICE_PARENT_PIPE_FD';

/**
 * Calls `onParentGone` once when the process that started this one has ended, however it ended: the kernel closes its end of the pipe.
 * Started without such a pipe (by hand, in a container), this does nothing. The watch alone does not keep the process alive.
 */
export function watchParent(environment: Environment, onParentGone: () => void): void {
  const fd = Number(environment[PARENT_PIPE_VARIABLE]);
  if (!Number.isInteger(fd) || fd < 3) return;
  let isGone = false;
  const gone = (): void => {
    if (!isGone) onParentGone();
    isGone = true;
  };
  const pipe = new Socket({ fd, readable: true, writable: false });
  pipe.on('error', gone);
  pipe.on('end', gone);
  pipe.on('close', gone);
  pipe.resume();
  pipe.unref();
}
