import type { Socket } from 'node:net';

/** Calls back for each whole answer that comes on a connection, with its status. Bodies are counted and thrown away. */
export function readAnswers(socket: Socket, answered: (status: number, bytes: number) => void): void {
  let head = '';
  let status = 0;
  let length = 0;
  let missing = -1;
  socket.on('data', (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (missing < 0) {
        const known = head.length;
        head += chunk.toString('latin1', at);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        at += end + 4 - known;
        status = Number(head.slice(9, 12));
        length = Number(/\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end))?.[1] ?? Number.NaN);
        if (Number.isNaN(length)) throw new Error(`An answer does not say how long it is:\n${head.slice(0, end)}`);
        missing = length;
        head = '';
      }
      const taken = Math.min(missing, chunk.length - at);
      missing -= taken;
      at += taken;
      if (missing > 0) return;
      missing = -1;
      answered(status, length);
    }
  });
}
