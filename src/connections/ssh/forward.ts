// Byte streams from the host: sshd's own forwarding to a port or a Unix socket, as the login user.
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";

/** A stream to the host's loopback port or Unix socket; undefined when sshd forwards nothing, nobody listens, or the login user may not. */
export function forward(client: Client, to: { readonly port: number } | { readonly socket: string }): Promise<Duplex | undefined> {
  return new Promise((resolve) => {
    const opened = (error: Error | undefined, stream?: Duplex) => resolve(error === undefined ? stream : undefined);
    try {
      if ("socket" in to) client.openssh_forwardOutStreamLocal(to.socket, opened);
      else client.forwardOut("127.0.0.1", 0, "127.0.0.1", to.port, opened);
    } catch {
      // ssh2 throws where the server is no OpenSSH, or the connection is gone: the relay finds out which.
      resolve(undefined);
    }
  });
}
