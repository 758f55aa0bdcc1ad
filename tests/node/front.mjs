// A proxy that puts a server below a path of its own.

import { createServer, request } from "node:http";

/** Starts it; where it leads to is said later. */
export async function front(below) {
  let target;
  const listener = createServer((asked, answer) => {
    if (!asked.url.startsWith(below)) {
      answer.writeHead(404).end();
      return;
    }
    const options = { method: asked.method, headers: asked.headers, path: asked.url.slice(below.length) };
    const onward = request(target, options, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${listener.address().port}${below}`;
  const stop = () => new Promise((stopped) => (listener.close(stopped), listener.closeAllConnections()));
  return { address, leadTo: (server) => (target = server), stop };
}
