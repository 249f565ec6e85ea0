// The byte streams that SSH can run over: TCP, a channel of a jump host, the standard streams of an sshd in a container.
import { spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";

/** Opens the stream; rejects with the system's error, or when the signal aborts. */
export type OpenStream = (signal: AbortSignal) => Promise<Duplex>;

/** A TCP connection without Nagle's algorithm: ssh2 writes several small packets in a row, and each would wait for an answer (88 ms instead of 7 a command). */
export function tcpStream(address: string, port: number): OpenStream {
  return async (signal) => {
    const socket = connect({ host: address, port, noDelay: true, signal });
    await connected(socket);
    return socket;
  };
}

/** `sshd -i` in a container: no route and no port, only the engine's exec. Its host key is checked like any other. */
export function containerStream(container: string): OpenStream {
  return commandStream(["docker", "exec", "-i", "--", container, "/usr/sbin/sshd", "-i"]);
}

/** The standard streams of a local process. What it says on stderr becomes the error when it ends before it was closed. */
export function commandStream([command = "", ...args]: readonly string[]): OpenStream {
  return async (signal) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], signal });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaint = `${complaint}${chunk.toString("utf8")}`.slice(-1000);
    });
    const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
    stream.once("close", () => child.kill());
    child.once("error", (error) => stream.destroy(error));
    child.once("exit", (status) => {
      if (status !== 0 && status !== null) stream.destroy(new Error(complaint.trim() || `${command} ended with status ${status}`));
    });
    return stream;
  };
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve();
    });
    socket.once("error", reject);
  });
}
