import type { Socket } from 'node:net';

/** What a client may still send after its answer; ten seconds of it, two seconds of silence, or so many bytes. */
const longestMs = 10_000;
const silenceMs = 2_000;
const mostBytes = 67_108_864;

/**
 * Closes a connection so that what was said last can be read. To close one while the client still sends makes its system
 * throw the answer away (RFC 9112, 9.6), so our side is closed first and what still comes is read into nothing.
 */
export function closeGently(socket: Socket): void {
  if (socket.destroyed || socket.writableEnded) return;
  let bytes = 0;
  const end = () => socket.destroy();
  const timer = setTimeout(end, longestMs);
  timer.unref();
  socket.once('end', end).once('close', () => clearTimeout(timer));
  socket.setTimeout(silenceMs, end);
  socket.end();
  // The HTTP parser has seen enough. It starts the reading of a connection that it had stopped, so it goes only then.
  socket.once('resume', () => {
    socket.removeAllListeners('data').on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > mostBytes) end();
    });
  });
  socket.pause().resume();
}
